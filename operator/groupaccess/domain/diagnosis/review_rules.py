"""What kube-apiserver itself says about a token, in the error of a TokenReview or in its log.

The texts are those of its OIDC authenticator and of the library below it (go-oidc). What it says
counts more than what its flags seem to say.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from groupaccess.domain.apiserver.token_review import accepted_audiences
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Fix
from groupaccess.domain.diagnosis.issuer_rules import issuer_fixes
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.token_rules import wrong_audience
from groupaccess.domain.text import printable_text

MAX_ERROR_CHARACTERS = 300
_SHOW_ISSUER = "groupaccess why --token FILE shows the issuer of a token, and how to accept it."


class ErrorPattern(NamedTuple):
    """A text in an error of kube-apiserver, what it means, and what to do about it."""

    pattern: re.Pattern[str]
    cause: Cause
    fact: str
    advice: str


def _row(pattern: str, cause: Cause, fact: str, advice: str) -> ErrorPattern:
    return ErrorPattern(re.compile(pattern), cause, fact, advice)


ERRORS = (
    _row(
        r"issuer did not match|issued by a different provider",
        Cause.ISSUER_MISMATCH,
        "the issuer that was expected is not the one that Keycloak says, perhaps only by a slash",
        "Write it everywhere as Keycloak says it, letter for letter: groupaccess doctor compares "
        "the places.",
    ),
    _row(
        r"not initialized|is not healthy|initializing plugin|fetching keys",
        Cause.AUTHENTICATOR_NOT_READY,
        "kube-apiserver has not read Keycloak's keys: it cannot reach the issuer, or does not "
        "trust the certificate there",
        "Give kube-apiserver the authority of Keycloak's certificate (--oidc-ca-file, or "
        "issuer.certificateAuthority), and let it reach the issuer's address; its log says which.",
    ),
    _row(
        r"token is expired",
        Cause.TOKEN_EXPIRED,
        "kube-apiserver says that the token is expired",
        "Log in again. A program that keeps a token must renew it before its end.",
    ),
    _row(
        r"before the nbf",
        Cause.TOKEN_NOT_YET_VALID,
        "kube-apiserver says that the token is not valid yet",
        "Set the clocks of Keycloak and of the control plane by NTP, then log in again.",
    ),
    _row(
        r"unsupported algorithm|unexpected signature algorithm|malformed jwt: unexpected signature",
        Cause.ALGORITHM_NOT_ACCEPTED,
        "kube-apiserver does not accept the algorithm of the token's signature",
        "Add the algorithm to --oidc-signing-algs, or let Keycloak sign with RS256.",
    ),
    _row(
        r"expected audience",
        Cause.AUDIENCE_MISMATCH,
        "kube-apiserver expects another audience than the token has",
        "Use the client that kube-apiserver was told, or tell it this one (--oidc-client-id, or "
        "issuer.audiences).",
    ),
    _row(
        r"email not verified",
        Cause.EMAIL_NOT_VERIFIED,
        "kube-apiserver takes the user name from the e-mail address, which is not verified",
        "In Keycloak, open the user and turn on 'Email verified'.",
    ),
    _row(
        r"parse username claims|username claim expression",
        Cause.USERNAME_CLAIM_MISSING,
        "the token lacks the claim from which kube-apiserver takes the user name",
        "Let the login request the scope that has this claim (profile or email), or give the "
        "client a mapper for it.",
    ),
    _row(
        r"required claim|claim validation expression|user info validation rule",
        Cause.REQUIRED_CLAIM_MISSING,
        "the token lacks a claim that kube-apiserver requires",
        "Give the client a mapper that writes this claim, or take the requirement away.",
    ),
    _row(
        r"parse groups claim",
        Cause.CLAIM_NESTED,
        "the groups claim of the token is neither a string nor a list of strings",
        "Write '\\.' for each dot in the mapper's Token Claim Name, or choose a name without dots.",
    ),
    _row(
        r"failed to verify (?:id token )?signature",
        Cause.TOKEN_REJECTED,
        "the token is not signed with one of the keys that kube-apiserver has of this realm",
        "Log in again. If it stays, the token is of another realm at the same address, or was "
        "changed on its way.",
    ),
    _row(
        r"service account token",
        Cause.TOKEN_REJECTED,
        "the token is one of a service account, and no longer good",
        "Give the program a new one: a pod gets it by itself, another program by kubectl create "
        "token. A person logs in with Keycloak instead.",
    ),
)


def rejected(login: LoginFacts) -> Iterator[Finding]:
    """Yield why kube-apiserver rejects the token, in its own words; nothing if it accepts it."""
    if login.review is None or not login.review.error:
        return
    error = login.review.error
    evidence = (f"kube-apiserver: {printable_text(error, MAX_ERROR_CHARACTERS)}",)
    accepted = accepted_audiences(error)
    if accepted and login.token is not None:
        finding = wrong_audience(login, login.token, frozenset(accepted), login.authenticator)
        yield replace(finding, evidence=(*finding.evidence, *evidence))
        return
    for row in ERRORS:
        if row.pattern.search(error):
            yield Finding(row.cause, row.fact, evidence, (Fix((Advice(row.advice),)),))
            return
    if "oidc:" not in error and login.authenticator is None:
        fixes = issuer_fixes(login) if login.issuer else (Fix((Advice(_SHOW_ISSUER),)),)
        yield Finding(Cause.ISSUER_MISMATCH, _other_issuer(login), evidence, fixes)
        return
    advice = Advice("Read the message of kube-apiserver above; its log has the same.")
    fact = "kube-apiserver rejects the token"
    yield Finding(Cause.TOKEN_REJECTED, fact, evidence, (Fix((advice,)),))


def _other_issuer(login: LoginFacts) -> str:
    """Return a sentence: a token of an unknown issuer is passed over, without any other word."""
    of_issuer = f"of issuer {login.issuer}" if login.issuer else "of the issuer that made this one"
    return (
        f"kube-apiserver accepts no token {of_issuer}: it was told another one, perhaps only by a "
        "slash, or none"
    )
