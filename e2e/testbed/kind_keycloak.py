"""A real Keycloak as a container beside kind's node: one issuer URL for everybody.

Its host name ends in `.localhost`: a browser takes such a name to this machine without any set-up,
and in the network `kind` the engine's DNS takes it to the container, for kube-apiserver and for
pods. What does not know that rule, such as Python here, uses https://localhost and the same port.
"""

import tempfile
from pathlib import Path
from typing import Self

import httpx

from testbed.access import http_client
from testbed.engine import EngineError, docker, ensure_network, missing, own_name, remove_leftovers
from testbed.keycloak import JVM_OPTIONS, READY_WITHIN, Keycloak
from testbed.kind_container import Container
from testbed.lifetime import Lifetime
from testbed.pki import CertificateAuthority, KeyPair
from testbed.ports import free_port
from testbed.process import discard
from testbed.realm import AdminLogin
from testbed.tools import KEYCLOAK

NETWORK = "kind"
IMAGE = f"quay.io/keycloak/keycloak:{KEYCLOAK.version}"
INSIDE = "/opt/keycloak/conf/testbed"


class KeycloakContainer(Keycloak, Lifetime):
    """Keycloak's image in development mode, https with an own CA, in the network `kind`.

    Its database is a file in the container, so realms outlive `server.restart()`. Use it as a
    context manager, or call `start` and `close`.
    """

    def __init__(self) -> None:
        """Prepare everything on disk; nothing runs yet."""
        if (reason := missing([IMAGE])) is not None:
            raise EngineError(reason)
        self.folder = Path(tempfile.mkdtemp(prefix="groupaccess-keycloak-"))
        port = free_port()
        host = f"keycloak-{port}.localhost"  # the port is this run's own, and so the name is
        authority = CertificateAuthority(self.folder, "groupaccess testbed Keycloak")
        pair = authority.issue_server("keycloak", (host, "localhost", "127.0.0.1"))
        pair.key.chmod(0o644)  # the image's user has another id; the folder is for us alone
        login = AdminLogin(f"https://localhost:{port}", authority.file)
        self._made_network = False
        self.container = Container(
            name=own_name(f"keycloak-{port}"),
            image=IMAGE,
            options=_options(host, port, pair, login),
            command=_command(f"https://{host}:{port}"),
            ready=self._is_ready,
            ready_within=READY_WITHIN,
        )
        super().__init__(self.container, login, f"https://{host}:{port}")

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        try:
            remove_leftovers()
            self._made_network = ensure_network(NETWORK)
            self.container.start()
        except BaseException:
            self.close(keep=True)
            raise
        return self

    def close(self, *, keep: bool = False) -> None:
        """Remove it and its folder, or keep its log and say where that is."""
        if keep:
            self.container.save_log(self.folder / "logs" / "keycloak.log")
        self.container.remove()
        if self._made_network:
            docker("network", "rm", NETWORK, check=False)  # refused while another cluster is in it
        discard(self.folder, keep_logs=keep)

    def _is_ready(self) -> bool:
        with http_client(self.ca_file) as client:
            return client.get(f"{self.url}/realms/master").status_code == httpx.codes.OK


def _options(host: str, port: int, pair: KeyPair, login: AdminLogin) -> list[str]:
    environment = {
        "KC_BOOTSTRAP_ADMIN_USERNAME": login.username,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": login.password,
        "JAVA_OPTS_APPEND": JVM_OPTIONS,
    }
    files = {pair.certificate: f"{INSIDE}/tls.crt", pair.key: f"{INSIDE}/tls.key"}
    return [
        f"--network={NETWORK}",
        f"--network-alias={host}",
        f"--publish=127.0.0.1:{port}:{port}",
        *(f"--env={name}={value}" for name, value in environment.items()),
        *(f"--volume={file}:{inside}:ro" for file, inside in files.items()),
    ]


def _command(base: str) -> list[str]:
    return [
        "start-dev",
        "--cache=local",
        f"--hostname={base}",
        f"--https-port={base.rpartition(':')[2]}",
        f"--https-certificate-file={INSIDE}/tls.crt",
        f"--https-certificate-key-file={INSIDE}/tls.key",
    ]
