"""Calls of the admin API of one realm, whose errors are sentences."""

from typing import Any

from keycloak.exceptions import KeycloakError

from groupaccess.adapters.keycloak.connection.errors import NOT_FOUND
from groupaccess.adapters.keycloak.setup.errors import own_words, setup_errors
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.domain.keycloak_setup.calls import AdminCall, path_segment

ALL = 1000  # rows at most, of lists that have a few


class RealmRequests:
    """Calls below `/admin/realms/{realm}`; `right` is the role that is named after a 403."""

    def __init__(self, session: HttpSession, realm: str) -> None:
        self.realm = realm
        self.session = session
        self._base = f"admin/realms/{path_segment(realm)}"

    async def get(self, path: str, right: str, **query: Any) -> Any:  # noqa: ANN401 -- JSON
        """Read a path."""
        with setup_errors(self.session.names, f"GET {path or 'the realm'}", self.realm, right):
            return await self.session.get(f"{self._base}{path}", **query)

    async def find(self, path: str, right: str) -> Any:  # noqa: ANN401 -- JSON
        """Read a path; None where Keycloak says that it does not exist."""
        with setup_errors(self.session.names, f"GET {path}", self.realm, right):
            try:
                return await self.session.get(f"{self._base}{path}")
            except KeycloakError as error:
                _, words = own_words(error)
                is_absent = error.response_code == NOT_FOUND and "realm" not in words.lower()
                if is_absent and "resource method" not in words.lower():
                    return None
                raise

    async def named(self, path: str, right: str, **query: Any) -> Any:  # noqa: ANN401 -- JSON
        """Return the row of a search whose name or client id is exactly that of the query."""
        rows = await self.get(path, right, **query)
        required = set(query.values())
        exact = [row for row in rows if required & {row.get("name"), row.get("clientId")}]
        return exact[0] if exact else None

    async def send(self, call: AdminCall) -> str:
        """Make a call that writes; return the id of what it made, "" if it made nothing."""
        with setup_errors(
            self.session.names, f"{call.method} {call.path or 'the realm'}", self.realm, call.right
        ):
            return await self.session.send(call.method, f"{self._base}{call.path}", call.body)
