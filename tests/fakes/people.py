"""A realm's people in memory: the port `RealmPeople`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from groupaccess.application.ports.keycloak_setup import SetupUnknownError
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.diagnosis.login_facts import Token
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.directory.group import Group

ROLES = {
    "find_user": "view-users",
    "find_group": "view-users",
    "find_groups": "view-users",
    "has_member": "view-users",
    "read_client": "view-clients",
    "example_token": "view-clients",
}


@dataclass
class FakePeople:
    """`missing` are calls for which the login lacks a right."""

    users: list[RealmUser] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    clients: list[RealmClient] = field(default_factory=list)
    claims: dict[str, object] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    async def find_user(self, username: str) -> RealmUser | None:
        self._must("find_user")
        return next((each for each in self.users if each.username == username.lower()), None)

    async def find_group(self, path: str) -> Group | None:
        self._must("find_group")
        return next((each for each in self.groups if each.path == path), None)

    async def find_groups(self, name: str) -> Sequence[Group]:
        self._must("find_groups")
        return [each for each in self.groups if each.name == name]

    async def has_member(self, path: str) -> bool:
        self._must("has_member")
        members = (group.path for user in self.users if user.enabled for group in user.groups)
        return path in members

    async def read_client(self, login_client: LoginClient) -> RealmClient | None:
        self._must("read_client")
        name = login_client.client_id
        return next((each for each in self.clients if each.client.client_id == name), None)

    async def example_token(self, client: RealmClient, login: LoginClient, user_id: str) -> Token:
        assert (client.client.client_id, bool(user_id)) == (login.client_id, True)
        self._must("example_token")
        return Token(client.algorithm, self.claims, example=True)

    def _must(self, call: str) -> None:
        if call in self.missing:
            raise SetupUnknownError(f'{call}: 403. The login lacks the role "{ROLES[call]}"')
