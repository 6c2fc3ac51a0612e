"""The port `DirectoryReader` as a Keycloak in memory."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.directory import (
    ClaimMapper,
    Client,
    Failure,
    Group,
    MapperKind,
    Snapshot,
)
from groupaccess.domain.model import Directory, TokenClient
from groupaccess.domain.reasons import Reason, advise

ADMIN_URL = "https://keycloak.example.com/auth/"
SECRET = "s3cret-of-the-operator"  # noqa: S105 -- of a fake


def membership(*, full_path: bool = False, name: str = "groups") -> ClaimMapper:
    """Return the group membership mapper of a client, in both tokens."""
    return ClaimMapper(name, MapperKind.MEMBERSHIP, "groups", full_path, True, True)  # noqa: FBT003


@dataclass
class FakeClient:
    """A client with its own mappers, and scopes that bring more: always, or when asked for."""

    mappers: tuple[ClaimMapper, ...] = ()
    enabled: bool = True
    default_scopes: list[str] = field(default_factory=list)
    optional_scopes: list[str] = field(default_factory=list)


class FakeRealm:
    """One realm. `logins` are client ids with their secrets, `roles` what each may see."""

    def __init__(self, name: str, next_id: Callable[[], str]) -> None:
        self.issuer = f"{ADMIN_URL}realms/{name}"
        self._next_id = next_id
        self.identity = f"sub-{next_id()}"
        self.groups: dict[str, Group] = {}
        self.clients: dict[str, FakeClient] = {}
        self.scopes: dict[str, tuple[ClaimMapper, ...]] = {}
        self.logins = {"groupaccess": SECRET}
        self.roles = {"groupaccess": {"view-users", "view-clients"}}

    def create_group(self, path: str) -> Group:
        """Create a group, with the parents that are missing."""
        parent, _, name = path.rpartition("/")
        if parent and parent not in self.groups:
            self.create_group(parent)
        return self.groups.setdefault(path, Group(path, name, f"id-{self._next_id()}"))

    def snapshot(self, wanted: Iterable[TokenClient]) -> Snapshot:
        """Return what there is to know for these clients."""
        clients = (self._client(client) for client in wanted)
        return Snapshot(
            self.identity,
            tuple(sorted(self.groups.values())),
            tuple(client for client in clients if client is not None),
        )

    def _client(self, wanted: TokenClient) -> Client | None:
        client = self.clients.get(wanted.client_id)
        if client is None:
            return None
        asked = [name for name in client.optional_scopes if name in wanted.scopes]
        scopes = [self.scopes[name] for name in (*client.default_scopes, *asked)]
        mappers = {mapper for source in (client.mappers, *scopes) for mapper in source}
        return Client(
            wanted.client_id,
            client.enabled,
            tuple(sorted(mappers, key=lambda mapper: (mapper.claim, mapper.name))),
        )


class FakeDirectoryReader:
    """A server with realms. `reads` holds the name of each directory that was read, in order."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self.realms: dict[str, FakeRealm] = {}
        self.reads: list[str] = []
        self.connections: list[Connection] = []
        self.down = False
        self._failures: deque[Exception] = deque()

    def create_realm(self, name: str = "ADMIN") -> FakeRealm:
        """Create a realm, or make it anew."""
        self.realms[name] = FakeRealm(name, lambda: str(next(self._ids)))
        return self.realms[name]

    def fail(self, error: Exception, times: int = 1) -> None:
        """Let the next readings raise."""
        self._failures.extend([error] * times)

    async def read(self, directory: Directory, connection: Connection) -> Snapshot:
        self.reads.append(directory.name)
        self.connections.append(connection)
        if self._failures:
            raise self._failures.popleft()
        if self.down or connection.admin_url != ADMIN_URL:
            raise refused(Reason.KEYCLOAK_UNAVAILABLE, "not reached: ConnectError")
        realm = self.realms.get(connection.realm)
        if realm is None:
            raise refused(Reason.ISSUER_MISMATCH, "404, there is no such realm there")
        if realm.issuer != directory.issuer:
            fact = f'spec.issuer is "{directory.issuer}", Keycloak calls itself "{realm.issuer}"'
            raise refused(Reason.ISSUER_MISMATCH, fact)
        if realm.logins.get(connection.client_id) != connection.client_secret:
            raise refused(Reason.LOGIN_FAILED, "Keycloak refused the login")
        for endpoint, role in (("groups", "view-users"), ("clients", "view-clients")):
            if role not in realm.roles[connection.client_id]:
                fact = f'{endpoint}: 403, the role "{role}" of realm-management is missing'
                raise refused(Reason.KEYCLOAK_FORBIDDEN, fact)
        return realm.snapshot(directory.clients)


def refused(reason: Reason, fact: str) -> RefusedError:
    """Return the error that the real reader raises for a reason."""
    return RefusedError(Failure(reason, advise(reason, fact)))
