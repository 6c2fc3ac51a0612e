"""The port `DirectoryReader` as a Keycloak in memory."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from fakes.answers import answer
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import (
    ClaimMapper,
    Client,
    MapperKind,
    ProofResult,
    TokenProof,
)
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import MAX_SEARCH_RESULTS, Answer, ById, Question
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.directory.visibility import VIEW_GROUPS, groups_hidden
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice

ADMIN_URL = "https://keycloak.example.com/auth/"
SECRET = "s3cret-of-the-operator"  # noqa: S105 -- of a fake
PROOF = TokenProof(ProofResult.PROVEN, "as computed", datetime(2026, 3, 1, tzinfo=UTC))
VIEW_USERS, VIEW_CLIENTS, VIEW_REALM = "view-users", "view-clients", "view-realm"
QUERY_GROUPS = "query-groups"


def membership(*, full_path: bool = False, name: str = "groups") -> ClaimMapper:
    """Return the group membership mapper of a client, in both tokens."""
    kind = MapperKind.MEMBERSHIP
    return ClaimMapper(name, kind, "groups", full_path, in_id_token=True, in_access_token=True)


@dataclass
class FakeClient:
    """A client with its own mappers, and scopes that bring more: always, or when asked for."""

    mappers: tuple[ClaimMapper, ...] = ()
    enabled: bool = True
    default_scopes: list[str] = field(default_factory=list)
    optional_scopes: list[str] = field(default_factory=list)


class FakeRealm:
    """One realm. `logins` are client ids with their secrets, `rights` what each may see.

    With `view-users` an account sees all groups. With `query-groups` instead it may search, and
    sees the groups of `visible` alone. With `proves` each client is proven, once a group is in use.
    """

    def __init__(self, name: str, next_id: Callable[[], str]) -> None:
        self.issuer = f"{ADMIN_URL}realms/{name}"
        self._next_id = next_id
        self.identity = f"sub-{next_id()}"
        self.groups: dict[str, Group] = {}
        self.visible: set[str] = set()  # ids
        self.unlisted: set[str] = set()  # ids that no search shows
        self.roles: set[str] = set()
        self.proves = False
        self.clients: dict[str, FakeClient] = {}
        self.scopes: dict[str, tuple[ClaimMapper, ...]] = {}
        self.logins = {"groupaccess": SECRET}
        self.rights = {"groupaccess": {VIEW_USERS, VIEW_CLIENTS}}

    def create_group(self, path: str) -> Group:
        """Create a group, with the parents that are missing."""
        parent, _, name = path.rpartition("/")
        if parent and parent not in self.groups:
            self.create_group(parent)
        return self.groups.setdefault(path, Group(path, name, f"id-{self._next_id()}"))

    def client(self, wanted: LoginClient) -> Client | None:
        """Return a client as it is for this login; None where there is none."""
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

    def answer(self, account: str, question: Question) -> Answer:
        """Answer as Keycloak does to an account with these rights."""
        if isinstance(question, ById):
            found = answer(self.groups.values(), question)
            return Answer(tuple(group for group in found.groups if self._sees(account, group)))
        return answer(self.shown(account), question)

    def shown(self, account: str) -> list[Group]:
        """Return the groups that lists show; raise QuestionFailedError where they are forbidden."""
        rights = self.rights[account]
        if not rights & {VIEW_USERS, QUERY_GROUPS}:
            raise forbidden("groups", VIEW_GROUPS)
        listed = [group for group in self.groups.values() if group.id not in self.unlisted]
        if VIEW_USERS in rights:
            return listed
        return [group for group in listed if group.id in self.visible]

    def _sees(self, account: str, group: Group) -> bool:
        if VIEW_USERS in self.rights[account] or group.id in self.visible:
            return True
        raise forbidden("group by id", VIEW_GROUPS)


def _sorted(mappers: Iterable[ClaimMapper]) -> tuple[ClaimMapper, ...]:
    return tuple(sorted(set(mappers), key=lambda mapper: (mapper.claim, mapper.name)))


class FakeDirectoryReader:
    """A server with realms.

    `reads` and `forgotten` hold the names of directories, whenever their realm was read, and when
    they were let go of; `asked` are the questions. An answer `takes` so many seconds. `broken` are
    questions that get a failure instead of an answer.
    """

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self.realms: dict[str, FakeRealm] = {}
        self.reads: list[str] = []
        self.asked: list[Question] = []
        self.held: list[str] = []  # texts that were searched for in names
        self.roles_asked = 0
        self.connections: list[Connection] = []
        self.forgotten: list[str] = []
        self.takes = 0.0
        self.busy = self.busiest = 0
        self.down = False
        self.broken: dict[Question, Failure] = {}
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

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        self.reads.append(directory.name)
        self.connections.append(connection)
        if self._failures:
            raise self._failures.popleft()
        realm = await self._logged_in(directory, connection)
        if VIEW_CLIENTS not in realm.rights[connection.client_id]:
            fact = 'client-scopes: 403, the operator\'s account lacks the role "view-clients"'
            raise refused(Reason.KEYCLOAK_FORBIDDEN, fact)
        known = (realm.client(client) for client in directory.clients)
        clients = tuple(client for client in known if client is not None)
        if realm.proves and members_of is not None and (members_of or directory.canary):
            proof = PROOF if members_of else replace(PROOF, result=ProofResult.UNPROVEN)
            clients = tuple(replace(client, proof=proof) for client in clients)
        elif realm.proves:
            clients = tuple(replace(client, proof_pending=True) for client in clients)
        return Realm(realm.identity, clients)

    async def answer(
        self, directory: Directory, connection: Connection, identity: str, question: Question
    ) -> Answer:
        self.asked.append(question)
        realm = await self._logged_in(directory, connection)
        if realm.identity != identity:
            raise refused(Reason.KEYCLOAK_UNAVAILABLE, "is the realm being re-created?")
        if question in self.broken:
            raise QuestionFailedError(self.broken[question])
        return realm.answer(connection.client_id, question)

    async def check_groups_visible(self, directory: Directory, connection: Connection) -> None:
        realm = await self._logged_in(directory, connection)
        try:
            shown = realm.shown(connection.client_id)
        except QuestionFailedError as unanswered:
            raise RejectedError(unanswered.failure) from unanswered
        if realm.groups and not shown:
            raise RejectedError(groups_hidden("groups: Keycloak counts some, but shows none"))

    async def search_groups(
        self, directory: Directory, connection: Connection, text: str
    ) -> Sequence[Group]:
        self.held.append(text)
        realm = await self._logged_in(directory, connection)
        shown = realm.shown(connection.client_id)
        return [each for each in shown if text.casefold() in each.name.casefold()][
            :MAX_SEARCH_RESULTS
        ]

    async def has_realm_role(self, directory: Directory, connection: Connection, name: str) -> bool:
        self.roles_asked += 1
        realm = await self._logged_in(directory, connection)
        return VIEW_REALM in realm.rights[connection.client_id] and name in realm.roles

    async def forget_directory(self, directory: str) -> None:
        self.forgotten.append(directory)

    async def _logged_in(self, directory: Directory, connection: Connection) -> FakeRealm:
        await self._take_time()
        if self.down or connection.admin_url != ADMIN_URL:
            raise refused(Reason.KEYCLOAK_UNAVAILABLE, "could not be reached: ConnectError")
        realm = self.realms.get(connection.realm)
        if realm is None:
            raise refused(Reason.ISSUER_MISMATCH, "404, there is no such realm")
        if realm.issuer != directory.issuer:
            fact = f'spec.issuer is "{directory.issuer}", but Keycloak reports "{realm.issuer}"'
            raise refused(Reason.ISSUER_MISMATCH, fact)
        if realm.logins.get(connection.client_id) != connection.client_secret:
            raise refused(Reason.LOGIN_FAILED, "Keycloak refused the login")
        return realm

    async def _take_time(self) -> None:
        if self.takes:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            try:
                await asyncio.sleep(self.takes)
            finally:
                self.busy -= 1


def refused(reason: Reason, fact: str) -> RejectedError:
    """Return the error that the real reader raises for a reason."""
    return RejectedError(Failure(reason, with_advice(reason, fact)))


def forbidden(what: str, needs: str) -> QuestionFailedError:
    """Return the error of a question whose answer is forbidden."""
    fact = f"{what}: 403, the operator's account lacks {needs}"
    return QuestionFailedError(
        Failure(Reason.KEYCLOAK_FORBIDDEN, with_advice(Reason.KEYCLOAK_FORBIDDEN, fact))
    )
