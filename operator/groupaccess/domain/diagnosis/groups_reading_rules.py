"""Where kube-apiserver reads groups otherwise than the KeycloakDirectory declares."""

from collections.abc import Iterator

from groupaccess.domain.diagnosis.authenticator import Authenticator, Distribution
from groupaccess.domain.diagnosis.claim_rules import carries_groups
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import (
    Fix,
    Setting,
    change_setting,
    change_settings,
    patch_spec,
)
from groupaccess.domain.diagnosis.login_facts import TYPED, UNDECLARED, LoginFacts
from groupaccess.domain.tokens.claim_strings import claim_strings


def differing_groups_claim(login: LoginFacts) -> Iterator[Finding]:
    """Yield where kube-apiserver reads groups otherwise than the KeycloakDirectory declares."""
    told, directory = login.authenticator, login.directory
    if told is None or told.groups_claim is None or directory.name == UNDECLARED:
        return
    if login.token is not None and login.token.issuer not in ("", login.issuer):
        return  # it is read by the settings of its own issuer
    if not told.groups_claim:
        yield _no_claim_read(login, told)
        return
    if directory.name == TYPED:
        return  # nobody declared anything else
    if told.groups_claim != directory.groups_claim:
        yield _other_claim(login, told, told.groups_claim)
    if told.groups_prefix != directory.groups_prefix:
        yield _prefix(login, told, told.groups_prefix)


def _other_claim(login: LoginFacts, told: Authenticator, theirs: str) -> Finding:
    name, ours = login.directory.name, login.directory.groups_claim
    fact = (
        f'kube-apiserver reads groups from claim "{theirs}", and KeycloakDirectory {name} says '
        f'"{ours}"'
    )
    if _carries(login, theirs):
        fact = f'{fact}, though the tokens carry them in "{theirs}"'
        fixes: tuple[Fix, ...] = (
            Fix((patch_spec("kcd", name, {"tokens": {"groupsClaim": theirs}}),)),
        )
    else:
        fixes = change_setting(told, Setting.GROUPS_CLAIM, theirs, ours)
    return Finding(Cause.GROUPS_CLAIM_MISMATCH, fact, (), fixes)


def _carries(login: LoginFacts, claim: str) -> bool:
    """Tell whether the tokens are known to carry groups in this claim."""
    if login.token is not None and claim_strings(login.token.claims.get(claim)):
        return True
    return carries_groups(login, claim)


def _no_claim_read(login: LoginFacts, told: Authenticator) -> Finding:
    directory, after = login.directory, {Setting.GROUPS_CLAIM: login.directory.groups_claim}
    ours, theirs = directory.groups_prefix, told.groups_prefix
    if ours != theirs or _must_name_prefix(told):
        after[Setting.GROUPS_PREFIX] = ours
    before = {Setting.GROUPS_PREFIX: theirs} if theirs and ours != theirs else {}
    fact = (
        f"kube-apiserver reads no groups, and KeycloakDirectory {directory.name} says "
        f'"{directory.groups_claim}"'
    )
    return Finding(Cause.GROUPS_CLAIM_MISMATCH, fact, (), change_settings(told, before, after))


def _prefix(login: LoginFacts, told: Authenticator, theirs: str) -> Finding:
    ours, name = login.directory.groups_prefix, login.directory.name
    quoted = theirs.strip("\"'") != theirs
    fact = (
        f"kube-apiserver puts {_shown(theirs)} before each group, and KeycloakDirectory {name} "
        f"says {_shown(ours)}"
    )
    if quoted:
        fact += ": the quotes are part of the value, since no shell takes them away there"
    wanted = theirs.strip("\"'") if quoted else ours
    before = theirs if theirs or _must_name_prefix(told) else None
    fixes = change_setting(told, Setting.GROUPS_PREFIX, before, wanted)
    if theirs and not quoted:
        # All that is bound for people now has this prefix, and the operator follows an edit.
        follow = patch_spec("kcd", name, {"tokens": {"groupsPrefix": theirs}})
        fixes = (Fix((follow,)), *(fixes if ours else ()))
    return Finding(Cause.GROUPS_PREFIX_MISMATCH, fact, (), fixes)


def _must_name_prefix(told: Authenticator) -> bool:
    """Tell whether a groups claim needs a prefix beside it, be it empty."""
    return told.distribution is Distribution.CONFIGURATION


def _shown(prefix: str) -> str:
    return f'"{prefix}"' if prefix else "nothing"
