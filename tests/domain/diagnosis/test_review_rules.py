"""What kube-apiserver itself says about a token counts more than what its flags seem to say."""

from datetime import timedelta

import pytest

from domain.builders import NOW
from domain.diagnosis.logins import ISSUER, causes, error, login, token, told
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.finding import Cause
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login

ENDED = int((NOW - timedelta(seconds=1)).timestamp())
ERRORS = {
    "oidc: authenticator not initialized": Cause.AUTHENTICATOR_NOT_READY,
    'oidc: authenticator for issuer "x" is not healthy: y': Cause.AUTHENTICATOR_NOT_READY,
    "oidc: verify token: oidc: token is expired (Token Expiry: x)": Cause.TOKEN_EXPIRED,
    "oidc: verify token: oidc: current time x before the nbf (not before) time: y": (
        Cause.TOKEN_NOT_YET_VALID
    ),
    'oidc: verify token: oidc: expected audience in ["a"] got ["b"]': Cause.AUDIENCE_MISMATCH,
    "oidc: email not verified": Cause.EMAIL_NOT_VERIFIED,
    'oidc: parse username claims "email": claim not present': Cause.USERNAME_CLAIM_MISSING,
    "oidc: required claim hd not present in ID token": Cause.REQUIRED_CLAIM_MISSING,
    'oidc: parse groups claim "groups": json: cannot unmarshal object': Cause.CLAIM_NESTED,
    "oidc: issuer did not match the issuer returned by provider, expected x got y": (
        Cause.ISSUER_MISMATCH
    ),
    "oidc authenticator: initializing plugin: Get x: no such host": Cause.AUTHENTICATOR_NOT_READY,
    "oidc: verify token: failed to verify signature: fetching keys x": (
        Cause.AUTHENTICATOR_NOT_READY
    ),
    "oidc: verify token: failed to verify id token signature": Cause.TOKEN_REJECTED,
    "[invalid bearer token, service account token has expired]": Cause.TOKEN_REJECTED,
    "invalid bearer token": Cause.ISSUER_MISMATCH,
    "oidc: something new": Cause.TOKEN_REJECTED,
}


@pytest.mark.parametrize(("text", "cause"), ERRORS.items())
def test_kube_apiservers_own_words_name_the_cause(text: str, cause: Cause) -> None:
    (finding,) = diagnose_login(login(authenticators=None, review=error(text)))
    assert finding.cause is cause
    assert finding.evidence[-1] == f"kube-apiserver: {text}"


def test_what_kube_apiserver_says_comes_with_what_the_rules_know() -> None:
    text = 'oidc: verify token: oidc: expected audience in ["headlamp"] got ["account"]'
    spoiled = token(aud="account", typ="Bearer")
    (finding,) = diagnose_login(login(token=spoiled, review=error(text)))
    assert finding.cause is Cause.WRONG_TOKEN_KIND
    assert finding.evidence[-1] == f"kube-apiserver: {text}"


def test_what_kube_apiserver_names_hides_what_it_would_reject_as_well() -> None:
    spoiled = login(token=token(exp=ENDED, aud="x"), review=error("oidc: token is expired"))
    assert causes(spoiled) == [Cause.TOKEN_EXPIRED]


def test_a_token_that_is_accepted_has_nothing_that_would_be_rejected() -> None:
    spoiled = login(
        authenticators=told(issuer=f"{ISSUER}/", audiences=frozenset({"x"})),
        review=TokenReviewResult(("SRE",)),
    )
    assert causes(spoiled) == []
