"""What `groupaccess why USER` needs from a realm, read with the login of whoever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.diagnosis.login_facts import Token
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.group import Group


@dataclass(frozen=True, slots=True)
class RealmClient:
    """A client that people log in with, and its internal id.

    `redirect_uris` are where it may send a browser to; None if nobody logs in with a browser there
    (its standard flow is off). `algorithm` is what Keycloak signs its tokens with, "" if that is
    not shown.
    """

    id: str
    client: Client
    redirect_uris: tuple[str, ...] | None = None
    algorithm: str = ""


class RealmPeople(Protocol):
    """A realm's users, groups and clients.

    Every method raises SetupRefusedError or SetupUnknownError; the text says what to do, and names
    the role that is missing.
    """

    async def find_user(self, username: str) -> RealmUser | None:
        """Return the user of exactly this name, None if there is none."""

    async def find_group(self, path: str) -> Group | None:
        """Return the group at a path such as `/platform/sre`, None if there is none."""

    async def find_groups(self, name: str) -> Sequence[Group]:
        """Return the groups of exactly this name, wherever they are; some if there are many."""

    async def has_member(self, path: str) -> bool:
        """Tell whether an enabled user is directly in the group at a path.

        It is False if there is no such group. Of many members some are looked at.
        """

    async def read_client(self, login_client: LoginClient) -> RealmClient | None:
        """Return a client with what writes into its tokens, None if there is none."""

    async def example_token(self, client: RealmClient, login: LoginClient, user_id: str) -> Token:
        """Return what a token of this client would carry for a user; nothing is issued."""
