"""The order of the rules: of two objections that both apply, the earlier one is said."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from domain.builders import (
    NOW,
    client,
    directory,
    group,
    key,
    leaf,
    make_context,
    mapper,
    mapping,
    proof,
    realm,
)
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.apiserver.oidc_check_result import check_mismatch
from groupaccess.domain.directory.client import ClaimMapper, MapperKind, ProofResult
from groupaccess.domain.directory.group import Group
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.reasons import DIRECTORY_UNAVAILABLE, REASONS, Reason, ReasonClass
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

PATH = "/platform/SRE"


@dataclass(frozen=True)
class Case:
    mapping: AccessMapping
    context: EvaluationContext

    def evaluate(self) -> Verdict:
        return evaluate(self.mapping, self.context)


GRANTED = Case(mapping(group=PATH), make_context(realm(PATH, clients=[client("headlamp", leaf())])))


def groups(case: Case, *known: Group) -> Case:
    snapshot = case.context.reading.snapshot
    assert snapshot is not None
    reading = replace(case.context.reading, snapshot=replace(snapshot, groups=known))
    return replace(case, context=replace(case.context, reading=reading))


def mappers(case: Case, *known: ClaimMapper) -> Case:
    snapshot = case.context.reading.snapshot
    assert snapshot is not None
    clients = (client("headlamp", *known),)
    reading = replace(case.context.reading, snapshot=replace(snapshot, clients=clients))
    return replace(case, context=replace(case.context, reading=reading))


def expired(case: Case) -> Case:
    return replace(case, mapping=replace(case.mapping, expires_at=NOW))


def suspended(case: Case) -> Case:
    return replace(case, context=replace(case.context, suspend=True))


def reserved(case: Case) -> Case:
    return replace(case, mapping=replace(case.mapping, group="system:masters"))


def role_not_allowed(case: Case) -> Case:
    return replace(case, context=replace(case.context, directory=directory(allowed=["view"])))


def no_directory(case: Case) -> Case:
    return replace(case, context=replace(case.context, directory=None))


def issuer_mismatch(case: Case) -> Case:
    reading = replace(case.context.reading, failure=Failure(Reason.ISSUER_MISMATCH, "."))
    return replace(case, context=replace(case.context, reading=reading))


def unreadable(case: Case) -> Case:
    fact = "spec.mappings[0].until is not known to this version of the operator"
    return replace(case, mapping=replace(case.mapping, unreadable=fact))


def frozen(case: Case) -> Case:
    failure = Failure(Reason.DIRECTORY_FROZEN, ".")
    return replace(case, context=replace(case.context, frozen=failure))


def prefix_shared(case: Case) -> Case:
    conflict = PeerPrefixes(Failure(Reason.PREFIX_SHARED, "."))
    return replace(case, context=replace(case.context, prefixes=conflict))


def pinned(case: Case, *, gone: bool) -> Case:
    declared = case.mapping.group
    pin = Pin(key(), "former", declared, "realm-1")
    reading = replace(case.context.reading, confirmed_absent={"former": NOW} if gone else {})
    return replace(case, context=replace(case.context, pins={declared: pin}, reading=reading))


def group_replaced(case: Case) -> Case:
    return pinned(case, gone=True)


def group_missing(case: Case) -> Case:
    return pinned(groups(case, group("/apps/dev")), gone=True)


def absence_not_confirmed(case: Case) -> Case:
    return pinned(case, gone=False)


def not_read(case: Case) -> Case:
    reading = replace(case.context.reading, failure=Failure(Reason.LOGIN_FAILED, "."))
    return replace(case, context=replace(case.context, reading=reading))


def group_not_found(case: Case) -> Case:
    return groups(case, group("/apps/dev"))


def group_ambiguous(case: Case) -> Case:
    return groups(case, group(PATH), group(PATH, "platform/SRE", "another"))


def no_groups_claim(case: Case) -> Case:
    return mappers(case)


def claim_indeterminate(case: Case) -> Case:
    return mappers(case, leaf(), mapper("hard-coded", MapperKind.REPLACING))


def client_not_found(case: Case) -> Case:
    snapshot = case.context.reading.snapshot
    assert snapshot is not None
    reading = replace(case.context.reading, snapshot=replace(snapshot, clients=()))
    return replace(case, context=replace(case.context, reading=reading))


def claim_unproven(case: Case) -> Case:
    snapshot = case.context.reading.snapshot
    assert snapshot is not None
    clients = (client("headlamp", leaf(), proof=proof(ProofResult.REFUTED)),)
    reading = replace(case.context.reading, snapshot=replace(snapshot, clients=clients))
    return replace(case, context=replace(case.context, reading=reading))


def claim_collision(case: Case) -> Case:
    return groups(case, group(PATH), group("/apps/SRE"))


def reserved_in_token(case: Case) -> Case:
    path = "/platform/system:masters"
    hidden = replace(case, mapping=replace(case.mapping, group=path))
    return groups(hidden, group(path))


def role_not_found(case: Case) -> Case:
    return replace(case, context=replace(case.context, cluster_roles=frozenset({"view"})))


def api_server_mismatch(case: Case) -> Case:
    canary, check = directory(canary=PATH), check_mismatch("kube-apiserver reads another claim")
    return replace(case, context=replace(case.context, directory=canary, oidc_check=check))


Change = Callable[[Case], Case]
R, HOLD, REVOKE = Reason, Outcome.HOLD, Outcome.REVOKE
RULES: tuple[tuple[Change, Outcome, Reason], ...] = (
    (expired, REVOKE, R.EXPIRED),
    (reserved, REVOKE, R.INVALID_SUBJECT),
    (role_not_allowed, REVOKE, R.CLUSTER_ROLE_NOT_ALLOWED),
    (suspended, HOLD, R.SUSPENDED),
    (unreadable, HOLD, R.UNREADABLE),
    (no_directory, HOLD, R.DIRECTORY_NOT_FOUND),
    (frozen, HOLD, R.DIRECTORY_FROZEN),
    (prefix_shared, HOLD, R.PREFIX_SHARED),
    (issuer_mismatch, HOLD, R.ISSUER_MISMATCH),
    (not_read, HOLD, R.LOGIN_FAILED),
    (absence_not_confirmed, HOLD, R.KEYCLOAK_UNAVAILABLE),
    (group_replaced, REVOKE, R.GROUP_REPLACED),
    (group_missing, HOLD, R.GROUP_MISSING),
    (group_not_found, HOLD, R.GROUP_NOT_FOUND),
    (group_ambiguous, HOLD, R.GROUP_AMBIGUOUS),
    (client_not_found, HOLD, R.CLIENT_NOT_FOUND),
    (claim_indeterminate, HOLD, R.CLAIM_INDETERMINATE),
    (no_groups_claim, HOLD, R.NO_GROUPS_CLAIM),
    (claim_unproven, HOLD, R.CLAIM_UNPROVEN),
    (reserved_in_token, REVOKE, R.INVALID_SUBJECT),
    (claim_collision, HOLD, R.CLAIM_COLLISION),
    (role_not_found, HOLD, R.CLUSTER_ROLE_NOT_FOUND),
    (api_server_mismatch, HOLD, R.API_SERVER_MISMATCH),
)
# Reasons that no rule gives, each set with who gives them.
NOT_READ = DIRECTORY_UNAVAILABLE  # the adapter of Keycloak; `not_read` stands for all of them
NO_OBJECTION = frozenset(each for each in R if REASONS[each].reason_class is ReasonClass.FINE)
OF_WRITES = {  # the status, by what is bound and what the API server answered
    R.PROGRESSING,
    R.NAMESPACE_NOT_FOUND,
    R.BIND_FORBIDDEN,
    R.WRITE_REFUSED,
    R.CONFLICT,
}
DOUBTS = {R.API_SERVER_UNKNOWN}  # a grant has it as a doubt
# A list of roles and the directory's absence, or two kinds of groups, cannot be at once.
EXCLUSIVE: tuple[frozenset[Change], ...] = (
    frozenset({role_not_allowed, no_directory}),
    frozenset({issuer_mismatch, not_read}),
    frozenset({group_not_found, group_ambiguous, claim_collision, reserved_in_token}),
    frozenset({absence_not_confirmed, group_replaced, group_missing}),
    frozenset({group_replaced, group_not_found}),
    frozenset(
        {
            client_not_found,
            claim_indeterminate,
            no_groups_claim,
            claim_unproven,
            claim_collision,
            reserved_in_token,
        }
    ),
)
PAIRS = [
    (earlier, later)
    for earlier, later in combinations(RULES, 2)
    if not any({earlier[0], later[0]} <= both for both in EXCLUSIVE)
]


def test_without_objection_it_is_granted() -> None:
    assert GRANTED.evaluate().outcome is Outcome.GRANT


@pytest.mark.parametrize(
    ("change", "outcome", "reason"), RULES, ids=[rule[0].__name__ for rule in RULES]
)
def test_each_rule_objects_in_its_own_way(change: Change, outcome: Outcome, reason: Reason) -> None:
    case = change(GRANTED)
    said = case.evaluate()
    assert (said.mapping, said.outcome, said.reason) == (case.mapping, outcome, reason)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_rule_or_is_given_elsewhere(reason: Reason) -> None:
    """A reason that a verdict can have belongs into RULES."""
    has_rule = reason in {row[2] for row in RULES}
    elsewhere = NOT_READ | NO_OBJECTION | OF_WRITES | DOUBTS
    assert has_rule or reason in elsewhere
    assert not (has_rule and reason in elsewhere - NOT_READ)


@pytest.mark.parametrize("reason", sorted(NOT_READ))
def test_whatever_keeps_keycloak_from_being_read_holds(reason: Reason) -> None:
    reading = replace(GRANTED.context.reading, failure=Failure(reason, "."))
    said = replace(GRANTED, context=replace(GRANTED.context, reading=reading)).evaluate()
    assert (said.outcome, said.reason, said.directory_unavailable) == (HOLD, reason, True)


@pytest.mark.parametrize(
    ("earlier", "later"),
    PAIRS,
    ids=[f"{one[0].__name__} before {two[0].__name__}" for one, two in PAIRS],
)
def test_earlier_rule_wins(
    earlier: tuple[Change, Outcome, Reason], later: tuple[Change, Outcome, Reason]
) -> None:
    change, outcome, reason = earlier
    said = change(later[0](GRANTED)).evaluate()
    assert (said.outcome, said.reason) == (outcome, reason)


def test_name_that_is_reserved_is_revoked_before_it_collides() -> None:
    hidden = reserved_in_token(GRANTED)
    both = groups(hidden, group(hidden.mapping.group), group("/y/system:masters"))
    said = both.evaluate()
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.INVALID_SUBJECT)
