"""Keycloak's own command line, logged in as the administrator, for fixes that are pasted."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509 import load_pem_x509_certificate

from testbed.keycloak import Keycloak
from testbed.tools import KEYCLOAK

TRUST = "keycloak.p12"


def kcadm_environment(keycloak: Keycloak, folder: Path) -> Mapping[str, str]:
    """Log in, and return the variables with which a shell finds `kcadm.sh` and this login.

    `folder` is the home of whoever types; the login is kept there.
    """
    login = keycloak.login
    authority = load_pem_x509_certificate(login.ca_file.read_bytes())
    trusted = [pkcs12.PKCS12Certificate(authority, b"keycloak")]
    (folder / TRUST).write_bytes(pkcs12.serialize_java_truststore(trusted, NoEncryption()))
    environment = {
        "HOME": str(folder),
        "KC_OPTS": f"-XX:TieredStopAtLevel=1 -Djavax.net.ssl.trustStore={folder / TRUST}",
        "PATH": f"{KEYCLOAK.ensure() / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    who = ("--realm", "master", "--user", login.username, "--password", login.password)
    subprocess.run(
        ["kcadm.sh", "config", "credentials", "--server", login.url, *who],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return environment
