"""The verdict by Keycloak's answers, and by whether the ClusterRole exists."""

from dataclasses import replace

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.audience import audience_doubts
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
from groupaccess.domain.tokens.group_claims import group_claim
from groupaccess.domain.verdict.verdict import (
    EvaluationContext,
    Outcome,
    Verdict,
    hold_for,
    verdict_for,
)


def evaluate_group(mapping: AccessMapping, context: EvaluationContext) -> Verdict:
    """Return the verdict by Keycloak's answers, and by whether the ClusterRole exists."""
    directory, snapshot = context.directory, context.reading.snapshot
    if directory is None or snapshot is None:
        raise ValueError("a mapping is judged by a directory only after it was read")
    pin = context.pins.get(mapping.group)
    hint = context.suggestions.get(mapping.group)
    located = resolve_group(mapping, pin, context.reading, directory, context.now, hint)
    result = _string_taken_over(pin, located, context)
    since = None
    if isinstance(result, UnresolvedGroup):
        outcome = Outcome.REVOKE if result.confirmed else Outcome.HOLD
        verdict = replace(
            hold_for(mapping, result.failure), outcome=outcome, grace_ends=result.grace_ends
        )
        since = result.missing_since
        if verdict.directory_unavailable:
            return verdict
    else:
        verdict = _evaluate_claim(mapping, result.group, directory, snapshot, context)
        if verdict.outcome is Outcome.GRANT:
            verdict = _with_notes(verdict, result.group, result.replaced_id)
            doubts = audience_doubts(directory, snapshot, context.oidc_check)
            verdict = _with_oidc_check(_with_doubts(verdict, *doubts), context)
    if pin is None:
        return verdict
    identity = snapshot.directory_id if pin.group_id in snapshot.by_id else pin.directory_id
    return replace(verdict, pin=replace(pin, missing_since=since, directory_id=identity))


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


def _with_notes(granted: Verdict, group: Group, replaced_id: str | None) -> Verdict:
    """Add to a grant's message what differs from the declaration, or from the first grant."""
    message, declared = granted.message, granted.mapping.group
    if declared not in (group.path, group.name):
        message += f" The group was moved or renamed: declared as {declared}, now {group.path}."
    if replaced_id is not None:
        message += (
            " The group was re-created, and the operator trusts the new one: its id was "
            f"{replaced_id}, now {group.id}."
        )
    return replace(granted, message=message, replaced_id=replaced_id)


def potential_subjects(mapping: AccessMapping, context: EvaluationContext) -> tuple[str, ...]:
    """Return the subjects of the group as far as known: other bindings may still bind them."""
    directory, snapshot = context.directory, context.reading.snapshot
    if directory is None or snapshot is None:
        return ()
    pin = context.pins.get(mapping.group)
    pinned = snapshot.by_id.get(pin.group_id) if pin is not None else None
    group = pinned or snapshot.find(mapping.group)
    if not isinstance(group, Group):
        return ()
    claimed = group_claim(group, directory, snapshot)
    return () if isinstance(claimed, Failure) else claimed.subjects


def _evaluate_claim(
    mapping: AccessMapping,
    group: Group,
    directory: Directory,
    snapshot: Snapshot,
    context: EvaluationContext,
) -> Verdict:
    claimed = group_claim(group, directory, snapshot)
    if isinstance(claimed, Failure):
        return hold_for(mapping, claimed)
    for subject in claimed.subjects:
        if subject.startswith(SYSTEM_PREFIX):
            return refuse_reserved(mapping, subject)
    collided = find_collision(
        group, claimed, directory, snapshot
    ) or context.prefixes.find_prefix_collision(claimed.subjects)
    if collided is not None:
        outcome = Outcome.REVOKE if directory.revokes_collided else Outcome.HOLD
        return replace(hold_for(mapping, collided), outcome=outcome)
    if mapping.cluster_role not in context.cluster_roles:
        fact = f'there is no ClusterRole "{mapping.cluster_role}"'
        return verdict_for(mapping, Outcome.HOLD, Reason.CLUSTER_ROLE_NOT_FOUND, fact)
    return Verdict(
        mapping,
        Outcome.GRANT,
        Reason.GRANTED,
        claimed.describe(group),
        group,
        claimed.subjects,
        claimed.doubts,
        claimed.incomplete,
    )


def _with_doubts(granted: Verdict, *doubts: Failure) -> Verdict:
    """Add doubts to a grant, before its own ones: kube-apiserver may reject its tokens."""
    message = " ".join((granted.message, *(doubt.message for doubt in doubts)))
    return replace(granted, message=message, doubts=(*doubts, *granted.doubts))


def _with_oidc_check(claimed: Verdict, context: EvaluationContext) -> Verdict:
    """Hold a grant that the canary contradicts; add a doubt if the check was inconclusive."""
    check = context.oidc_check
    if not context.directory or not context.directory.canary or check is None:
        return claimed
    if claimed.outcome is not Outcome.GRANT or check.status == "True":
        return claimed
    if check.contradicts:
        return hold_for(claimed.mapping, check.failure)
    return replace(claimed, doubts=(*claimed.doubts, check.failure))


def refuse_reserved(mapping: AccessMapping, subject: str) -> Verdict:
    """Refuse a subject that Kubernetes reserves: its authorizer would accept it as its own."""
    fact = f'kube-apiserver would see the group "{subject}"'
    return verdict_for(mapping, Outcome.REVOKE, Reason.INVALID_SUBJECT, fact)
