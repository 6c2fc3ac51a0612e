"""Requests to one Keycloak, by the client that accepts only Keycloak's own answers."""

import json
import ssl
from pathlib import Path
from typing import Any

from keycloak.connection import ConnectionManager
from keycloak.exceptions import KeycloakPostError, raise_error_from_response

from groupaccess.adapters.keycloak.connection.http import HardenedClient
from groupaccess.adapters.keycloak.connection.setting_names import SETUP_OPTIONS, SettingNames
from groupaccess.application.ports.keycloak_setup import SetupRefusedError
from groupaccess.domain.keycloak_setup.calls import path_segment

ANSWER_SECONDS = 30.0
CREATED, NO_CONTENT = 201, 204
DONE = [200, CREATED, NO_CONTENT]


class WritingClient(HardenedClient):
    """Accepts the empty answers to writes, and http to this machine (kubectl port-forward)."""

    PLAIN_HTTP = frozenset({"localhost", "127.0.0.1", "::1"})
    EMPTY_ANSWERS = frozenset({CREATED, NO_CONTENT})


class HttpSession:
    """Requests to the Keycloak at `url`, whose certificate is by the CA in a file, if there is one.

    Methods raise python-keycloak's errors; `names` are what they are about, for people.
    """

    def __init__(self, url: str, ca: Path | None, names: SettingNames = SETUP_OPTIONS) -> None:
        self.url, self.names = url.rstrip("/"), names
        trust = _trust(ca)
        self._client = WritingClient(trust, ANSWER_SECONDS, names)
        self._connection = ConnectionManager(
            f"{self.url}/",
            headers={},
            timeout=None,
            verify=trust,  # type: ignore[arg-type]  # httpx wants an SSLContext
        )
        self._connection.async_s = self._client

    def authorize(self, token: str) -> None:
        """Send this access token with each further request."""
        self._connection.headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }

    async def form(self, realm: str, endpoint: str, fields: dict[str, str]) -> dict[str, Any]:
        """Send a form to an OpenID Connect endpoint of a realm; return the JSON of its answer."""
        path = f"realms/{path_segment(realm)}/protocol/openid-connect/{endpoint}"
        response = await self._connection.a_raw_post(path, data=fields)
        answer = raise_error_from_response(response, KeycloakPostError)
        if not isinstance(answer, dict):
            raise TypeError("the answer is no JSON object")
        return answer

    async def get(self, path: str, **query: Any) -> Any:  # noqa: ANN401 -- JSON
        """Read a path."""
        response = await self._connection.a_raw_get(path, **query)
        return raise_error_from_response(response, KeycloakPostError)

    async def send(self, method: str, path: str, body: object) -> str:
        """Send JSON; return the last part of the answer's Location, "" without one."""
        connection, data = self._connection, json.dumps(body)
        match method:
            case "POST":
                response = await connection.a_raw_post(path, data=data)
            case "PUT":
                response = await connection.a_raw_put(path, data=data)
            case _:
                data = "" if body is None else data
                response = await connection.a_raw_delete(path, data=data)  # type: ignore[arg-type]  # as for POST
        raise_error_from_response(response, KeycloakPostError, expected_codes=DONE)
        return str(response.headers.get("Location", "")).rpartition("/")[2]

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def _trust(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise SetupRefusedError(
            f"--ca: {ca} has no certificate that can be read ({error.reason}). Name a file with "
            "the CA's certificate as PEM"
        ) from error
    except OSError as error:
        raise SetupRefusedError(f"--ca: {ca} cannot be read: {error.strerror}") from error
