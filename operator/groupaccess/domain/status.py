"""What a GroupAccess says of itself: kstatus conditions and one line for each mapping.

Ready, Reconciling and Stalled follow kstatus, so that kubectl wait, Helm, Flux and Argo CD
understand them; Verified is Keycloak's word. Equal facts give equal values.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from groupaccess.domain import model
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.directory import Failure
from groupaccess.domain.reasons import ABOUT_GROUP, PASSING, Reason
from groupaccess.domain.verdict import Outcome, Verdict

PATIENCE = timedelta(minutes=5)


Truth = Literal["True", "False", "Unknown"]


class State(StrEnum):
    """How a mapping stands."""

    GRANTED = "Granted"  # as declared
    HELD = "Held"  # something stands, and there is an objection
    PENDING = "Pending"  # nothing stands yet
    REVOKED = "Revoked"  # must not stand


@dataclass(frozen=True, slots=True)
class Condition:
    """A metav1.Condition without its times. `status` is True, False or Unknown, as text."""

    type: str
    status: Truth
    reason: str
    message: str

    def echo(self, kind: str, *, holds: bool) -> "Condition":
        """Return a condition beside this one, for the same reason when it holds."""
        return Condition(
            kind, "True" if holds else "False", self.reason, self.message if holds else ""
        )


@dataclass(frozen=True, slots=True)
class MappingStatus:
    """One mapping: its state and why, and whom it binds where there is a proven group."""

    name: str
    state: State
    reason: Reason
    message: str
    cluster_role: str
    group_path: str | None = None
    group_id: str | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessStatus:
    """The whole status. `granted` is like "2/3"; `waiting` asks for another look in time."""

    conditions: tuple[Condition, ...]
    mappings: tuple[MappingStatus, ...]
    granted: str
    waiting: bool

    @property
    def ready(self) -> Condition:
        """Return the condition Ready."""
        return self.conditions[0]


@dataclass(frozen=True, slots=True)
class Prior:
    """What the object's status said before: each condition's status and since when."""

    generation: int = -1
    conditions: Mapping[str, tuple[str, datetime]] | None = None

    def patience_left(self, generation: int, now: datetime) -> timedelta:
        """Return how much longer to wait for what may come by itself; zero when it is over."""
        conditions = self.conditions or {}
        state, since = conditions.get("Reconciling", ("False", now))
        if state == "True":
            return max(timedelta(0), PATIENCE - (now - since))
        stalled = conditions.get("Stalled", ("False", now))[0] == "True"
        return timedelta(0) if stalled and self.generation == generation else PATIENCE


def status(
    access: model.Access,
    verdicts: Iterable[Verdict],
    stands: AbstractSet[BindingKey],
    faults: Mapping[BindingKey, Failure],
    *,
    patient: bool,
) -> AccessStatus:
    """Say how each mapping stands.

    `stands` are the keys at which a binding now says what is wanted, `faults` what the API server
    or a conflict denied; `patient` tells that what may come by itself is still waited for.
    """
    judged = sorted(verdicts, key=lambda verdict: verdict.mapping.name)
    mappings = tuple(_mapping(access, verdict, stands, faults) for verdict in judged)
    problems = [mapping for mapping in mappings if mapping.state is not State.GRANTED]
    waiting = patient and bool(problems) and all(m.reason in PASSING for m in problems)
    granted = f"{len(mappings) - len(problems)}/{len(mappings)}"
    ready = _ready(problems, granted)
    return AccessStatus(
        conditions=(
            ready,
            ready.echo("Reconciling", holds=waiting),
            ready.echo("Stalled", holds=bool(problems) and not waiting),
            _verified(judged),
        ),
        mappings=mappings,
        granted=granted,
        waiting=waiting,
    )


def _mapping(
    access: model.Access,
    verdict: Verdict,
    stands: AbstractSet[BindingKey],
    faults: Mapping[BindingKey, Failure],
) -> MappingStatus:
    keys = access.keys(verdict.mapping)
    fault = next((faults[key] for key in keys if key in faults), None)
    complete = bool(keys) and all(key in stands for key in keys)
    said: Verdict | Failure = verdict if fault is None else fault
    return MappingStatus(
        name=verdict.mapping.name,
        state=_state(verdict, complete=complete and fault is None, some=complete),
        reason=said.reason,
        message=said.message,
        cluster_role=verdict.mapping.cluster_role,
        group_path=verdict.group.path if verdict.group else None,
        group_id=verdict.group.id if verdict.group else None,
        subjects=verdict.subjects,
    )


def _state(verdict: Verdict, *, complete: bool, some: bool) -> State:
    if verdict.outcome is Outcome.REVOKE:
        return State.REVOKED
    if complete and (verdict.outcome is Outcome.GRANT or verdict.unread):
        return State.GRANTED
    return State.HELD if some else State.PENDING


def _ready(problems: list[MappingStatus], granted: str) -> Condition:
    if not problems:
        return Condition("Ready", "True", Reason.GRANTED, f"{granted} mappings stand as declared.")
    first = min(problems, key=lambda mapping: mapping.reason in PASSING)  # who needs a person
    more = len(problems) - 1
    also = f" (and {more} more)" if more else ""
    return Condition("Ready", "False", first.reason, f"{first.name}: {first.message}{also}")


def _verified(verdicts: list[Verdict]) -> Condition:
    """Tell Keycloak's word: False where it objects, Unknown where it was not asked."""
    answers: tuple[tuple[Truth, Callable[[Verdict], bool]], ...] = (
        ("False", _denied),
        ("Unknown", _unasked),
    )
    for said, applies in answers:
        first = next(filter(applies, verdicts), None)
        if first is not None:
            message = f"{first.mapping.name}: {first.message}"
            return Condition("Verified", said, first.reason, message)
    doubt = next((doubt for verdict in verdicts for doubt in verdict.doubts), None)
    if doubt is not None:
        return Condition("Verified", "Unknown", doubt.reason, doubt.message)
    return Condition("Verified", "True", Reason.GRANTED, "Keycloak has each group.")


def _denied(verdict: Verdict) -> bool:
    return verdict.reason in ABOUT_GROUP


def _unasked(verdict: Verdict) -> bool:
    asked = verdict.outcome is Outcome.GRANT or verdict.reason is Reason.CLUSTER_ROLE_NOT_FOUND
    return not asked
