"""The whole sentences about kube-apiserver, as a person reads them."""

from collections.abc import Callable

import pytest

from domain.apiserver.canary import CANARY, DIRECTORY, judged, token
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.apiserver.token_review import canary_token_problem
from groupaccess.domain.reasons import with_advice

SENTENCES: dict[str, tuple[Callable[[], OidcCheckResult | None], str]] = {
    "not initialized": (
        lambda: judged(error="oidc: authenticator not initialized"),
        (
            "kube-apiserver has not reached https://auth.example.com/realms/ADMIN yet: check that "
            "it can reach this address, and that it trusts the certificate there"
        ),
    ),
    "another audience": (
        lambda: judged(error='oidc: expected audience in ["a" "b"] got []'),
        (
            'kube-apiserver expects the audience "a" or "b" (--oidc-client-id, or '
            "issuer.audiences), but spec.tokens.clients has headlamp: their tokens get a 401, "
            "unless a mapper adds that audience. If one does, give the operator's own client that "
            "mapper, too"
        ),
    ),
    "no audience mapper": (
        lambda: judged(error='oidc: expected audience "headlamp" got []'),
        (
            'the operator\'s own ID token is not for the audience "headlamp", which '
            "kube-apiserver expects: give the operator's client an Audience mapper for this "
            "audience"
        ),
    ),
    "no user's name": (
        lambda: judged(error='oidc: parse username claims "email": claim not present'),
        (
            'the operator\'s own ID token has no claim "email", which kube-apiserver needs for '
            "the user name: give the operator's client a mapper for this claim, or the scope "
            '"profile"'
        ),
    ),
    "clocks": (
        lambda: judged(error="oidc: token is expired"),
        (
            "kube-apiserver says that a new token is not valid now: the clocks of Keycloak and of "
            "the control plane differ"
        ),
    ),
    "another issuer": (
        lambda: judged(error="invalid bearer token"),
        (
            'kube-apiserver accepts no token of issuer "https://auth.example.com/realms/ADMIN" '
            '("invalid bearer token"): its --oidc-issuer-url, or issuer.url in its '
            "authentication configuration, is missing or differs from spec.issuer, perhaps only "
            "by a slash"
        ),
    ),
    "another claim": (
        judged,
        (
            'a real token has its group in claim "groups", but kube-apiserver does not read it: '
            "correct --oidc-groups-claim, or claimMappings.groups in its authentication "
            "configuration, or spec.tokens.groupsClaim"
        ),
    ),
    "not in the claim": (
        lambda: judged(claim="roles"),
        (
            'the operator\'s own ID token does not have its group in claim "roles": give the '
            "operator's client a Group Membership mapper for that claim"
        ),
    ),
    "no canary": (
        lambda: canary_token_problem(CANARY, DIRECTORY, token(groups=None)),
        (
            'the operator\'s own ID token does not have the group "/ops/canary": add the service '
            "account of the operator's client to that group, and give the client a Group "
            'Membership mapper that writes claim "groups" into the ID token'
        ),
    ),
    "both strings": (
        lambda: judged("/ops/canary", "canary", carried=("/ops/canary", "canary")),
        'kube-apiserver reads "/ops/canary" and "canary" from a real token for /ops/canary',
    ),
}


@pytest.mark.parametrize(("look", "fact"), SENTENCES.values(), ids=SENTENCES)
def test_the_sentence(look: Callable[[], OidcCheckResult | None], fact: str) -> None:
    said = look()
    assert said is not None
    assert said.message == with_advice(said.reason, fact)
