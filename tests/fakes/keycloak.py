"""The port `DirectoryReader` as a Keycloak in memory."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.clients import ClaimMapper, Client, MapperKind
from groupaccess.domain.directory import Failure, Group, Snapshot, groups_in_use
from groupaccess.domain.in_use import InUse
from groupaccess.domain.model import Directory, TokenClient
from groupaccess.domain.proof import Proof, Result
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


NEEDED = ("view-users", "view-clients")


class FakeRealm:
    """One realm. `logins` are client ids with their secrets, `roles` what each may see.

    With `proves` each client that is asked about is proven: once a group is in use.
    """

    def __init__(self, name: str, next_id: Callable[[], str]) -> None:
        self.issuer = f"{ADMIN_URL}realms/{name}"
        self._next_id = next_id
        self.identity = f"sub-{next_id()}"
        self.groups: dict[str, Group] = {}
        self.proves = False
        self.unlisted: list[Group] = []  # there, and in no list
        self.clients: dict[str, FakeClient] = {}
        self.scopes: dict[str, tuple[ClaimMapper, ...]] = {}
        self.logins = {"groupaccess": SECRET}
        self.roles = {"groupaccess": set(NEEDED)}

    def create_group(self, path: str) -> Group:
        """Create a group, with the parents that are missing."""
        parent, _, name = path.rpartition("/")
        if parent and parent not in self.groups:
            self.create_group(parent)
        return self.groups.setdefault(path, Group(path, name, f"id-{self._next_id()}"))

    def snapshot(
        self, wanted: Iterable[TokenClient], used: InUse | None, *, look_up: bool
    ) -> Snapshot:
        """Return what there is to know for these clients, or what is in use of it."""
        clients = (self._client(client) for client in wanted)
        groups = self.groups.values()
        looked_up = used if look_up else None
        return Snapshot(
            self.identity,
            tuple(sorted(g for g in groups if looked_up is None or _is_used(g, looked_up))),
            tuple(client for client in clients if client is not None),
            looked_up,
            None if looked_up is None else len(groups),
        )

    def _client(self, wanted: TokenClient) -> Client | None:
        client = self.clients.get(wanted.client_id)
        if client is None:
            return None
        asked = [name for name in client.optional_scopes if name in wanted.scopes]
        unasked = [name for name in client.optional_scopes if name not in wanted.scopes]
        have = {*client.default_scopes, *client.optional_scopes, "openid"}
        return Client(
            wanted.client_id,
            client.enabled,
            _sorted([*client.mappers, *self._brought([*client.default_scopes, *asked])]),
            _sorted(self._brought(unasked)),
            tuple(sorted(set(wanted.scopes) - have)),
        )

    def _brought(self, scopes: Iterable[str]) -> list[ClaimMapper]:
        return [replace(mapper, scope=name) for name in scopes for mapper in self.scopes[name]]


def _proven(found: Snapshot, used: InUse) -> Iterator[Client]:
    proof = Proof(Result.PROVEN, "as computed", datetime(2026, 3, 1, tzinfo=UTC))
    for client in found.clients:
        if groups_in_use(found.groups, used):
            yield replace(client, proof=proof)
        else:
            yield replace(client, unasked=True)


def _sorted(mappers: Iterable[ClaimMapper]) -> tuple[ClaimMapper, ...]:
    return tuple(sorted(set(mappers), key=lambda mapper: (mapper.claim, mapper.name)))


def _is_used(group: Group, used: InUse) -> bool:
    """Tell whether it is in use, or its name is near one that is."""
    references = {*used.references, *used.names}
    near = {reference.casefold() for reference in references}
    return group.id in used.ids or bool(near & {group.path.casefold(), group.name.casefold()})


class FakeDirectoryReader:
    """A server with realms.

    `reads` and `forgotten` hold the names of directories, as they were read and let go of. With
    `looks_up` it reads no more than what is in use, as in a large realm.
    """

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self.realms: dict[str, FakeRealm] = {}
        self.reads: list[str] = []
        self.confirmed: list[
            dict[str, str]
        ] = []  # of which it was to be confirmed that they are gone
        self.connections: list[Connection] = []
        self.forgotten: list[str] = []
        self.down = False
        self.looks_up = False
        self.asked: list[InUse | None] = []
        self._failures: deque[Exception] = deque()

    def create_realm(self, name: str = "ADMIN") -> FakeRealm:
        """Create a realm, or make it anew."""
        self.realms[name] = FakeRealm(name, lambda: str(next(self._ids)))
        return self.realms[name]

    def fail(self, error: Exception, times: int = 1) -> None:
        """Let the next readings raise."""
        self._failures.extend([error] * times)

    def recover(self) -> None:
        """Let the next readings raise nothing."""
        self._failures.clear()

    async def read(
        self, directory: Directory, connection: Connection, used: InUse | None = None
    ) -> Snapshot:
        self.reads.append(directory.name)
        self.asked.append(used)
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
        for endpoint, role in zip(("groups", "clients"), NEEDED, strict=True):
            if role not in realm.roles[connection.client_id]:
                fact = f'{endpoint}: 403, the operator\'s account lacks the role "{role}"'
                raise refused(Reason.KEYCLOAK_FORBIDDEN, fact)
        found = realm.snapshot(directory.clients, used, look_up=self.looks_up)
        if realm.proves:
            found = replace(found, clients=tuple(_proven(found, used or InUse())))
        return found

    async def forget(self, directory: str) -> None:
        self.forgotten.append(directory)

    async def confirm_gone(
        self,
        directory: Directory,  # noqa: ARG002 -- the port
        connection: Connection,
        groups: Mapping[str, str],
    ) -> None:
        self.confirmed.append(dict(groups))
        if self._failures:
            raise self._failures.popleft()
        realm = self.realms[connection.realm]
        there = groups.keys() & {group.id for group in (*realm.groups.values(), *realm.unlisted)}
        if there:
            raise refused(Reason.KEYCLOAK_UNAVAILABLE, f"the list lacks {min(there)}")


def refused(reason: Reason, fact: str) -> RefusedError:
    """Return the error that the real reader raises for a reason."""
    return RefusedError(Failure(reason, advise(reason, fact)))
