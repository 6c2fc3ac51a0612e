"""The verdict for each mapping: Grant, Hold or Revoke, with a reason and a sentence.

Facts that need no word of Keycloak revoke: an end, a declared name that Kubernetes reserves, a
role that is not allowed (`RULES`). Everything else holds, and Keycloak's answers revoke only what
they prove (`group_rules.py`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import ANY_ROLE
from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.directory.group import Group
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.group_claims import group_claim
from groupaccess.domain.verdict.group_rules import evaluate_group, refuse_reserved
from groupaccess.domain.verdict.suspension import describe_without_suspend
from groupaccess.domain.verdict.verdict import (
    EvaluationContext,
    Outcome,
    Verdict,
    verdict_for,
    verdict_for_failure,
)


def evaluate(mapping: AccessMapping, context: EvaluationContext) -> Verdict:
    """Return the verdict of the first rule that applies: RULES in order, then the group's rules."""
    answers = (rule(mapping, context) for rule in RULES)
    answer = next(filter(None, answers), None) or evaluate_group(mapping, context)
    if answer.outcome is Outcome.REVOKE:
        return replace(answer, potential_subjects=_potential_subjects(mapping, context))
    return answer


def _potential_subjects(mapping: AccessMapping, context: EvaluationContext) -> tuple[str, ...]:
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


def _expired(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    end = mapping.expires_at
    if end is None or not mapping.has_ended(context.now):
        return None
    fact = f"this access expired at {end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return verdict_for(mapping, Outcome.REVOKE, Reason.EXPIRED, fact)


def _reserved(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    prefix = context.directory.groups_prefix if context.directory else ""
    subject = prefix + mapping.group
    return refuse_reserved(mapping, subject) if subject.startswith(SYSTEM_PREFIX) else None


def _role_not_allowed(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    if context.directory is None or not mapping.cluster_role:  # an unreadable mapping holds
        return None
    allowed = context.directory.allowed_roles
    if ANY_ROLE in allowed or mapping.cluster_role in allowed:
        return None
    fact = (
        f'ClusterRole "{mapping.cluster_role}" is not in spec.allowedClusterRoles of '
        f'KeycloakDirectory "{context.directory_name}": {", ".join(sorted(allowed))}'
    )
    return verdict_for(mapping, Outcome.REVOKE, Reason.CLUSTER_ROLE_NOT_ALLOWED, fact)


def _unreadable(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    fact = mapping.unreadable or context.unreadable
    return verdict_for(mapping, Outcome.HOLD, Reason.UNREADABLE, fact) if fact else None


def _suspended(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    by = context.suspended_by
    if by is None:
        return None
    would = evaluate(mapping, context.without_suspend)
    fact = f"suspended by {by}: {describe_without_suspend(would, context)}"
    verdict = verdict_for(mapping, Outcome.HOLD, Reason.SUSPENDED, fact)
    return replace(verdict, without_suspend=would, grace_ends=would.grace_ends)


def _no_directory(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    if context.directory is not None:
        return None
    fact = f'there is no KeycloakDirectory "{context.directory_name}"'
    return verdict_for(mapping, Outcome.HOLD, Reason.DIRECTORY_NOT_FOUND, fact)


def _frozen(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    return verdict_for_failure(mapping, context.frozen) if context.frozen is not None else None


def _prefix_shared(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    conflict = context.prefixes.conflict
    return verdict_for_failure(mapping, conflict) if conflict is not None else None


def _other_issuer(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    failure = context.reading.failure
    if failure is None or failure.reason is not Reason.ISSUER_MISMATCH:
        return None
    return verdict_for_failure(mapping, failure)


def _not_read(mapping: AccessMapping, context: EvaluationContext) -> Verdict | None:
    gap = context.missing_answers.get(mapping.name)
    answered = context.reading.snapshot is not None and (gap is None or gap.answered)
    failure = context.reading.failure or (gap.failure if gap else None)
    if failure is not None:
        last = _last_known(mapping, context) if answered else None
        return replace(verdict_for_failure(mapping, failure), last_known=last)
    if not answered or context.awaits_oidc_check:
        fact = f'KeycloakDirectory "{context.directory_name}" has not been read yet'
        return verdict_for(mapping, Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE, fact)
    return None


def _last_known(mapping: AccessMapping, context: EvaluationContext) -> Verdict:
    """Return the verdict by the last reading; its facts from Keycloak revoke nothing any more."""
    last = evaluate_group(mapping, context)
    about = last.outcome is Outcome.REVOKE and not last.drops_pin
    return replace(last, outcome=Outcome.HOLD) if about else last


RULES: tuple[Callable[[AccessMapping, EvaluationContext], Verdict | None], ...] = (
    _expired,
    _reserved,
    _role_not_allowed,
    _suspended,
    _unreadable,
    _no_directory,
    _frozen,
    _prefix_shared,
    _other_issuer,
    _not_read,
)
"""The first that applies decides.

What revokes comes first, so that neither a suspension nor a hold lets it stay bound. Then comes
what keeps the mapping from being judged at all, and last what is missing of Keycloak's answers;
after these, the group's rules use the answers.
"""
