"""What the application asks of Keycloak."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.token_review import OperatorToken
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, Question
from groupaccess.domain.directory.snapshot import Realm


@dataclass(frozen=True, slots=True)
class Connection:
    """How a realm is reached. `admin_url` is the server's base URL, with its trailing slash.

    Without a `client_secret`, the pod's own token proves that the operator is that client. `ca` is
    a PEM bundle, or None for the system's. `credentials` names where the login comes from, for
    people.
    """

    admin_url: str
    realm: str
    client_id: str
    client_secret: str | None = field(repr=False)
    ca: str | None = field(default=None, repr=False)
    credentials: str = "its credentials"


class DirectoryReader(Protocol):
    """Keycloak's admin API, one question at a time.

    Every method raises RefusedError with the reason why Keycloak is not known: nothing that fails
    is ever an empty answer. What is kept for the next question, such as a login, is kept by the
    directory's name.
    """

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        """Read who the operator is there, and the clients that the directory names.

        Example tokens of members of one of the groups prove what the clients' tokens carry; with
        None, while no group is known yet, none is looked for.
        """

    async def answer(
        self, directory: Directory, connection: Connection, identity: str, question: Question
    ) -> Answer:
        """Return the answer, which is complete but for `more`, of the realm with this `identity`.

        Raise UnansweredError where others may still get an answer: a 403, a 5xx, a 404 that is not
        Keycloak's own word.
        """

    async def check_groups_visible(self, directory: Directory, connection: Connection) -> None:
        """Look whether any group is shown, if there is one; raise RefusedError if not."""

    async def search_groups(
        self, directory: Directory, connection: Connection, text: str
    ) -> Sequence[Group]:
        """Return some groups whose names hold a text, in any case."""

    async def has_realm_role(self, directory: Directory, connection: Connection, name: str) -> bool:
        """Tell whether the realm has a role of this name, as far as that may be seen."""

    async def forget_directory(self, directory: str) -> None:
        """Let go of what is kept for a directory, which is asked no more."""


class OperatorTokens(Protocol):
    """Keycloak's tokens for the operator itself."""

    async def operator_token(self, connection: Connection) -> OperatorToken:
        """Return a new ID token of the operator's own account, or raise RefusedError."""
