"""The ports `OperatorTokens` and `ApiServer`: tokens, and an API server that reads them."""

from dataclasses import dataclass, field

from fakes.keycloak import refused
from fakes.keycloak_realm import ADMIN_URL, SECRET
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.apiserver.token_review import OperatorToken, TokenReviewResult
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

RAW = "eyJ-the-operators-own-token"


@dataclass
class FakeTokens:
    """A realm's tokens for the operator; `claims` may be changed by a test."""

    claims: dict[str, object] = field(
        default_factory=lambda: {
            "iss": f"{ADMIN_URL}realms/ADMIN",
            "aud": ["headlamp"],
            "groups": ["canary"],
        }
    )
    asked: int = 0

    async def operator_token(self, connection: Connection) -> OperatorToken:
        self.asked += 1
        if connection.admin_url != ADMIN_URL:
            raise refused(Reason.KEYCLOAK_UNAVAILABLE, "could not be reached: ConnectError")
        if connection.client_secret != SECRET:
            raise refused(Reason.LOGIN_FAILED, "Keycloak refused the login")
        return OperatorToken(RAW, dict(self.claims))


@dataclass
class FakeApiServer:
    """Reads the groups of one token, behind a prefix; a token that it does not know is refused."""

    tokens: FakeTokens
    prefix: str = ""
    claim: str = "groups"
    error: str = ""
    may_review: bool = True
    failure: Exception | None = None
    reviews: list[str] = field(default_factory=list)

    async def review_token(self, token: str) -> TokenReviewResult:
        self.reviews.append(token)
        if self.failure is not None:
            raise self.failure
        if not self.may_review:
            raise forbidden("apiServer.tokenReview")
        if self.error or token != RAW:
            return TokenReviewResult(error=self.error or "invalid bearer token")
        groups = self.tokens.claims.get(self.claim, [])
        read = [f"{self.prefix}{group}" for group in groups] if isinstance(groups, list) else []
        return TokenReviewResult((*read, "system:authenticated"))


def forbidden(value: str) -> RejectedError:
    """Return the error of a right that the chart did not give."""
    fact = f"the operator may not: set the chart's value {value} to true"
    return RejectedError(Failure.of(Reason.API_SERVER_UNKNOWN, fact))
