"""Sessions with realms: one for each directory, reused across rounds, always closed."""

import ssl
from pathlib import Path

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakGetError, raise_error_from_response

from groupaccess.adapters.keycloak.connection.http import HardenedClient
from groupaccess.adapters.keycloak.connection.login import Login, PodToken, StoredSecret
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

POD_TOKEN = Path("/var/run/secrets/groupaccess/token")  # where the chart mounts it


class Session:
    """The admin API of one realm; an answer may take `answer_within` seconds.

    Nothing is sent before the first use.
    """

    def __init__(self, connection: Connection, answer_within: float, pod_token: Path) -> None:
        self.connection = connection
        secret = connection.client_secret
        self.credential = PodToken(pod_token) if secret is None else StoredSecret(secret)
        trust = _trust(connection.ca)
        self._client = HardenedClient(trust, answer_within)
        self.login = Login(connection, self.credential, self._client, trust)
        self.admin = KeycloakAdmin(connection=self.login)

    async def get(self, collection: str, **query: str) -> object:
        """Read a collection of the realm in one request.

        A method of python-keycloak may send more requests, depending on the answer.
        """
        where = f"admin/realms/{self.login.realm_name}/{collection}"
        response = await self.login.a_raw_get(where, **query)
        return raise_error_from_response(response, KeycloakGetError)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


class Sessions:
    """The sessions by directory. Other credentials, or another CA, get another session."""

    def __init__(self, answer_within: float, pod_token: Path) -> None:
        self._answer_within = answer_within
        self._pod_token = pod_token
        self._open: dict[str, Session] = {}

    async def session_for(self, directory: str, connection: Connection) -> Session:
        """Return the session of a directory for this connection."""
        known = self._open.get(directory)
        if known is not None and known.connection == connection:
            return known
        made = Session(connection, self._answer_within, self._pod_token)
        self._open[directory] = made  # before any await: other tasks run concurrently
        if known is not None:
            await known.close()
        return made

    async def close(self, directory: str) -> None:
        """Close the session of a directory, if there is one."""
        if (known := self._open.pop(directory, None)) is not None:
            await known.close()


def _trust(ca: str | None) -> ssl.SSLContext:
    """Trust only the authorities of the PEM bundle `ca`, or the system's when it is None.

    Raise RejectedError when the bundle cannot be read.
    """
    # Python accepts only ASCII; a comment in a bundle may contain other characters.
    pem = None if ca is None else ca.encode("ascii", "ignore").decode()
    try:
        # An empty text would mean the system's authorities.
        context = ssl.create_default_context(cadata=pem if pem is None else f"{pem}\n")
    except ssl.SSLError as error:
        fact = f"spec.caBundle has no certificate that can be read ({error.reason})"
        raise RejectedError(Failure.of(Reason.CREDENTIALS_NOT_FOUND, fact)) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
