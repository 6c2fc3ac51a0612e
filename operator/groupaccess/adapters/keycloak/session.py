"""A connection to one realm, as python-keycloak makes it, closed for certain."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakGetError, raise_error_from_response

from groupaccess.adapters.keycloak.client import CarefulClient
from groupaccess.adapters.keycloak.errors import failure
from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.reasons import Reason


@dataclass(frozen=True)
class Session:
    """The admin API of one realm."""

    admin: KeycloakAdmin

    async def get(self, collection: str, **query: str) -> object:
        """Read a collection of the realm in one request.

        Where python-keycloak has a method of its own, that may ask more, as the answer leads it.
        """
        where = f"admin/realms/{self.admin.connection.realm_name}/{collection}"
        response = await self.admin.connection.a_raw_get(where, **query)
        return raise_error_from_response(response, KeycloakGetError)


@asynccontextmanager
async def open_session(connection: Connection, answer_within: float) -> AsyncIterator[Session]:
    """Open a session, whose answers may take `answer_within` seconds; nothing is sent yet."""
    trust = _trust(connection.ca)
    async with CarefulClient(trust, answer_within) as client:
        opened = KeycloakOpenIDConnection(
            server_url=connection.admin_url,
            realm_name=quote(connection.realm, safe=""),
            client_id=connection.client_id,
            client_secret_key=connection.client_secret,
            verify=trust,  # type: ignore[arg-type]  # httpx wants an SSLContext
            timeout=None,  # that is the client's
        )
        opened.async_s = opened.keycloak_openid.connection.async_s = client
        yield Session(KeycloakAdmin(connection=opened))


def _trust(ca: str | None) -> ssl.SSLContext:
    """Believe the authorities of a bundle and no other, or the system's when there is none."""
    # Python takes ASCII alone; a comment in a bundle may hold more.
    pem = None if ca is None else ca.encode("ascii", "ignore").decode()
    try:
        # An empty one would mean the system's.
        context = ssl.create_default_context(cadata=pem if pem is None else f"{pem}\n")
    except ssl.SSLError as error:
        fact = f"caBundle holds no certificates that can be read ({error.reason})"
        raise RefusedError(failure(Reason.CREDENTIALS_NOT_FOUND, fact)) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
