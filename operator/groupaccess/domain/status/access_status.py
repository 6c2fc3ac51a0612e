"""The status of a GroupAccess: its conditions, and one report for each mapping.

Ready, Reconciling and Stalled follow kstatus; Verified says what Keycloak answered. Equal facts
give equal values.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.domain.access.group_access import Access
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.condition import ConditionStatus, StatusCondition
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.mapping_status import MappingReport, MappingState, report_mapping
from groupaccess.domain.status.observation import Observation
from groupaccess.domain.status.placement_problems import PROGRESSING, still_bound
from groupaccess.domain.verdict.verdict import Outcome, Verdict

BOUND_STATES = {MappingState.GRANTED, MappingState.PARTIAL, MappingState.HELD}


@dataclass(frozen=True, slots=True)
class AccessStatus:
    """The whole status; while it is `waiting`, the object must be requeued in time.

    `granted` is like "2/3": it counts the mappings that bind something, and those that are bound as
    declared although their selector matches no namespace now. `next_expiry` is when the next grant
    expires.
    """

    conditions: tuple[StatusCondition, ...]
    mappings: tuple[MappingReport, ...]
    granted: str
    waiting: bool
    next_expiry: datetime | None

    @property
    def ready(self) -> StatusCondition:
        """Return the condition Ready."""
        return self.conditions[0]


def access_status(
    access: Access,
    verdicts: Iterable[Verdict],
    desired: DesiredState,
    observation: Observation,
    *,
    patient: bool,
) -> AccessStatus:
    """Return the status of each mapping and of the object.

    `observation` is what is bound; `patient` tells that transient problems are still waited for.
    """
    ordered = sorted(verdicts, key=lambda verdict: verdict.mapping.name)
    mappings = tuple(report_mapping(access, verdict, desired, observation) for verdict in ordered)
    problems = [*_unreadable(access), *_problems(mappings), *_left_over(access, observation)]
    waiting = patient and bool(problems) and all(problem.transient for problem in problems)
    ready = _ready(mappings, problems)
    return AccessStatus(
        conditions=(
            ready,
            ready.as_type("Reconciling", holds=waiting),
            ready.as_type("Stalled", holds=bool(problems) and not waiting),
            _verified(ordered),
        ),
        mappings=mappings,
        granted=_count(mappings),
        waiting=waiting,
        next_expiry=_next_expiry(ordered),
    )


def _unreadable(access: Access) -> Iterator[Failure]:
    if access.unreadable is not None:
        yield Failure.of(Reason.UNREADABLE, access.unreadable)


def _problems(mappings: Iterable[MappingReport]) -> Iterator[Failure]:
    for mapping in mappings:
        if not mapping.as_declared:
            yield Failure(mapping.reason, f"{mapping.name}: {mapping.message}", mapping.transient)


def _left_over(access: Access, observation: Observation) -> Iterator[Failure]:
    """Yield what is still bound for mappings that do not exist any more."""
    declared = {mapping.name for mapping in access.mappings}
    for key in sorted(
        key for name in observation.bindings.keys() - declared for key in observation.bindings[name]
    ):
        fault = observation.faults.get(key, PROGRESSING)
        yield replace(fault, message=still_bound([key], observation.faults))


def _count(mappings: tuple[MappingReport, ...]) -> str:
    return f"{sum(mapping.state in BOUND_STATES for mapping in mappings)}/{len(mappings)}"


def _next_expiry(verdicts: Iterable[Verdict]) -> datetime | None:
    ends = (v.mapping.expires_at for v in verdicts if v.reason is not Reason.EXPIRED)
    return min((end for end in ends if end is not None), default=None)


def _ready(mappings: tuple[MappingReport, ...], problems: list[Failure]) -> StatusCondition:
    if problems:
        first = min(problems, key=lambda problem: problem.transient)  # what needs a person first
        more = len(problems) - 1
        also = f" (and {more} more)" if more else ""
        return StatusCondition("Ready", "False", first.reason, first.message + also)
    ended = sum(mapping.state is MappingState.EXPIRED for mapping in mappings)
    also = f", {ended} {'has' if ended == 1 else 'have'} expired" if ended else ""
    empty = ", ".join(
        m.name for m in mappings if m.state is MappingState.GRANTED and m.selects_nothing
    )
    also += f"; without an active namespace: {empty}" if empty else ""
    message = f"{_count(mappings)} mappings are bound as declared{also}."
    return StatusCondition("Ready", "True", _ready_reason({m.reason for m in mappings}), message)


def _ready_reason(reasons: set[Reason]) -> Reason:
    """Return why there is nothing to do: suspended, all expired, or simply granted."""
    if Reason.SUSPENDED in reasons:
        return Reason.SUSPENDED
    return Reason.EXPIRED if reasons == {Reason.EXPIRED} else Reason.GRANTED


def _verified(ordered: list[Verdict]) -> StatusCondition:
    """Return Verified: False if Keycloak objects, Unknown if it was not asked.

    What Kubernetes' facts alone revoke, above all expiry, does not depend on Keycloak and is left
    out. If nothing else is left, nothing is unverified: True.
    """
    verdicts = [v for v in ordered if v.outcome is not Outcome.REVOKE or v.keycloak_objects]
    if ordered and not verdicts:
        message = "No mapping needs an answer of Keycloak."
        return StatusCondition("Verified", "True", ordered[0].reason, message)
    answers: tuple[tuple[ConditionStatus, Callable[[Verdict], bool]], ...] = (
        ("False", lambda verdict: verdict.keycloak_objects),
        ("Unknown", _unanswered),
    )
    for text, applies in answers:
        first = next(filter(applies, verdicts), None)
        if first is not None:
            message = f"{first.mapping.name}: {first.message}"
            return StatusCondition("Verified", text, first.reason, message)
    doubt = next((doubt for verdict in verdicts for doubt in verdict.doubts), None)
    if doubt is not None:
        return StatusCondition("Verified", "Unknown", doubt.reason, doubt.message)
    message = "Keycloak confirms each mapping that needs its answer."
    return StatusCondition("Verified", "True", Reason.GRANTED, message)


def _unanswered(verdict: Verdict) -> bool:
    asked = verdict.outcome is Outcome.GRANT or verdict.reason is Reason.CLUSTER_ROLE_NOT_FOUND
    return not asked
