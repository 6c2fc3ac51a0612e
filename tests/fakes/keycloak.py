"""The port `DirectoryReader` as a Keycloak in memory."""

import asyncio
import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from fakes.keycloak_realm import ADMIN_URL, VIEW_CLIENTS, VIEW_REALM, FakeRealm
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.client import ProofResult, TokenProof
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import MAX_SEARCH_RESULTS, Answer, Question
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.directory.visibility import groups_hidden
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

PROOF = TokenProof(ProofResult.PROVEN, "as computed", datetime(2026, 3, 1, tzinfo=UTC))


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
    return RejectedError(Failure.of(reason, fact))
