"""The verdict by Keycloak's answers, and by whether the ClusterRole exists.

First the group must be resolved, then a string of its tokens must be known; then GROUP_RULES apply.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.audience import audience_doubts
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.identity.resolve import (
    ResolvedGroup,
    UnresolvedGroup,
    replaced_group,
    resolve_group,
)
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.collisions import find_collision
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim
from groupaccess.domain.verdict.verdict import (
    EvaluationContext,
    Outcome,
    Verdict,
    verdict_for,
    verdict_for_failure,
)


@dataclass(frozen=True, slots=True)
class ClaimedGroup:
    """What GROUP_RULES judge: the group of a mapping, and the subjects that its tokens carry."""

    mapping: AccessMapping
    resolved: ResolvedGroup
    claim: GroupClaim
    directory: Directory
    snapshot: Snapshot
    context: EvaluationContext

    @property
    def group(self) -> Group:
        """Return the group that was resolved."""
        return self.resolved.group


def evaluate_group(mapping: AccessMapping, context: EvaluationContext) -> Verdict:
    """Return the verdict for a mapping, with what its bindings should say of its pin."""
    directory, snapshot = context.directory, context.reading.snapshot
    if directory is None or snapshot is None:
        raise ValueError("a mapping is judged by a directory only after it was read")
    pin = context.pins.get(mapping.group)
    hint = context.suggestions.get(mapping.group)
    located = resolve_group(mapping, pin, context.reading, directory, context.now, hint)
    result = _string_taken_over(pin, located, context)
    since = None
    if isinstance(result, UnresolvedGroup):
        verdict, since = _unresolved(mapping, result), result.missing_since
        if verdict.directory_unavailable:
            return verdict
    else:
        claim = group_claim(result.group, directory, snapshot)
        verdict = (
            verdict_for_failure(mapping, claim)
            if isinstance(claim, Failure)
            else _evaluate_claim(ClaimedGroup(mapping, result, claim, directory, snapshot, context))
        )
    if pin is None:
        return verdict
    identity = snapshot.directory_id if pin.group_id in snapshot.by_id else pin.directory_id
    return replace(verdict, pin=replace(pin, missing_since=since, directory_id=identity))


def _unresolved(mapping: AccessMapping, result: UnresolvedGroup) -> Verdict:
    outcome = Outcome.REVOKE if result.confirmed else Outcome.HOLD
    verdict = verdict_for_failure(mapping, result.failure, outcome)
    return replace(verdict, grace_ends=result.grace_ends)


def _string_taken_over(
    pin: Pin | None, result: ResolvedGroup | UnresolvedGroup, context: EvaluationContext
) -> ResolvedGroup | UnresolvedGroup:
    """Treat an absent group as replaced if others carry its string: they get its access now."""
    directory, snapshot = context.directory, context.reading.snapshot
    if pin is None or directory is None or snapshot is None:
        return result
    if isinstance(result, ResolvedGroup) or result.failure.reason is not Reason.GROUP_MISSING:
        return result
    name = pin.group_name or pin.path.rpartition("/")[2]
    former = Group(pin.path, name, pin.group_id)
    claimed = group_claim(former, directory, snapshot)
    if isinstance(claimed, Failure):
        return result
    for value in (text.removeprefix(directory.groups_prefix) for text in claimed.subjects):
        others = ", ".join(other.path for other in snapshot.namesakes(former, value))
        if others:
            return replaced_group(
                pin, directory, result, f'tokens now contain "{value}" for members of {others}'
            )
    collided = context.prefixes.find_prefix_collision(claimed.subjects)
    if collided is not None and directory.revokes_collided:
        return replace(result, failure=collided, confirmed=True, grace_ends=None)
    return result


def _evaluate_claim(claimed: ClaimedGroup) -> Verdict:
    """Return the verdict of the first of GROUP_RULES that applies, else a grant."""
    verdicts = (rule(claimed) for rule in GROUP_RULES)
    return next(filter(None, verdicts), None) or _grant(claimed)


def _reserved_in_token(claimed: ClaimedGroup) -> Verdict | None:
    for subject in claimed.claim.subjects:
        if subject.startswith(SYSTEM_PREFIX):
            return replace(refuse_reserved(claimed.mapping, subject), from_keycloak=True)
    return None


def _collision(claimed: ClaimedGroup) -> Verdict | None:
    claim, directory = claimed.claim, claimed.directory
    collided = find_collision(claimed.group, claim, directory, claimed.snapshot)
    collided = collided or claimed.context.prefixes.find_prefix_collision(claim.subjects)
    if collided is None:
        return None
    outcome = Outcome.REVOKE if directory.revokes_collided else Outcome.HOLD
    return verdict_for_failure(claimed.mapping, collided, outcome)


def _role_not_found(claimed: ClaimedGroup) -> Verdict | None:
    mapping = claimed.mapping
    if mapping.cluster_role in claimed.context.cluster_roles:
        return None
    fact = f'there is no ClusterRole "{mapping.cluster_role}"'
    return verdict_for(mapping, Outcome.HOLD, Reason.CLUSTER_ROLE_NOT_FOUND, fact)


def _api_server_mismatch(claimed: ClaimedGroup) -> Verdict | None:
    check = _objecting_check(claimed)
    return (
        verdict_for_failure(claimed.mapping, check.failure) if check and check.contradicts else None
    )


GROUP_RULES: tuple[Callable[[ClaimedGroup], Verdict | None], ...] = (
    _reserved_in_token,
    _collision,
    _role_not_found,
    _api_server_mismatch,
)
"""The first that applies decides.

What may revoke comes before what holds: a subject that must not be bound does not stay bound only
because a ClusterRole is missing, or because kube-apiserver reads tokens differently. A reserved
subject comes before a collision, which revokes only with `onCollision: Revoke`.

They begin only when the claim is known: a rule about the group alone that must come before it
belongs into `evaluate_group`.
"""


def _grant(claimed: ClaimedGroup) -> Verdict:
    """Return the grant, with what could not be verified: the doubts of the audience come first."""
    claim, group = claimed.claim, claimed.group
    audience = (*audience_doubts(claimed.directory, claimed.snapshot, claimed.context.oidc_check),)
    check = _objecting_check(claimed)
    texts = (claim.describe(group) + _notes(claimed), *(doubt.message for doubt in audience))
    return Verdict(
        claimed.mapping,
        Outcome.GRANT,
        Reason.GRANTED,
        " ".join(texts),
        group,
        claim.subjects,
        doubts=(*audience, *claim.doubts, *((check.failure,) if check else ())),
        incomplete=claim.incomplete,
        replaced_id=claimed.resolved.replaced_id,
    )


def _notes(claimed: ClaimedGroup) -> str:
    """Return what differs from the declaration, or from the first grant."""
    group, declared = claimed.group, claimed.mapping.group
    replaced_id, text = claimed.resolved.replaced_id, ""
    if declared not in group.references:
        text += f" The group was moved or renamed: declared as {declared}, now {group.path}."
    if replaced_id is not None:
        text += (
            " The group was re-created, and the operator trusts the new one: its id was "
            f"{replaced_id}, now {group.id}."
        )
    return text


def _objecting_check(claimed: ClaimedGroup) -> OidcCheckResult | None:
    """Return the check by the canary, unless kube-apiserver reads tokens as declared."""
    check = claimed.context.oidc_check if claimed.directory.canary else None
    return None if check is None or check.status == "True" else check


def refuse_reserved(mapping: AccessMapping, subject: str) -> Verdict:
    """Refuse a subject that Kubernetes reserves: its authorizer would accept it as its own."""
    fact = f'kube-apiserver would see the group "{subject}"'
    return verdict_for(mapping, Outcome.REVOKE, Reason.INVALID_SUBJECT, fact)
