"""The port `OperatorTokens` for a real Keycloak: an ID token for the operator itself."""

from pathlib import Path

from pydantic import TypeAdapter

from groupaccess.adapters.keycloak.connection.errors import keycloak_errors, redact
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import TEXT, validate
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.apiserver.token_review import OperatorToken
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

CLAIMS = TypeAdapter(dict[str, object])


class KeycloakOperatorTokens:
    """Logs in for each token and keeps none. The arguments are those of KeycloakReader."""

    def __init__(self, answer_within: float, pod_token: Path) -> None:
        self._answer_within = answer_within
        self._pod_token = pod_token

    async def operator_token(self, connection: Connection) -> OperatorToken:
        """Return a new ID token of the operator's own account; see the port."""
        session = Session(connection, self._answer_within, self._pod_token)
        try:
            return await _id_token(session)
        except RejectedError as refused:
            raise RejectedError(redact(refused.failure, session.credential.secret)) from refused
        finally:
            await session.close()


async def _id_token(session: Session) -> OperatorToken:
    await session.login.account_id()  # the login requests the scope openid
    with keycloak_errors("the login"):
        raw = (session.login.token or {}).get("id_token")
        if raw is not None:
            text = validate(TEXT, raw)
            payload = await session.login.keycloak_openid.a_decode_token(text, validate=False)
            claims = validate(CLAIMS, payload)
            return OperatorToken(text, claims)
    fact = "Keycloak issued no ID token for the operator, although it requested the scope openid"
    raise RejectedError(Failure.of(Reason.API_SERVER_UNKNOWN, fact))
