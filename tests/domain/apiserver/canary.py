"""A canary group, tokens that carry it, and what comes of their review."""

from domain.builders import directory, group
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.apiserver.token_review import (
    OperatorToken,
    TokenReviewResult,
    compare_review,
)

CANARY = group("/ops/canary")
DIRECTORY = directory()
EVERYBODY = "system:authenticated"


def token(**claims: object) -> OperatorToken:
    payload = {"iss": DIRECTORY.issuer, "groups": ["canary", "staff"], **claims}
    return OperatorToken(
        "raw", {claim: value for claim, value in payload.items() if value is not None}
    )


def judged(
    *groups: str,
    prefix: str = "",
    claim: str = "groups",
    error: str = "",
    carried: object = ("canary", "staff"),
) -> OidcCheckResult:
    review = TokenReviewResult((*groups, EVERYBODY), error)
    brought = token(groups=list(carried) if isinstance(carried, tuple) else carried)
    return compare_review(CANARY, directory(prefix=prefix, claim=claim), brought, review)
