"""A realm with many groups behind a proxy that counts, and what a round costs there."""

import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.directory.inquiry import Inquiry
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.group import ANY_CONTENT
from groupaccess.domain.directory.questions import Answer, GroupsInUse
from testbed.faulty_proxy import FaultyProxy
from testbed.keycloak import Keycloak
from testbed.realm import Realm
from testbed.realm_clients import OPERATOR
from testbed.realm_setup import OPERATOR_ROLES

PARENTS = 50
NAMESAKE, NAMESAKES = "namesake", 300  # a name, and how many groups have it
AT_ONCE = 6  # that create groups
CLASSIC = "classic"  # the account with roles of realm-management, beside that with permissions
HEADLAMP = LoginClient("headlamp", id_token=True, scopes=("openid",))


@dataclass(frozen=True)
class Cost:
    """What a round costs: the seconds until its end and of Keycloak, requests and bytes.

    `memory` is the peak of bytes that it allocated, 0 when that was not measured.
    """

    seconds: float
    worked: float
    calls: int
    bytes: int
    memory: int = 0

    def __str__(self) -> str:
        kib = f"{self.bytes / 1024:.0f} KiB"
        return f"{self.seconds:.2f} s ({self.worked:.2f} of Keycloak), {self.calls} calls, {kib}"


@dataclass(frozen=True)
class LargeRealm:
    """A realm with groups in two levels behind a proxy that counts; `paths` are the lower ones."""

    realm: Realm
    proxy: FaultyProxy
    count: int
    paths: tuple[str, ...]

    @property
    def directory(self) -> Directory:
        """Return how it is declared."""
        return Directory("large", self.realm.issuer_url, "groups", "", (HEADLAMP,))

    def connection(self, client: str = OPERATOR) -> Connection:
        """Return how an account of the operator reaches it."""
        login, url = self.realm.clients.credentials(client), f"{self.proxy.url}/"
        return Connection(url, self.realm.name, login.client_id, login.secret, self.proxy.ca)

    def some(self, many: int) -> tuple[str, ...]:
        """Return the paths of so many groups, spread over the realm, or of all."""
        return self.paths[:: max(1, len(self.paths) // many)][:many]

    async def ask(self, used: GroupsInUse, *, client: str = OPERATOR, memory: bool = False) -> Cost:
        """Ask once about groups in use, as a round does; return what that cost."""
        reader, name = KeycloakReader(), self.realm.name
        self.proxy.calls[name] = self.proxy.bytes[name] = 0
        inquiry = Inquiry(reader, self.directory, self.connection(client), SystemClock())
        if memory:
            tracemalloc.start()
        began = time.perf_counter()
        try:
            await inquiry.read_realm(None)
            await inquiry.ask_all(used, ANY_CONTENT)
            took = time.perf_counter() - began
            peak = tracemalloc.get_traced_memory()[1] if memory else 0
        finally:
            tracemalloc.stop()
            await reader.forget_directory(self.directory.name)
        answers = [each for each in inquiry.results.values() if isinstance(each, Answer)]
        assert len(answers) == len(inquiry.results)
        return Cost(took, inquiry.seconds, self.proxy.calls[name], self.proxy.bytes[name], peak)


@contextmanager
def large_realm(keycloak: Keycloak, name: str, count: int, folder: Path) -> Iterator[LargeRealm]:
    """Make a realm with so many groups, beside many of one name, and remove it at the end.

    Two accounts of the operator may see all: one by permissions, one by roles.
    """
    below = count // PARENTS - 1
    children = {
        f"team-{number:02}": [f"role-{number:02}-{child:04}" for child in range(below)]
        for number in range(PARENTS)
    }
    alike = [{"name": f"sub-{n:03}", "subGroups": [{"name": NAMESAKE}]} for n in range(NAMESAKES)]
    realm = keycloak.create_realm(name, {"groups": [{"name": "alike", "subGroups": alike}]})
    try:
        _create(keycloak, name, children)
        realm.clients.create_headlamp()
        realm.clients.create_operator()
        realm.clients.create_operator(CLASSIC, OPERATOR_ROLES)
        paths = tuple(f"/{team}/{each}" for team, names in children.items() for each in names)
        with FaultyProxy(folder, keycloak) as proxy:
            yield LargeRealm(realm, proxy, PARENTS + len(paths), paths)
    finally:
        realm.remove()


def _create(keycloak: Keycloak, realm: str, children: dict[str, list[str]]) -> None:
    """Create groups with their children, some at once: an import of that many fails."""

    def work(team: str) -> None:
        admin = keycloak.login.admin(realm)
        parent = str(admin.create_group({"name": team}))
        for name in children[team]:
            admin.create_group({"name": name}, parent=parent)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, children))
