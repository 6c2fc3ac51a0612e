"""Why a login does not reach kube-apiserver, or arrives there without its groups: all rules."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from groupaccess.domain.diagnosis.accepted_token_rules import accepted_issuer, file_not_in_force
from groupaccess.domain.diagnosis.claim_rules import missing_groups
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Fix
from groupaccess.domain.diagnosis.groups_reading_rules import differing_groups_claim
from groupaccess.domain.diagnosis.issuer_rules import (
    differing_declared_issuer,
    differing_issuer,
    not_configured,
)
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.review_rules import rejected
from groupaccess.domain.diagnosis.token_rules import token_findings
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

REJECTING = frozenset(
    {
        Cause.OIDC_NOT_CONFIGURED,
        Cause.AUTHENTICATOR_NOT_READY,
        Cause.ISSUER_MISMATCH,
        Cause.TOKEN_EXPIRED,
        Cause.TOKEN_NOT_YET_VALID,
        Cause.ALGORITHM_NOT_ACCEPTED,
        Cause.WRONG_TOKEN_KIND,
        Cause.OTHER_CLIENT,
        Cause.AUDIENCE_MISMATCH,
        Cause.EMAIL_NOT_VERIFIED,
        Cause.USERNAME_CLAIM_MISSING,
        Cause.REQUIRED_CLAIM_MISSING,
        Cause.CLAIM_NESTED,
    }
)
"""With one of these kube-apiserver answers 401."""
SAME_ERROR = {
    Cause.ISSUER_MISMATCH: frozenset({Cause.OIDC_NOT_CONFIGURED}),
}
"""What kube-apiserver rejects with the same words, by the cause that these words stand for."""


def diagnose_login(login: LoginFacts) -> tuple[Finding, ...]:
    """Return what is wrong with a login, the cause that kube-apiserver names first.

    A token that kube-apiserver accepts has nothing that it would reject, whatever its flags seem to
    say: another kube-apiserver may have other flags.
    """
    return (*differing_servers(login.differences), *_diagnose(login))


def differing_servers(differences: tuple[str, ...]) -> Iterator[Finding]:
    """Yield that several kube-apiservers were not told the same, with a line for each."""
    if differences:
        fact = "kube-apiservers were not told the same about tokens, so a login ends as it comes"
        yield Finding(Cause.API_SERVERS_DIFFER, fact, differences, (Fix((Advice(_SAME),)),))


def _diagnose(login: LoginFacts) -> tuple[Finding, ...]:
    named = next(rejected(login), None)
    ruled = [finding for rule in LOGIN_RULES for finding in rule(login)]
    if named is not None:
        return tuple(_named_first(named, ruled))
    if login.review is None:
        return tuple(ruled)
    others = (finding for finding in ruled if finding.cause not in REJECTING)
    declared = (*accepted_issuer(login), *differing_declared_issuer(login))
    # What is declared, or in a file that is not in force, is no token's matter.
    return (*declared, *file_not_in_force(login), *others)


def _named_first(named: Finding, ruled: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what kube-apiserver names, with what the rules know about it, and then the others."""
    same = {named.cause} | SAME_ERROR.get(named.cause, frozenset())
    if named.cause is Cause.TOKEN_REJECTED:
        same |= REJECTING  # kube-apiserver does not say which: newer ones hide it
    first = [finding for finding in ruled if finding.cause in same]
    if first:
        evidence = dict.fromkeys((*first[0].evidence, *named.evidence))
        yield replace(first[0], evidence=tuple(evidence))
    else:
        yield named
    yield from (finding for finding in ruled if finding.cause not in same | REJECTING)


def _unreachable(login: LoginFacts) -> Iterator[Finding]:
    if not isinstance(login.discovery, Failure) or login.issuer.startswith("http://"):
        return  # nobody answers plain HTTP there, and no issuer has it
    failure = login.discovery
    other = failure.reason is Reason.ISSUER_MISMATCH  # there is no such realm
    cause = Cause.ISSUER_MISMATCH if other else Cause.KEYCLOAK_UNAVAILABLE
    yield Finding(cause, failure.message.rstrip("."), (), (Fix((Advice(_REACH),)),))


_SAME = (
    "Give all of them the same settings: each control-plane node has a file of its own, and what "
    "is changed in one of them is not changed in the others."
)
_REACH = "Correct the address, the certificate or the network between; then run this again."

LOGIN_RULES: tuple[Callable[[LoginFacts], Iterator[Finding]], ...] = (
    not_configured,
    _unreachable,
    differing_issuer,
    token_findings,
    missing_groups,
    differing_groups_claim,
)
"""In the order of a login; what makes kube-apiserver reject a token comes before its groups."""
