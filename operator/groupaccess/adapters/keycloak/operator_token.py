"""The port `OwnTokens` on a real Keycloak: the operator's own ID token, by a login of its own."""

from pathlib import Path

from pydantic import TypeAdapter

from groupaccess.adapters.keycloak.connection.errors import failure, told, translated
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN, Session
from groupaccess.adapters.keycloak.json_types import TEXT, shaped
from groupaccess.application.ports.errors import RefusedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.apiserver.token_review import OperatorToken
from groupaccess.domain.reasons import Reason

CLAIMS = TypeAdapter(dict[str, object])


class KeycloakTokens:
    """Logs in for each token: none is kept. The arguments are as for the reader."""

    def __init__(self, answer_within: float, pod_token: Path = POD_TOKEN) -> None:
        self._answer_within = answer_within
        self._pod_token = pod_token

    async def own_token(self, connection: Connection) -> OperatorToken:
        """Return a new ID token of the operator's own account; see the port."""
        session = Session(connection, self._answer_within, self._pod_token)
        try:
            return await _id_token(session)
        except RefusedError as refused:
            raise RefusedError(told(refused.failure, session.proof.secret)) from refused
        finally:
            await session.close()


async def _id_token(session: Session) -> OperatorToken:
    await session.login.identity()  # the login asks for the scope openid
    with translated("the login"):
        raw = (session.login.token or {}).get("id_token")
        if raw is not None:
            text = shaped(TEXT, raw)
            payload = await session.login.keycloak_openid.a_decode_token(text, validate=False)
            claims = shaped(CLAIMS, payload)
            return OperatorToken(text, claims)
    fact = "Keycloak gave the operator no ID token for the scope openid"
    raise RefusedError(failure(Reason.API_SERVER_UNKNOWN, fact))
