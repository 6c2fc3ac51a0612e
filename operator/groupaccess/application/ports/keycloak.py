"""What the application needs from Keycloak."""

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
    """How to reach a realm. `admin_url` is the server's base URL, with a trailing slash.

    Without a `client_secret`, the pod's own token authenticates the client. `ca` is a PEM bundle,
    or None for the system's. `credentials` says where the login comes from, for people.
    """

    admin_url: str
    realm: str
    client_id: str
    client_secret: str | None = field(repr=False)
    ca: str | None = field(default=None, repr=False)
    credentials: str = "its credentials"


class DirectoryReader(Protocol):
    """Keycloak's admin API, one question at a time.

    Every method raises RejectedError with the reason why Keycloak could not be read: a failure is
    never returned as an empty answer. What is kept for the next question, such as a login, is kept
    by the directory's name.
    """

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        """Read the operator's account in the realm, and the clients that the directory names.

        Example tokens of members of `members_of` prove what the clients' tokens carry; with None,
        while no group is known yet, no member is looked for.
        """

    async def answer(
        self, directory: Directory, connection: Connection, identity: str, question: Question
    ) -> Answer:
        """Return the answer of the realm in which `identity` is the operator's account.

        It is complete unless `truncated`. Raise QuestionFailedError when other questions may still
        get an answer: for a 403, a 5xx, or a 404 that is not in Keycloak's own words.
        """

    async def check_groups_visible(self, directory: Directory, connection: Connection) -> None:
        """Raise RejectedError if the realm has groups and the account sees none of them."""

    async def search_groups(
        self, directory: Directory, connection: Connection, text: str
    ) -> Sequence[Group]:
        """Return some groups whose name contains `text`, ignoring case."""

    async def has_realm_role(self, directory: Directory, connection: Connection, name: str) -> bool:
        """Return whether the realm has a role of this name, as far as that may be seen."""

    async def forget_directory(self, directory: str) -> None:
        """Drop what is kept for a directory that is no longer asked."""


class OperatorTokens(Protocol):
    """Requests Keycloak's tokens for the operator itself."""

    async def operator_token(self, connection: Connection) -> OperatorToken:
        """Return a new ID token of the operator's own account, or raise RejectedError."""
