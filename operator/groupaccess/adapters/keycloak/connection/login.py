"""The operator's login: one token is kept, and asked for anew before it ends or when it is refused.

An account that logs in by itself gets no refresh token, and leaves no session behind in Keycloak.
"""

import asyncio
import json
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote

import httpx
from jwcrypto.jws import JWS  # type: ignore[import-untyped]
from keycloak import KeycloakOpenIDConnection
from keycloak.connection import ConnectionManager

from groupaccess.adapters.keycloak.connection.errors import (
    NOT_KEYCLOAKS,
    UNAUTHORIZED,
    failure,
    translated,
)
from groupaccess.adapters.keycloak.connection.http import CarefulClient
from groupaccess.adapters.keycloak.json_types import SUBJECT, shaped
from groupaccess.application.ports.errors import RefusedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.reasons import Reason

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE, NOT_ACTIVE = "audience", "not active"  # in Keycloak's words


class Proof(Protocol):
    """What the operator proves with that it is the client. `secret` is never to be shown."""

    secret: str

    def renewed(self) -> dict[str, Any]:
        """Return what the next token request proves itself with."""

    def explained(self, words: str) -> str:
        """Return Keycloak's words of refusal, and what they mean."""


class ClientSecret:
    """A secret that Keycloak keeps, too."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def renewed(self) -> dict[str, Any]:
        """Return the secret."""
        return {"client_secret": self.secret}

    def explained(self, words: str) -> str:
        """Return the words, which say all."""
        return words


class PodToken:
    """The pod's own token. The kubelet replaces it in time, so it is read anew for each login."""

    def __init__(self, file: Path) -> None:
        self.secret = ""
        self._file = file

    def renewed(self) -> dict[str, Any]:
        """Return the token as it is now."""
        try:
            self.secret = self._file.read_text().strip()
        except (OSError, ValueError) as error:
            self._missing(f"cannot be read ({type(error).__name__})")
        if not self.secret:
            self._missing("is empty")
        return {"client_assertion_type": ASSERTION, "client_assertion": self.secret}

    def explained(self, words: str) -> str:
        """Return the words, what the token says of itself, and what Keycloak has to know of it."""
        claims = _claims(self.secret)
        if not claims:
            return f"{words}. {self._file} holds no JSON Web Token"
        if AUDIENCE in words.lower():
            return (
                f"{words}. The pod's token is for {_listed(claims.get('aud'))}, and must be for "
                f"the realm's issuer alone, letter for letter: see the chart's value "
                f"serviceAccountToken.audience"
            )
        if NOT_ACTIVE in words.lower():
            return f"{words}. The pod's token has ended, or the clocks of both sides differ"
        return (
            f"{words}. The pod's token is from the issuer {_listed(claims.get('iss'))} for the "
            f"subject {_listed(claims.get('sub'))}: compare them with the identity provider and "
            f"with the client's credentials, and whether both are enabled and Keycloak can read "
            f"the issuer's keys"
        )

    def _missing(self, why: str) -> None:
        fact = (
            f"the pod's token {self._file} {why}; the chart's value serviceAccountToken mounts it"
        )
        raise RefusedError(failure(Reason.CREDENTIALS_NOT_FOUND, fact))


class Login(KeycloakOpenIDConnection):
    """A connection that is logged in whenever it is used; nothing is sent before."""

    def __init__(
        self, connection: Connection, proof: Proof, client: CarefulClient, trust: ssl.SSLContext
    ) -> None:
        super().__init__(
            server_url=connection.admin_url,
            realm_name=quote(connection.realm, safe=""),
            client_id=connection.client_id,
            verify=trust,  # type: ignore[arg-type]  # httpx wants an SSLContext
            timeout=None,  # that is the client's
        )
        self.async_s = self.keycloak_openid.connection.async_s = client
        self._proof = proof
        self._owner = f'of client "{connection.client_id}" with {connection.credentials}'
        self._one_at_a_time = asyncio.Lock()
        self._identity = ""

    async def identity(self) -> str:
        """Return who the operator is in this realm, by a token that is good."""
        await self._good()
        return self._identity

    async def a_raw_get(self, *args: Any, **kwargs: Any) -> httpx.Response:  # noqa: ANN401 -- as given
        """Read; a token that is refused, as after a change of the realm's keys, is renewed once."""
        used = await self._good()
        answer = await ConnectionManager.a_raw_get(self, *args, **kwargs)
        if answer.status_code == UNAUTHORIZED:
            await self._renew(used)
            answer = await ConnectionManager.a_raw_get(self, *args, **kwargs)
        return answer

    async def _good(self) -> dict[str, Any] | None:
        if self._ends_soon():
            await self._renew(self.token)
        return self.token

    def _ends_soon(self) -> bool:
        ends = self.expires_at  # python-keycloak takes a tenth off
        return ends is None or datetime.now(tz=UTC) >= ends

    async def _renew(self, used: dict[str, Any] | None) -> None:
        """Log in, unless another task has done so meanwhile."""
        async with self._one_at_a_time:
            if self.token is used:
                await self._log_in()

    async def _log_in(self) -> None:
        with translated("the login", login=self._refused):
            token = await self.keycloak_openid.a_token(
                grant_type="client_credentials", **self._proof.renewed()
            )
            claims = await self.keycloak_openid.a_decode_token(
                token["access_token"], validate=False
            )
            if claims.get("sub"):
                self._identity = shaped(SUBJECT, claims["sub"])
                self.token = token
                return
        fact = f'the token {self._owner} has no "sub": give the client the scope "basic"'
        raise RefusedError(failure(Reason.LOGIN_FAILED, fact))

    def _refused(self, words: str) -> str:
        return f"{self._owner}: {self._proof.explained(words)}"


def _claims(token: str) -> dict[str, Any]:
    """Return what a token says, which nobody has checked."""
    jws = JWS()
    try:
        jws.deserialize(token)
        return cast("dict[str, Any]", dict(json.loads(jws.objects["payload"])))
    except NOT_KEYCLOAKS:
        return {}


def _listed(value: object) -> str:
    """Return one claim for people."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(f'"{each}"' for each in values)
