"""A login at which nothing is wrong, for tests to spoil."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.builders import NOW, client, directory, leaf
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.authenticator import Authenticator, Distribution
from groupaccess.domain.diagnosis.finding import Cause
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts, RealmDiscovery, Token

DIRECTORY = directory()
ISSUER = DIRECTORY.issuer
CLAIMS: dict[str, object] = {
    "iss": ISSUER,
    "aud": "headlamp",
    "azp": "headlamp",
    "typ": "ID",
    "exp": int((NOW + timedelta(minutes=5)).timestamp()),
    "sub": "1",
    "preferred_username": "alice",
    "groups": ["SRE"],
}
AUTHENTICATOR = Authenticator(
    "pod a",
    Distribution.KUBEADM,
    ISSUER,
    frozenset({"headlamp"}),
    username_claim="preferred_username",
    groups_claim="groups",
)
LOGIN = LoginFacts(
    NOW,
    DIRECTORY,
    DIRECTORY.clients[0],
    RealmDiscovery(ISSUER),
    client("headlamp", leaf()),
    Token("RS256", CLAIMS),
    (AUTHENTICATOR,),
)


def login(**changes: Any) -> LoginFacts:
    return replace(LOGIN, **changes)


def token(algorithm: str = "RS256", **claims: object) -> Token:
    """Return the usual token with other claims; None takes one away."""
    return Token(
        algorithm, {name: each for name, each in (CLAIMS | claims).items() if each is not None}
    )


def told(**changes: Any) -> tuple[Authenticator]:
    return (replace(AUTHENTICATOR, **changes),)


def error(text: str) -> TokenReviewResult:
    return TokenReviewResult(error=text)


def causes(spoiled: LoginFacts) -> list[Cause]:
    return [finding.cause for finding in diagnose_login(spoiled)]
