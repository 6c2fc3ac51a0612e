"""The state of one mapping, in bounded text: numbers, and the first ten problems."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import Placement
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.other_grants import OtherGrants
from groupaccess.domain.identity.former_subjects import describe_former, last_to_end
from groupaccess.domain.reasons import TRANSIENT, Reason
from groupaccess.domain.status.observation import MappingBindings, Observation
from groupaccess.domain.status.placement_problems import (
    PlacementProblem,
    find_problems,
    still_bound,
    summarize_problems,
)
from groupaccess.domain.verdict.verdict import Outcome, Verdict

MAX_PROBLEMS = 10


class MappingState(StrEnum):
    """The state of a mapping."""

    GRANTED = "Granted"  # bound as declared
    PARTIAL = "Partial"  # bound in some of the declared places
    HELD = "Held"  # something is bound, and there is an objection
    PENDING = "Pending"  # nothing is bound yet
    EXPIRED = "Expired"  # as declared: nothing is bound any more
    REVOKED = "Revoked"  # nothing may be bound, and nothing is


# A mapping that such a reason revokes is as declared once nothing is bound; else it is REVOKED.
REVOKED_AS_DECLARED = {Reason.EXPIRED: MappingState.EXPIRED}
AS_DECLARED = {MappingState.GRANTED, *REVOKED_AS_DECLARED.values()}


@dataclass(frozen=True, slots=True)
class MappingReport:
    """One mapping: its state and why, whom it binds, and where.

    `transient` tells that its problem may pass by itself. `wanted` and `granted` count namespaces,
    for a mapping that has a scope; `problems` are the first ten of them.
    """

    name: str
    state: MappingState
    reason: Reason
    message: str
    cluster_role: str
    scoped: bool
    transient: bool = False
    wanted: int = 0
    granted: int = 0
    problems: tuple[PlacementProblem, ...] = ()
    group_path: str | None = None
    group_id: str | None = None
    subjects: tuple[str, ...] = ()
    expires_at: datetime | None = None
    other_grants: OtherGrants | None = None

    @property
    def selects_nothing(self) -> bool:
        """Tell whether it has a scope without any namespace."""
        return self.scoped and not self.wanted

    @property
    def as_declared(self) -> bool:
        """Tell whether the mapping is bound as declared; an expired one counts as such."""
        return self.state in AS_DECLARED


def report_mapping(
    access: Access, verdict: Verdict, desired: DesiredState, observation: Observation
) -> MappingReport:
    """Return the state of a mapping, by what is bound. Equal facts give equal text.

    While Keycloak cannot be read, the report about existing bindings stays as it was. A suspended
    mapping counts as declared if it is bound as it would be without the suspension.
    """
    mapping, where = verdict.mapping, desired.placements[verdict.mapping.name]
    keys = [access.binding_key(mapping, namespace) for namespace in where.active]
    if mapping.unreadable:  # its role and places are not known, only its name
        keys = sorted(observation.bindings.get(mapping.name, {}))
    bound = observation.compare(mapping.name, keys, desired)
    meant = verdict.without_suspend or verdict
    meant = meant.reported if bound.allowed else meant
    verdict = verdict if verdict.suspended else meant
    granted = _is_granted(meant, keys, bound, observation)
    problems = find_problems(verdict, keys, where, bound, observation)
    complete = not problems and not bound.extra and len(bound.exact) == len(keys)
    refused = any(key in observation.faults for key in bound.exact)
    missing = bool(where.missing) or len(bound.exact) < len(keys)
    partial = granted and not (refused or verdict.suspended) and missing and bool(bound.exact)
    state = _state(verdict, bound, partial=partial, complete=complete and granted)
    if problems and (granted or verdict.suspended):
        reason, message, passing = summarize_problems(problems)
        message = f"{verdict.message} {message}" if verdict.suspended else message
    else:
        message = _message(verdict, state, where, bound, observation)
        reason, passing = verdict.reason, _is_transient(verdict, bound, observation)
    group = (meant.last_known or meant).group
    return MappingReport(
        name=mapping.name,
        state=state,
        reason=reason,
        message=message,
        cluster_role=mapping.cluster_role,
        scoped=mapping.scope is not None,
        transient=passing,
        wanted=len(keys) + len(where.missing),
        granted=len(_bound_in(verdict, keys, bound)),
        problems=problems[:MAX_PROBLEMS] if mapping.scope is not None else (),
        group_path=group.path if group else None,
        group_id=group.id if group else None,
        subjects=observation.subjects(mapping.name, bound.exact or bound.allowed or bound.extra),
        expires_at=mapping.expires_at,
        other_grants=observation.other_grants.get(mapping.name),
    )


def _bound_in(
    verdict: Verdict, keys: Iterable[BindingKey], bound: MappingBindings
) -> AbstractSet[BindingKey]:
    """Return where it is bound; for a revoked mapping, where it is still bound."""
    if verdict.outcome is Outcome.REVOKE:
        return bound.extra & frozenset(keys)
    return bound.allowed


def _is_granted(
    verdict: Verdict, keys: Iterable[BindingKey], bound: MappingBindings, observation: Observation
) -> bool:
    """Tell whether it is granted, or Keycloak is not read and no place waits for its answer."""
    done = (
        key in bound.allowed or key in observation.faults or key in observation.pending
        for key in keys
    )
    return verdict.outcome is Outcome.GRANT or (verdict.directory_unavailable and all(done))


def _state(
    verdict: Verdict, bound: MappingBindings, *, partial: bool, complete: bool
) -> MappingState:
    if verdict.outcome is Outcome.REVOKE:
        if bound.any_bound:
            return MappingState.HELD
        return REVOKED_AS_DECLARED.get(verdict.reason, MappingState.REVOKED)
    if complete:
        return MappingState.GRANTED
    if not bound.any_bound:
        return MappingState.PENDING
    return MappingState.PARTIAL if partial else MappingState.HELD


def _message(
    verdict: Verdict,
    state: MappingState,
    where: Placement,
    bound: MappingBindings,
    observation: Observation,
) -> str:
    """Return the verdict's message, with what is bound beside it."""
    formers = (f" {text}" for text in _formers(verdict.mapping.name, bound, observation))
    remark = _remark(verdict, state, where, bound, observation)
    return f"{verdict.message}{remark}{''.join(formers)}"


def _remark(
    verdict: Verdict,
    state: MappingState,
    where: Placement,
    bound: MappingBindings,
    observation: Observation,
) -> str:
    """Return what is bound although it should not be, and what is not although nothing objects."""
    if bound.extra:
        return f" {still_bound(bound.extra, observation.faults)}"
    if state is MappingState.HELD:
        return " It is still bound."
    if verdict.outcome is Outcome.REVOKE and bound.faulty:
        what = "A binding without subjects could not be deleted"
        if not verdict.drops_pin:
            what = "The binding that should keep the group's id could not be written"
        return f" {what}: {observation.faults[min(bound.faulty)].message}"
    if verdict.outcome is Outcome.GRANT and not where.active:
        return " It selects no active namespace now."
    return ""


def _formers(mapping: str, bound: MappingBindings, observation: Observation) -> Iterator[str]:
    """Yield which subjects stay bound for tokens from before a rename, those that end last."""
    for subject, former in sorted(last_to_end(observation.former(mapping, bound.allowed)).items()):
        yield describe_former(subject, former)


def _is_transient(verdict: Verdict, bound: MappingBindings, observation: Observation) -> bool:
    if verdict.outcome is Outcome.REVOKE and bound.extra:
        return all(
            observation.faults[key].transient for key in bound.extra & observation.faults.keys()
        )
    return verdict.reason in TRANSIENT
