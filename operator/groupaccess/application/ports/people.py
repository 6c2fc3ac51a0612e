"""What `groupaccess why USER` needs from a realm, read with the login of whoever runs it."""

from dataclasses import dataclass
from typing import Protocol

from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.diagnosis.login_facts import Token
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.group import Group


@dataclass(frozen=True, slots=True)
class RealmClient:
    """A client that people log in with, and its internal id."""

    id: str
    client: Client


class RealmPeople(Protocol):
    """A realm's users, groups and clients.

    Every method raises SetupRefusedError or SetupUnknownError; the text says what to do, and names
    the role that is missing.
    """

    async def find_user(self, username: str) -> RealmUser | None:
        """Return the user of exactly this name, None if there is none."""

    async def find_group(self, path: str) -> Group | None:
        """Return the group at a path such as `/platform/sre`, None if there is none."""

    async def read_client(self, login_client: LoginClient) -> RealmClient | None:
        """Return a client with what writes into its tokens, None if there is none."""

    async def example_token(self, client: RealmClient, login: LoginClient, user_id: str) -> Token:
        """Return what a token of this client would carry for a user; nothing is issued."""
