"""A real Keycloak: the handle that tests use, and the server as a local process."""

import shutil
import tempfile
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from keycloak import KeycloakAdmin

from testbed.access import ask_plainly
from testbed.cluster import Component
from testbed.keycloak_database import CLASSES, FOLDER, class_archive, copy_database
from testbed.lifetime import Lifetime
from testbed.pki import CertificateAuthority
from testbed.ports import free_port
from testbed.process import ManagedProcess, discard
from testbed.realm import AdminLogin, Realm
from testbed.realm_keys import FIRST, KEY_BITS, KEY_PROVIDER, fresh_keys, signing_key
from testbed.tools import KEYCLOAK

READY_WITHIN = 180.0
SPARE_REALMS = tuple(f"spare-{number}" for number in range(72))  # about what a worker needs
# A login is then a fifth of the work; every test logs in several times.
CHEAP_HASHES = "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)"
# The server is asked little and started often: the JVM's second compiler costs more than it gives,
# and so does a collector of garbage that works beside it.
JVM_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -Xms512m -Xmx2g"


class Keycloak:
    """A running Keycloak: its address, its administrator, its realms, and its `server` to stop."""

    def __init__(self, server: Component, login: AdminLogin, issuer_base: str) -> None:
        """Wrap a server.

        `login` is how the tests reach it; `issuer_base` is the start of every issuer's URL, which
        is another one where the cluster knows the server by another name.
        """
        self.server = server
        self.login = login
        self.issuer_base = issuer_base
        self.spare_realms: list[str] = []

    @property
    def url(self) -> str:
        """Return the address at which the tests reach it, without a slash at the end."""
        return self.login.url

    @property
    def ca_file(self) -> Path:
        """Return the CA of its https address."""
        return self.login.ca_file

    def realm(self, name: str) -> Realm:
        """Return a handle for a realm that is there already."""
        return Realm(name, self.login, f"{self.issuer_base}/realms/{name}")

    def create_realm(
        self,
        name: str,
        contents: Mapping[str, Any] | None = None,
        **settings: Any,  # noqa: ANN401 -- a representation
    ) -> Realm:
        """Create a realm; one without contents is a spare one, if there is one left.

        `contents` are the fields of its representation that are more than settings, as `groups`.
        """
        if self.spare_realms and contents is None:
            self.realm(self.spare_realms.pop()).update(realm=name, **settings)
            return self.realm(name)
        defaults = {
            "enabled": True,
            "components": fresh_keys(),
            "passwordPolicy": CHEAP_HASHES,
        }
        return self.import_realm({"realm": name, **defaults, **(contents or {}), **settings})

    def import_realm(self, representation: Mapping[str, Any]) -> Realm:
        """Create a realm from a whole representation, as a realm file holds it."""
        self._master().create_realm(payload=dict(representation))
        return self.realm(representation["realm"])

    def set_aside(self, realm: Realm) -> None:
        """Free a realm's name: to remove a realm takes seconds, and more the more there are."""
        realm.update(realm=f"former-{uuid.uuid4()}", enabled=False)

    def _master(self) -> KeycloakAdmin:
        return self.login.admin("master")


class KeycloakServer(Keycloak, Lifetime):
    """The Maven distribution as a local process, https with an own CA, and an own folder.

    Its database is a file there, so realms outlive `server.restart()`. Use it as a context
    manager, or call `start` and `close`. `options` are added to its command.
    """

    def __init__(
        self,
        *options: str,
        jvm_options: str | None = None,
        trusts: Path | None = None,
        empty: bool = False,
    ) -> None:
        """Prepare everything on disk; nothing runs yet.

        `trusts` is the CA of a cluster. An `empty` database has no tables yet; else it comes from
        a start before, with spare realms. `jvm_options` take the place of that start's classes.
        """
        home = KEYCLOAK.ensure()
        self.folder = Path(tempfile.mkdtemp(prefix="groupaccess-keycloak-"))
        authority = CertificateAuthority(self.folder, "groupaccess testbed Keycloak")
        base = f"https://localhost:{free_port()}"
        login = AdminLogin(base, authority.file)
        self._empty = empty
        self._management_port = free_port()
        classes = f"-XX:SharedArchiveFile={class_archive()}"
        more = [] if trusts is None else [f"--truststore-paths={trusts}"]
        self.process = ManagedProcess(
            name="keycloak",
            command=[home / "bin" / "kc.sh", *self._arguments(base, authority), *more, *options],
            log=self.folder / "logs" / "keycloak.log",
            env={
                "KC_BOOTSTRAP_ADMIN_USERNAME": login.username,
                "KC_BOOTSTRAP_ADMIN_PASSWORD": login.password,
                "JAVA_OPTS_APPEND": f"{JVM_OPTIONS} {jvm_options or classes}",
            },
            ready=self._is_ready,
            ready_within=READY_WITHIN,
            grace=15.0,
        )
        super().__init__(self.process, login, base)

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        try:
            if not self._empty:
                user = (self.login.username, self.login.password)
                settings = (JVM_OPTIONS, CHEAP_HASHES, f"RSA {KEY_BITS}", *user)
                copy_database(self.folder, _make_database, *settings, *SPARE_REALMS)
                self.spare_realms = list(SPARE_REALMS)
            self.process.start()
        except BaseException:
            self.close(keep=True)
            raise
        return self

    def close(self, *, keep: bool = False) -> None:
        """End it and remove its folder, or keep its log and say where that is."""
        self.process.kill()
        discard(self.folder, keep_logs=keep)

    def _arguments(self, base: str, authority: CertificateAuthority) -> list[str]:
        pair = authority.issue_server("keycloak")
        database = f"jdbc:h2:file:{self.folder / FOLDER / 'keycloak'}"
        return [
            "start",
            "--optimized",
            "--cache=local",
            f"--db-url={database};NON_KEYWORDS=VALUE;DB_CLOSE_ON_EXIT=FALSE",
            "--http-host=127.0.0.1",
            f"--hostname={base}",
            f"--https-port={base.rpartition(':')[2]}",
            f"--https-certificate-file={pair.certificate}",
            f"--https-certificate-key-file={pair.key}",
            "--http-management-scheme=http",
            f"--http-management-port={self._management_port}",
        ]

    def _is_ready(self) -> bool:
        url = f"http://127.0.0.1:{self._management_port}/health/ready"
        return bool(ask_plainly("GET", url).json()["status"] == "UP")


def _make_database(folder: Path) -> None:
    archive = f"-XX:ArchiveClassesAtExit={folder / CLASSES}"
    with (
        KeycloakServer(empty=True, jvm_options=archive) as server,
        ThreadPoolExecutor(2) as pool,
    ):
        master = server.login.admin("master")
        master.update_realm("master", {"passwordPolicy": CHEAP_HASHES})
        master.create_component({**signing_key(FIRST), "providerType": KEY_PROVIDER})
        list(pool.map(server.create_realm, SPARE_REALMS))
        server.login.admin("master").get_realm("master")  # a login hashes the password anew
        server.process.stop()
        shutil.move(server.folder / FOLDER, folder / FOLDER)
