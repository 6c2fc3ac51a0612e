"""The port `RealmPeople` for a real Keycloak."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypeVar
from urllib.parse import quote

from keycloak.exceptions import KeycloakError
from pydantic import TypeAdapter
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from groupaccess.adapters.keycloak.clients.mappers import read_client
from groupaccess.adapters.keycloak.connection.errors import NOT_FOUND
from groupaccess.adapters.keycloak.json_types import (
    CLIENTS,
    GROUP,
    GROUPS,
    MEMBERS,
    SCOPES,
    TOKEN,
    ClientRepresentation,
    GroupRepresentation,
    Id,
    validate,
)
from groupaccess.adapters.keycloak.setup.errors import missing_role, own_words, setup_errors
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.application.ports.keycloak_setup import SetupUnknownError
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.diagnosis.login_facts import Token
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.directory.group import Group
from groupaccess.domain.keycloak_setup.calls import path_segment

T = TypeVar("T")
VIEW_USERS, VIEW_CLIENTS = "view-users", "view-clients"
PAGE_SIZE = 500  # groups of a user, or members of a group


class UserRepresentation(TypedDict):
    """A user."""

    id: Id
    username: str
    enabled: NotRequired[bool]


class RealmRepresentation(TypedDict):
    """A realm."""

    defaultSignatureAlgorithm: NotRequired[str | None]


USERS, REALM = TypeAdapter(list[UserRepresentation]), TypeAdapter(RealmRepresentation)
ID_TOKEN_ALGORITHM = "id.token.signed.response.alg"  # noqa: S105 -- no password
ACCESS_TOKEN_ALGORITHM = "access.token.signed.response.alg"  # noqa: S105 -- no password


class KeycloakPeople:
    """Reads one realm by the session of whoever runs the command."""

    def __init__(self, session: HttpSession, realm: str) -> None:
        self._session, self._realm = session, realm

    async def find_user(self, username: str) -> RealmUser | None:
        """Return a user; see the port."""
        what = f'user "{username}"'
        listed = await self._read(what, VIEW_USERS, USERS, "users", username=username, exact="true")
        found = next(
            (each for each in listed if each["username"].lower() == username.lower()), None
        )
        if found is None:
            await self._must_see(what, VIEW_USERS, USERS, "users", max="1")
            return None
        groups = await self._groups_of(f"the groups of {what}", found["id"])
        return RealmUser(found["id"], found["username"], found.get("enabled", True), groups)

    async def _groups_of(self, what: str, user_id: str) -> tuple[Group, ...]:
        """Return all groups that a user is directly in, read page by page."""
        result: list[Group] = []
        query, page = {"briefRepresentation": "true", "max": str(PAGE_SIZE)}, PAGE_SIZE
        while page == PAGE_SIZE:
            where, first = f"users/{user_id}/groups", str(len(result))
            read = await self._read(what, VIEW_USERS, GROUPS, where, first=first, **query)
            result.extend(map(_group, read))
            page = len(read)
        return tuple(result)

    async def find_group(self, path: str) -> Group | None:
        """Return a group; see the port."""
        where = f"group-by-path/{quote(path.lstrip('/'), safe='/')}"
        with setup_errors(self._session.names, f"group {path}", self._realm, VIEW_USERS):
            try:
                return _group(validate(GROUP, await self._session.get(self._path(where))))
            except KeycloakError as error:
                _, words = own_words(error)
                if error.response_code == NOT_FOUND and "group" in words.lower():
                    return None
                raise

    async def find_groups(self, name: str) -> Sequence[Group]:
        """Return the groups of a name; see the port."""
        what, query = f'groups named "{name}"', {"search": name.strip(), "exact": "true"}
        flat = {"populateHierarchy": "false", "briefRepresentation": "true"}
        found = await self._read(what, VIEW_USERS, GROUPS, "groups", **query, **flat)
        if not found:
            await self._must_see(what, VIEW_USERS, GROUPS, "groups", max="1")
        return [_group(each) for each in found if each["name"] == name]

    async def has_member(self, path: str) -> bool:
        """Tell whether somebody is in a group; see the port."""
        group = await self.find_group(path)
        if group is None:
            return False
        where, what = f"groups/{path_segment(group.id)}/members", f"the members of group {path}"
        query = {"max": str(PAGE_SIZE), "briefRepresentation": "true"}
        listed = await self._read(what, VIEW_USERS, MEMBERS, where, **query)
        return any(member.get("enabled", True) for member in listed)

    async def read_client(self, login_client: LoginClient) -> RealmClient | None:
        """Return a client; see the port.

        Which roles it can put into the claim is not read: it takes more rights, and tells nothing
        of groups.
        """
        name = login_client.client_id
        what = f'client "{name}"'
        scopes = await self._must_see(what, VIEW_CLIENTS, SCOPES, "client-scopes")
        listed = await self._read(what, VIEW_CLIENTS, CLIENTS, "clients", clientId=name)
        found = next((each for each in listed if each["clientId"] == name), None)
        if found is None or "id" not in found:
            return None
        by_name = {scope["name"]: scope for scope in scopes}
        client = read_client(login_client, found, by_name, {})
        by_browser = found.get("standardFlowEnabled", True)
        uris = tuple(found.get("redirectUris") or ()) if by_browser else None
        return RealmClient(found["id"], client, uris, await self._algorithm(login_client, found))

    async def _algorithm(self, login: LoginClient, client: ClientRepresentation) -> str:
        """Return what a client's tokens are signed with: its own setting, else the realm's.

        The realm's is shown with the role view-realm.
        """
        setting = ID_TOKEN_ALGORITHM if login.id_token else ACCESS_TOKEN_ALGORITHM
        if own := (client.get("attributes") or {}).get(setting):
            return own
        where = f"admin/realms/{path_segment(self._realm)}"
        with setup_errors(self._session.names, f"realm {self._realm}", self._realm, VIEW_CLIENTS):
            realm = validate(REALM, await self._session.get(where))
        return realm.get("defaultSignatureAlgorithm") or ""

    async def example_token(self, client: RealmClient, login: LoginClient, user_id: str) -> Token:
        """Return an example token; see the port."""
        kind = "id-token" if login.id_token else "access-token"
        where = f"clients/{client.id}/evaluate-scopes/generate-example-{kind}"
        what = f'an example token of client "{login.client_id}"'
        query = {"scope": " ".join(login.scopes), "userId": user_id}
        claims = await self._read(what, VIEW_CLIENTS, TOKEN, where, **query)
        return Token(client.algorithm, claims, example=True)

    async def _must_see(
        self,
        what: str,
        right: str,
        shape: TypeAdapter[list[T]],
        path: str,
        **query: Any,  # noqa: ANN401 -- of a URL
    ) -> list[T]:
        """Return a list that is empty only if a right is missing: Keycloak omits what it covers."""
        listed = await self._read(what, right, shape, path, **query)
        if not listed:
            raise SetupUnknownError(missing_role(what, self._realm, right))
        return listed

    async def _read(
        self,
        what: str,
        right: str,
        shape: TypeAdapter[T],
        path: str,
        **query: Any,  # noqa: ANN401 -- of a URL
    ) -> T:
        with setup_errors(self._session.names, what, self._realm, right):
            return validate(shape, await self._session.get(self._path(path), **query))

    def _path(self, path: str) -> str:
        return f"admin/realms/{path_segment(self._realm)}/{path}"


def _group(representation: GroupRepresentation) -> Group:
    return Group(representation["path"], representation["name"], representation["id"])
