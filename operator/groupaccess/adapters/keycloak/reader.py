"""The port `DirectoryReader` for a real Keycloak: an answer, or an error with a reason."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.keycloak import groups
from groupaccess.adapters.keycloak.clients.example_tokens import ExampleTokens, RealmConfiguration
from groupaccess.adapters.keycloak.clients.read import has_realm_role, read_clients
from groupaccess.adapters.keycloak.connection.errors import keycloak_errors, redact
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN, Session, Sessions
from groupaccess.adapters.keycloak.json_types import TEXT, validate
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, Question
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

ANSWER_TIMEOUT_SECONDS = 20.0
ATTEMPTS = 2  # to read all with one account: a re-created realm refuses the old token


class KeycloakReader:
    """Reads realms, over one session for each directory.

    `answer_within` is how many seconds one answer may take, from connecting to its last byte.
    `pod_token` is the file with the pod's token, for directories without a stored secret.
    """

    def __init__(
        self, answer_within: float = ANSWER_TIMEOUT_SECONDS, pod_token: Path = POD_TOKEN
    ) -> None:
        self._sessions = Sessions(answer_within, pod_token)
        self._prover = ExampleTokens(SystemClock().now)

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        """Read the operator's account and the clients; see the port."""
        session = await self._sessions.session_for(directory.name, connection)
        with _without_secret(session):
            await _check_issuer(directory, session)
            for _ in range(ATTEMPTS):
                identity = await session.login.account_id()
                clients, ids = await read_clients(session, directory)
                read = RealmConfiguration(directory, identity, members_of, clients, ids)
                clients = await self._prover.prove(session, read)
                if await session.login.account_id() == identity:
                    return Realm(identity, clients)
            raise _realm_recreated()

    async def answer(
        self, directory: Directory, connection: Connection, identity: str, question: Question
    ) -> Answer:
        """Ask one question; see the port."""
        session = await self._sessions.session_for(directory.name, connection)
        with _without_secret(session):
            answer = await groups.answer_question(session, question)
            if await session.login.account_id() != identity:
                raise _realm_recreated()
            return answer

    async def check_groups_visible(self, directory: Directory, connection: Connection) -> None:
        """Check whether groups are shown; see the port."""
        session = await self._sessions.session_for(directory.name, connection)
        with _without_secret(session):
            await groups.check_groups_visible(session)

    async def search_groups(
        self, directory: Directory, connection: Connection, text: str
    ) -> Sequence[Group]:
        """Search for groups by a part of their name; see the port."""
        session = await self._sessions.session_for(directory.name, connection)
        with _without_secret(session):
            return await groups.search_groups(session, text)

    async def has_realm_role(self, directory: Directory, connection: Connection, name: str) -> bool:
        """Look up a realm role; see the port."""
        session = await self._sessions.session_for(directory.name, connection)
        with _without_secret(session):
            return await has_realm_role(session, name)

    async def forget_directory(self, directory: str) -> None:
        """Close the directory's session and drop its proofs; see the port."""
        self._prover.forget_directory(directory)
        await self._sessions.close(directory)


@contextmanager
def _without_secret(session: Session) -> Iterator[None]:
    """Redact the server's part of an error's message."""
    try:
        yield
    except RejectedError as refused:
        raise type(refused)(redact(refused.failure, session.credential.secret)) from refused


def _realm_recreated() -> RejectedError:
    fact = "the operator's account changed during the reading: is the realm being re-created?"
    return RejectedError(Failure.of(Reason.KEYCLOAK_UNAVAILABLE, fact))


async def _check_issuer(directory: Directory, session: Session) -> None:
    """Compare the issuer letter for letter, as kube-apiserver does with a token's `iss`."""
    with keycloak_errors("the realm's OpenID configuration", missing=Reason.ISSUER_MISMATCH):
        result = await session.login.keycloak_openid.a_well_known()
        issuer = validate(TEXT, result["issuer"])
    if issuer != directory.issuer:
        fact = f'spec.issuer is "{directory.issuer}", but Keycloak reports the issuer "{issuer}"'
        raise RejectedError(Failure.of(Reason.ISSUER_MISMATCH, fact))
