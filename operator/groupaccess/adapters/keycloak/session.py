"""A connection to one realm, as python-keycloak makes it, closed for certain."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakGetError, raise_error_from_response

from groupaccess.adapters.keycloak.errors import failure
from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.reasons import Reason


@dataclass(frozen=True)
class Session:
    """The admin API of one realm."""

    admin: KeycloakAdmin

    async def get(self, collection: str, **query: str) -> list[dict[str, Any]]:
        """Read a collection of the realm for which python-keycloak has no filter."""
        where = f"admin/realms/{self.admin.connection.realm_name}/{collection}"
        response = await self.admin.connection.a_raw_get(where, **query)
        found = raise_error_from_response(response, KeycloakGetError)
        if not isinstance(found, list):
            raise TypeError(f"{collection} should be a list, not {type(found).__name__}")
        return found


@asynccontextmanager
async def open_session(connection: Connection, answer_within: float) -> AsyncIterator[Session]:
    """Open a session, whose calls may take `answer_within` seconds; nothing is sent yet."""
    opened = KeycloakOpenIDConnection(
        server_url=connection.admin_url,
        realm_name=quote(connection.realm, safe=""),
        client_id=connection.client_id,
        client_secret_key=connection.client_secret,
        verify=_trust(connection.ca),  # type: ignore[arg-type]  # httpx wants an SSLContext
        timeout=answer_within,  # type: ignore[arg-type]  # httpx takes fractions, too
    )
    try:
        yield Session(KeycloakAdmin(connection=opened))
    finally:
        await opened.aclose()
        await opened.keycloak_openid.connection.aclose()


def _trust(ca: str | None) -> ssl.SSLContext:
    # Python takes ASCII alone; a comment in a bundle may hold more.
    pem = ca.encode("ascii", "ignore").decode() if ca else None
    try:
        return ssl.create_default_context(cadata=pem)
    except ssl.SSLError as error:
        fact = f"caBundle holds no certificates that can be read ({error.reason})"
        raise RefusedError(failure(Reason.CREDENTIALS_NOT_FOUND, fact)) from error
