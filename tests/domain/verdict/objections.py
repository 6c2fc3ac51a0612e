"""What the rules object to: for each a change of a granted mapping, and the verdict for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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
from groupaccess.domain.reasons import Reason
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
