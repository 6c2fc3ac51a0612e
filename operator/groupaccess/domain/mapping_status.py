"""How one mapping stands, in bounded words: numbers, and the first ten problems."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from groupaccess.domain import model
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.directory import Failure
from groupaccess.domain.elsewhere import AlsoGrantedBy
from groupaccess.domain.namespaces import Places
from groupaccess.domain.reasons import PASSING, Reason, advise
from groupaccess.domain.verdict import Outcome, Verdict

FIRST = 10


class State(StrEnum):
    """How a mapping stands."""

    GRANTED = "Granted"  # as declared
    PARTIAL = "Partial"  # in some of the places that are declared
    HELD = "Held"  # something stands, and there is an objection
    PENDING = "Pending"  # nothing stands yet
    EXPIRED = "Expired"  # as declared: nothing stands any more
    REVOKED = "Revoked"  # must not stand


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where a mapping does not stand as declared; namespace "" is the whole cluster.

    `passing` may come by itself, and needs no person yet.
    """

    namespace: str
    reason: Reason
    message: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class MappingStatus:
    """One mapping: its state and why, whom it binds, and where; `passing` may come by itself.

    `wanted` and `granted` count namespaces, for a mapping that has a scope; `problems` are the
    first ten of them.
    """

    name: str
    state: State
    reason: Reason
    message: str
    cluster_role: str
    scoped: bool
    passing: bool = False
    wanted: int = 0
    granted: int = 0
    problems: tuple[Problem, ...] = ()
    group_path: str | None = None
    group_id: str | None = None
    subjects: tuple[str, ...] = ()
    expires_at: datetime | None = None
    also: AlsoGrantedBy | None = None

    @property
    def as_declared(self) -> bool:
        """Tell whether the mapping stands as it is declared; an expired one does."""
        return self.state in {State.GRANTED, State.EXPIRED}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the writes: where bindings stand, and where something was denied.

    `left` are bindings that should be gone and could not be deleted. `also` are other bindings for
    the same right, by the mapping's name.
    """

    stands: AbstractSet[BindingKey] = frozenset()
    faults: Mapping[BindingKey, Failure] = field(default_factory=dict)
    also: Mapping[str, AlsoGrantedBy] = field(default_factory=dict)
    left: Mapping[BindingKey, Failure] = field(default_factory=dict)


def mapping_status(
    access: model.Access, verdict: Verdict, where: Places, outcomes: Outcomes
) -> MappingStatus:
    """Say how a mapping stands. The same facts give the same words.

    While Keycloak cannot be read, what is said of what stands stays as it was.
    """
    mapping = verdict.mapping
    keys = [access.key(mapping, namespace) for namespace in where.wanted]
    stand = sum(key in outcomes.stands for key in keys)
    verdict = verdict.said if stand else verdict
    problems = () if verdict.outcome is Outcome.REVOKE else _problems(keys, where, outcomes)
    granted = _is_granted(verdict, keys, outcomes)
    complete = not problems and stand == len(keys)
    state = _state(verdict, stand, granted=granted, complete=complete)
    objection = problems and (granted or verdict.suspended)
    reason, message, passing = (
        _say(problems)
        if objection
        else (verdict.reason, verdict.message, verdict.reason in PASSING)
    )
    if verdict.outcome is Outcome.GRANT and not where.wanted and not problems:
        message += " There are 0 namespaces for it now."
    group = verdict.group
    return MappingStatus(
        name=mapping.name,
        state=state,
        reason=reason,
        message=message,
        cluster_role=mapping.cluster_role,
        scoped=mapping.scope is not None,
        passing=passing,
        wanted=len(keys) + len(where.absent),
        granted=0 if verdict.outcome is Outcome.REVOKE else stand,
        problems=problems[:FIRST] if mapping.scope is not None else (),
        group_path=group.path if group else None,
        group_id=group.id if group else None,
        subjects=verdict.subjects,
        expires_at=mapping.expires_at,
        also=outcomes.also.get(mapping.name),
    )


def _is_granted(verdict: Verdict, keys: Iterable[BindingKey], outcomes: Outcomes) -> bool:
    """Tell whether all is granted now, or was and nothing waits for Keycloak to be read."""
    done = (key in outcomes.stands or key in outcomes.faults for key in keys)
    return verdict.outcome is Outcome.GRANT or (verdict.unread and all(done))


def _state(verdict: Verdict, stand: int, *, granted: bool, complete: bool) -> State:
    if verdict.outcome is Outcome.REVOKE:
        return State.EXPIRED if verdict.reason is Reason.EXPIRED else State.REVOKED
    if complete and (granted or verdict.suspended):
        return State.GRANTED
    if not stand:
        return State.PENDING
    return State.PARTIAL if granted else State.HELD


def _problems(keys: Iterable[BindingKey], where: Places, outcomes: Outcomes) -> tuple[Problem, ...]:
    return tuple(sorted(_each(keys, where, outcomes), key=lambda problem: problem.namespace))


def _each(keys: Iterable[BindingKey], where: Places, outcomes: Outcomes) -> Iterator[Problem]:
    for key in keys:
        fault = outcomes.faults.get(key)
        if fault is not None:
            passing = fault.passing or fault.reason in PASSING
            yield Problem(key.namespace, fault.reason, fault.message, passing)
    for namespace in where.absent:
        fact = f'there is no namespace "{namespace}"'
        message = advise(Reason.NAMESPACE_NOT_FOUND, fact)
        yield Problem(namespace, Reason.NAMESPACE_NOT_FOUND, message, passing=True)


def _say(problems: tuple[Problem, ...]) -> tuple[Reason, str, bool]:
    first = min(problems, key=lambda problem: problem.passing)  # who needs a person
    more = len(problems) - 1
    message = first.message + (f" (and {more} more)" if more else "")
    return first.reason, message, first.passing
