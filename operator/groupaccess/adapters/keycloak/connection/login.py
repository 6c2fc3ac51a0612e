"""The operator's login: one token, renewed before it expires or when it is refused.

A login with the client credentials grant gets no refresh token and leaves no session in Keycloak.
"""

import asyncio
import json
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote

import httpx
from jwcrypto.jws import JWS  # type: ignore[import-untyped]  # it has no types
from keycloak import KeycloakOpenIDConnection
from keycloak.connection import ConnectionManager

from groupaccess.adapters.keycloak.connection.errors import (
    MALFORMED_ANSWER,
    UNAUTHORIZED,
    keycloak_errors,
)
from groupaccess.adapters.keycloak.connection.http import HardenedClient
from groupaccess.adapters.keycloak.json_types import SUBJECT, validate
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE, NOT_ACTIVE = "audience", "not active"  # in Keycloak's error messages


class ClientCredential(Protocol):
    """How the operator proves that it is the client. `secret` must never be shown."""

    secret: str

    def token_request_fields(self) -> dict[str, Any]:
        """Return the fields that authenticate the next token request."""

    def explain_rejection(self, words: str) -> str:
        """Return Keycloak's error message `words`, and what it means."""


class StoredSecret:
    """A client secret, which Keycloak stores, too."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def token_request_fields(self) -> dict[str, Any]:
        """Return the secret."""
        return {"client_secret": self.secret}

    def explain_rejection(self, words: str) -> str:
        """Return the message alone: it needs no explanation."""
        return words


class PodToken:
    """The pod's service account token.

    The kubelet replaces it before it expires, so it is read again for each login.
    """

    def __init__(self, file: Path) -> None:
        self.secret = ""
        self._file = file

    def token_request_fields(self) -> dict[str, Any]:
        """Return the current token; raise RejectedError if there is none."""
        try:
            self.secret = self._file.read_text().strip()
        except (OSError, ValueError) as error:
            self._missing(f"cannot be read ({type(error).__name__})")
        if not self.secret:
            self._missing("is empty")
        return {"client_assertion_type": CLIENT_ASSERTION_TYPE, "client_assertion": self.secret}

    def explain_rejection(self, words: str) -> str:
        """Return the message, the token's claims, and what to compare them with in Keycloak."""
        claims = _claims(self.secret)
        if not claims:
            return f"{words}. {self._file} contains no JSON Web Token"
        if AUDIENCE in words.lower():
            return (
                f"{words}. The pod's token has the audience {_quote(claims.get('aud'))}, but must "
                "have exactly the realm's issuer and no other: correct the chart's value "
                "serviceAccountToken.audience"
            )
        if NOT_ACTIVE in words.lower():
            return f"{words}. The pod's token has expired, or cluster and Keycloak differ in time"
        return (
            f"{words}. The pod's token has the issuer {_quote(claims.get('iss'))} and the subject "
            f"{_quote(claims.get('sub'))}: compare them with the identity provider and the "
            "client's credentials in Keycloak. Check that both are enabled, and that Keycloak can "
            "read the issuer's keys"
        )

    def _missing(self, why: str) -> None:
        fact = (
            f"the pod's token {self._file} {why}; the chart's value serviceAccountToken mounts it"
        )
        raise RejectedError(Failure.of(Reason.CREDENTIALS_NOT_FOUND, fact))


class Login(KeycloakOpenIDConnection):
    """A connection that has a valid token whenever it is used; nothing is sent before."""

    def __init__(
        self,
        connection: Connection,
        proof: ClientCredential,
        client: HardenedClient,
        trust: ssl.SSLContext,
    ) -> None:
        super().__init__(
            server_url=connection.admin_url,
            realm_name=quote(connection.realm, safe=""),
            client_id=connection.client_id,
            verify=trust,  # type: ignore[arg-type]  # httpx wants an SSLContext
            timeout=None,  # the client has its own
        )
        self.async_s = self.keycloak_openid.connection.async_s = client
        self._credential = proof
        self._description = f'of client "{connection.client_id}" with {connection.credentials}'
        self._renewal_lock = asyncio.Lock()
        self._account_id = ""

    async def account_id(self) -> str:
        """Return the operator's account id (`sub`) in this realm, from a valid token."""
        await self._valid_token()
        return self._account_id

    async def a_raw_get(self, *args: Any, **kwargs: Any) -> httpx.Response:  # noqa: ANN401 -- as given
        """Send a GET; a refused token, as after a change of the realm's keys, is renewed once."""
        used = await self._valid_token()
        answer = await ConnectionManager.a_raw_get(self, *args, **kwargs)
        if answer.status_code == UNAUTHORIZED:
            await self._renew(used)
            answer = await ConnectionManager.a_raw_get(self, *args, **kwargs)
        return answer

    async def _valid_token(self) -> dict[str, Any] | None:
        if self._expires_soon():
            await self._renew(self.token)
        return self.token

    def _expires_soon(self) -> bool:
        ends = self.expires_at  # python-keycloak subtracts a tenth of the lifetime
        return ends is None or datetime.now(tz=UTC) >= ends

    async def _renew(self, used: dict[str, Any] | None) -> None:
        """Log in, unless another task has already replaced the token `used`."""
        async with self._renewal_lock:
            if self.token is used:
                await self._log_in()

    async def _log_in(self) -> None:
        with keycloak_errors("the login", login=self._explain_rejection):
            token = await self.keycloak_openid.a_token(
                grant_type="client_credentials", **self._credential.token_request_fields()
            )
            claims = await self.keycloak_openid.a_decode_token(
                token["access_token"], validate=False
            )
            if claims.get("sub"):
                self._account_id = validate(SUBJECT, claims["sub"])
                self.token = token
                return
        fact = f'the token {self._description} has no "sub": give the client the scope "basic"'
        raise RejectedError(Failure.of(Reason.LOGIN_FAILED, fact))

    def _explain_rejection(self, words: str) -> str:
        return f"{self._description}: {self._credential.explain_rejection(words)}"


def _claims(token: str) -> dict[str, Any]:
    """Return the claims of a token without verification; empty if it is no JSON Web Token."""
    jws = JWS()
    try:
        jws.deserialize(token)
        return cast("dict[str, Any]", dict(json.loads(jws.objects["payload"])))
    except MALFORMED_ANSWER:
        return {}


def _quote(value: object) -> str:
    """Return a claim's value as text for a message."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(f'"{each}"' for each in values)
