"""Whether kube-apiserver reads a real token as the directory declares.

The canary is a group that the operator's own account is a member of. The account's ID token shows
what Keycloak writes into tokens; a TokenReview of it shows what kube-apiserver reads from them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.oidc_check_result import (
    OidcCheckResult,
    check_inconclusive,
    check_matches,
    check_mismatch,
    flag_difference,
)
from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import NoGroup, SeveralGroups, Snapshot
from groupaccess.domain.tokens.claim_strings import claim_strings

MAX_ERROR_CHARACTERS = 300  # characters that a message quotes of the API server's error
AUDIENCE_ERROR = re.compile(r'expected audience (?:in )?(\[[^\]]*\]|"[^"]*") got')
USERNAME_ERROR = re.compile(r'parse username claims "([^"]*)"')
CLOCK_ERRORS = ("token is expired", "before the nbf")


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """The operator's own ID token, which is never shown, and its claims."""

    raw: str = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenReviewResult:
    """What kube-apiserver reads from a token: groups and user name, or why it rejects the token.

    `by_certificate` tells that there was a client certificate in place of a token.
    """

    groups: tuple[str, ...] = ()
    error: str = ""
    user: str = ""
    by_certificate: bool = False


def find_canary_group(reference: str, snapshot: Snapshot) -> Group | OidcCheckResult:
    """Return the canary's group, or why it cannot be found."""
    match snapshot.find(reference):
        case NoGroup():
            return check_inconclusive(f'spec.canary.group: Keycloak has no group "{reference}"')
        case SeveralGroups(paths):
            fits = ", ".join(paths)
            return check_inconclusive(
                f'spec.canary.group: several groups match "{reference}": {fits}'
            )
        case group:
            return group


def canary_token_problem(
    group: Group, directory: Directory, token: OperatorToken
) -> OidcCheckResult | None:
    """Return why the operator's own token cannot serve as canary, None if it can."""
    issuer = token.claims.get("iss")
    if issuer != directory.issuer:
        return check_inconclusive(
            f'the operator\'s own ID token is from issuer "{issuer}", not from spec.issuer'
        )
    if _values_by_claim(group, token):
        return None
    return _no_group(group, directory.groups_claim, token)


def _no_group(group: Group, claim: str, token: OperatorToken) -> OidcCheckResult:
    value = token.claims.get(claim)
    if value is not None and claim_strings(value) is None:
        return check_inconclusive(
            f'the operator\'s own ID token has a claim "{claim}" that is neither a string nor a '
            "list of strings, and kube-apiserver accepts no such token: correct the mappers that "
            "write this claim"
        )
    return check_inconclusive(
        f'the operator\'s own ID token does not have the group "{group.path}": add the service '
        "account of the operator's client to that group, and give the client a Group "
        f'Membership mapper that writes claim "{claim}" into the ID token'
    )


def compare_review(
    group: Group, directory: Directory, token: OperatorToken, review: TokenReviewResult
) -> OidcCheckResult:
    """Compare what kube-apiserver reads from the canary's token with what is declared."""
    if review.error:
        return _explain_rejection(directory, review.error)
    values_by_claim = _values_by_claim(group, token)
    expected = {
        directory.groups_prefix + value for value in values_by_claim.get(directory.groups_claim, ())
    }
    if expected and expected <= set(review.groups):
        strings = " and ".join(f'"{each}"' for each in sorted(expected))
        result = check_matches(f"kube-apiserver reads {strings} from a real token for {group.path}")
    else:
        result = _difference(directory, values_by_claim, review.groups)
    return replace(result, audiences=claim_strings(token.claims.get("aud")) or frozenset())


def _values_by_claim(group: Group, token: OperatorToken) -> dict[str, AbstractSet[str]]:
    """Return what the token carries for the group, by claim; claims without it are left out."""
    possible = group.possible_claim_values
    result = {
        claim: possible & (claim_strings(value) or frozenset())
        for claim, value in token.claims.items()
    }
    return {claim: values for claim, values in result.items() if values}


def _difference(
    directory: Directory, values_by_claim: Mapping[str, AbstractSet[str]], groups: Iterable[str]
) -> OidcCheckResult:
    ours = directory.groups_claim
    prefix = _prefix(ours, values_by_claim, groups)
    if prefix is not None and prefix != directory.groups_prefix:
        return check_mismatch(flag_difference("prefix", prefix, directory.groups_prefix))
    for claim in sorted(values_by_claim.keys() - {ours}):
        if _prefix(claim, values_by_claim, groups) is not None:
            return check_mismatch(flag_difference("claim", claim, ours))
    if ours in values_by_claim:
        return check_mismatch(
            f'a real token has its group in claim "{ours}", but kube-apiserver does not read it: '
            "correct --oidc-groups-claim, or claimMappings.groups in its authentication "
            "configuration, or spec.tokens.groupsClaim"
        )
    return check_inconclusive(
        f'the operator\'s own ID token does not have its group in claim "{ours}": give the '
        "operator's client a Group Membership mapper for that claim"
    )


def _prefix(
    claim: str, values_by_claim: Mapping[str, AbstractSet[str]], groups: Iterable[str]
) -> str | None:
    """Return the prefix that kube-apiserver puts before a claim's values, None if it reads none."""
    return min(_prefixes(values_by_claim.get(claim, frozenset()), groups), key=len, default=None)


def _prefixes(values: AbstractSet[str], groups: Iterable[str]) -> Iterator[str]:
    for group in groups:
        for value in values:
            if group.endswith(value) and not group.startswith(SYSTEM_PREFIX):
                yield group.removesuffix(value)


def _explain_rejection(directory: Directory, error: str) -> OidcCheckResult:
    """Explain why kube-apiserver rejects the operator's token."""
    issuer = directory.issuer
    if "not initialized" in error or "is not healthy" in error:
        return check_inconclusive(
            f"kube-apiserver has not reached {issuer} yet: check that it can reach this address, "
            "and that it trusts the certificate there",
            passing=True,
        )
    if expected := accepted_audiences(error):
        return replace(_other_audience(directory, expected), audiences=frozenset(expected))
    if found := USERNAME_ERROR.search(error):
        return check_inconclusive(
            f'the operator\'s own ID token has no claim "{found[1]}", which kube-apiserver needs '
            "for the user name: give the operator's client a mapper for this claim, or the scope "
            '"profile"'
        )
    if any(words in error for words in CLOCK_ERRORS):
        return check_inconclusive(
            "kube-apiserver says that a new token is not valid now: the clocks of Keycloak and of "
            "the control plane differ",
            passing=True,
        )
    if "invalid bearer token" in error and "oidc:" not in error:
        return check_mismatch(
            f'kube-apiserver accepts no token of issuer "{issuer}" ("invalid bearer token"): its '
            "--oidc-issuer-url, or issuer.url in its authentication configuration, is missing or "
            "differs from spec.issuer, perhaps only by a slash"
        )
    return check_inconclusive(
        f"kube-apiserver refuses the operator's own ID token: {error[:MAX_ERROR_CHARACTERS]}"
    )


def accepted_audiences(error: str) -> list[str]:
    """Return the audiences that kube-apiserver accepts, if its error names them."""
    named = AUDIENCE_ERROR.search(error)
    return re.findall(r'"([^"]*)"', named[1]) if named else []


def _other_audience(directory: Directory, expected: list[str]) -> OidcCheckResult:
    clients = [client.client_id for client in directory.clients]
    names = " or ".join(f'"{each}"' for each in expected)
    if set(expected) & set(clients):
        return check_inconclusive(
            f"the operator's own ID token is not for the audience {names}, which kube-apiserver "
            "expects: give the operator's client an Audience mapper for this audience"
        )
    return check_mismatch(
        f"kube-apiserver expects the audience {names} (--oidc-client-id, or issuer.audiences), but "
        f"spec.tokens.clients has {', '.join(clients)}: their tokens get a 401, unless a mapper "
        "adds that audience. If one does, give the operator's own client that mapper, too"
    )
