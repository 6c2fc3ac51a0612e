"""A Keycloak in virtual time: groups that people rename, delete and make anew, and outages."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime

from fakes.keycloak import FakeDirectoryReader, refused
from fakes.keycloak_realm import FakeClient, FakeRealm, membership
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.token_review import OperatorToken
from groupaccess.domain.directory.client import ProofResult, TokenProof
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, Question
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.reasons import Reason

TAKES = 0.02  # seconds for an answer
LIFETIME = 20  # seconds that a token lives


@dataclass(frozen=True)
class Reply:
    """A successful answer: when it was given, all groups' names by id, and what it is about.

    `about` is the name, path or id in the question: of other groups the answer tells nothing.
    """

    at: float
    names: Mapping[str, str]
    about: str


class SimulatedKeycloak:
    """One realm with the client headlamp, whose tokens carry groups by name."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.replies: defaultdict[str, list[Reply]] = defaultdict(list)  # by replica
        self.failed: dict[str, float] = {}  # replica -> since when nothing is read
        self.trouble = ""  # down, refuses, hangs
        self.fakes = FakeDirectoryReader()
        self.realm: FakeRealm = self.fakes.create_realm()
        self.realm.clients["headlamp"] = FakeClient((membership(),))

    @property
    def issuer(self) -> str:
        return self.realm.issuer

    @property
    def names(self) -> Mapping[str, str]:
        return {group.id: group.name for group in self.realm.groups.values()}

    def create(self, name: str) -> bool:
        """Create a group; tell whether there was none of that name."""
        if f"/{name}" in self.realm.groups:
            return False
        self.realm.create_group(f"/{name}")
        return True

    def delete(self, name: str) -> bool:
        return self.realm.groups.pop(f"/{name}", None) is not None

    def rename(self, old: str, new: str) -> bool:
        """Rename a group, which keeps its id; no other may have the name."""
        if f"/{new}" in self.realm.groups or f"/{old}" not in self.realm.groups:
            return False
        group = self.realm.groups.pop(f"/{old}")
        self.realm.groups[f"/{new}"] = Group(f"/{new}", new, group.id)
        return True

    def client(self, who: str) -> "KeycloakOf":
        return KeycloakOf(self, who)


@dataclass
class KeycloakOf:
    """Both ports of Keycloak, for one replica."""

    keycloak: SimulatedKeycloak
    who: str

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        await self._answer()
        realm = await self.keycloak.fakes.read_realm(directory, connection, members_of)
        proof = TokenProof(
            ProofResult.PROVEN, "as computed", datetime(2026, 1, 1, tzinfo=UTC), LIFETIME
        )
        clients = tuple(replace(client, proof=proof) for client in realm.clients)
        return replace(realm, clients=clients)

    async def answer(
        self, directory: Directory, connection: Connection, identity: str, question: Question
    ) -> Answer:
        await self._answer(QuestionFailedError)
        answer = await self.keycloak.fakes.answer(directory, connection, identity, question)
        names = self.keycloak.names
        await asyncio.sleep(TAKES / 2)
        self.keycloak.failed.pop(self.who, None)
        (about,) = astuple(question)
        self.keycloak.replies[self.who].append(Reply(self.keycloak.now(), names, about))
        return answer

    async def check_groups_visible(self, directory: Directory, connection: Connection) -> None:
        await self._answer()
        await self.keycloak.fakes.check_groups_visible(directory, connection)

    async def search_groups(
        self, directory: Directory, connection: Connection, text: str
    ) -> Sequence[Group]:
        await self._answer()
        return await self.keycloak.fakes.search_groups(directory, connection, text)

    async def has_realm_role(self, directory: Directory, connection: Connection, name: str) -> bool:
        await self._answer()
        return await self.keycloak.fakes.has_realm_role(directory, connection, name)

    async def forget_directory(self, directory: str) -> None:
        await self.keycloak.fakes.forget_directory(directory)

    async def operator_token(self, connection: Connection) -> OperatorToken:  # noqa: ARG002 -- the port
        raise refused(Reason.KEYCLOAK_UNAVAILABLE, "no canary is declared")

    async def _answer(self, error: type[RejectedError] = RejectedError) -> None:
        """Take time, and fail while there is trouble, with `error` where there is a connection.

        A request that hung, and fails after a later one was answered, is no silence of Keycloak,
        and neither is a single question that is forbidden.
        """
        began = self.keycloak.now()
        try:
            await self._fail(error)
        except RejectedError as refused_one:
            replies = self.keycloak.replies[self.who]
            later = bool(replies) and replies[-1].at >= began
            if not later and not _is_forbidden_question(refused_one):
                self.keycloak.failed.setdefault(self.who, self.keycloak.now())
            raise

    async def _fail(self, error: type[RejectedError]) -> None:
        await asyncio.sleep(TAKES / 2)
        match self.keycloak.trouble:
            case "down":
                raise refused(Reason.KEYCLOAK_UNAVAILABLE, "could not be reached: ConnectError")
            case "refuses":
                raise error(refused(Reason.KEYCLOAK_FORBIDDEN, "groups: 403").failure)
            case "hangs":
                await asyncio.sleep(20)
                raise error(
                    refused(Reason.KEYCLOAK_UNAVAILABLE, "no complete answer within 20 s").failure
                )


def _is_forbidden_question(error: RejectedError) -> bool:
    alone = isinstance(error, QuestionFailedError)
    return alone and error.failure.reason is Reason.KEYCLOAK_FORBIDDEN
