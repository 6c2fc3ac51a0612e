"""How one mapping stands, in bounded words: numbers, and the first ten problems."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import Places
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.desired_state import Wanted
from groupaccess.domain.bindings.other_grants import AlsoGrantedBy
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.former_subjects import newest, words
from groupaccess.domain.reasons import PASSING, Reason, advise
from groupaccess.domain.status.observation import Bound, Observation
from groupaccess.domain.verdict.verdict import Outcome, Verdict

FIRST = 10
NAMED = 3  # bindings that a message names
PROGRESSING = Failure(
    Reason.PROGRESSING,
    advise(Reason.PROGRESSING, "the API server has not answered a write yet"),
    passing=True,
)


class State(StrEnum):
    """How a mapping stands."""

    GRANTED = "Granted"  # bound as declared
    PARTIAL = "Partial"  # in some of the places that are declared
    HELD = "Held"  # something is bound, and there is an objection
    PENDING = "Pending"  # nothing is bound yet
    EXPIRED = "Expired"  # as declared: nothing is bound any more
    REVOKED = "Revoked"  # nothing may be bound, and nothing is


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
    def nowhere(self) -> bool:
        """Tell whether it has a scope in which there is no namespace."""
        return self.scoped and not self.wanted

    @property
    def as_declared(self) -> bool:
        """Tell whether the mapping stands as it is declared; an expired one does."""
        return self.state in {State.GRANTED, State.EXPIRED}


def mapping_status(
    access: Access, verdict: Verdict, wanted: Wanted, now: Observation
) -> MappingStatus:
    """Say how a mapping stands, by what is bound. The same facts give the same words.

    While Keycloak cannot be read, what is said of what is bound stays as it was. One that is
    suspended stands as declared when it is bound as it would be without that.
    """
    mapping, where = verdict.mapping, wanted.places[verdict.mapping.name]
    keys = [access.key(mapping, namespace) for namespace in where.wanted]
    if mapping.unreadable:  # its role and places are not known, only its name
        keys = sorted(now.bindings.get(mapping.name, {}))
    bound = now.bound(mapping.name, keys, wanted)
    meant = verdict.would or verdict
    meant = meant.said if bound.places else meant
    verdict = verdict if verdict.suspended else meant
    granted = _is_granted(meant, keys, bound, now)
    problems = _problems(verdict, keys, where, bound, now)
    complete = not problems and not bound.extra and len(bound.exact) == len(keys)
    refused = any(key in now.faults for key in bound.exact)
    missing = bool(where.absent) or len(bound.exact) < len(keys)
    partial = granted and not (refused or verdict.suspended) and missing and bool(bound.exact)
    state = _state(verdict, bound, partial=partial, complete=complete and granted)
    if problems and (granted or verdict.suspended):
        reason, message, passing = _say(problems)
        message = f"{verdict.message} {message}" if verdict.suspended else message
    else:
        message = verdict.message + _also(verdict, state, where, bound, now)
        message += "".join(f" {text}" for text in _formers(mapping.name, bound, now))
        reason, passing = verdict.reason, _passes(verdict, bound, now)
    group = (meant.last or meant).group
    return MappingStatus(
        name=mapping.name,
        state=state,
        reason=reason,
        message=message,
        cluster_role=mapping.cluster_role,
        scoped=mapping.scope is not None,
        passing=passing,
        wanted=len(keys) + len(where.absent),
        granted=len(_anywhere(verdict, keys, bound)),
        problems=problems[:FIRST] if mapping.scope is not None else (),
        group_path=group.path if group else None,
        group_id=group.id if group else None,
        subjects=now.subjects(mapping.name, bound.exact or bound.places or bound.extra),
        expires_at=mapping.expires_at,
        also=now.also.get(mapping.name),
    )


def _anywhere(
    verdict: Verdict, keys: Iterable[BindingKey], bound: Bound
) -> AbstractSet[BindingKey]:
    """Return where it is bound, of what is revoked also where it should be no more."""
    if verdict.outcome is Outcome.REVOKE:
        return bound.extra & frozenset(keys)
    return bound.places


def _is_granted(
    verdict: Verdict, keys: Iterable[BindingKey], bound: Bound, now: Observation
) -> bool:
    """Tell whether all is granted now, or was and nothing waits for Keycloak to be read."""
    done = (key in bound.places or key in now.faults or key in now.under_way for key in keys)
    return verdict.outcome is Outcome.GRANT or (verdict.unread and all(done))


def _state(verdict: Verdict, bound: Bound, *, partial: bool, complete: bool) -> State:
    if verdict.outcome is Outcome.REVOKE:
        if bound.some:
            return State.HELD
        return State.EXPIRED if verdict.reason is Reason.EXPIRED else State.REVOKED
    if complete:
        return State.GRANTED
    if not bound.some:
        return State.PENDING
    return State.PARTIAL if partial else State.HELD


def _also(verdict: Verdict, state: State, where: Places, bound: Bound, now: Observation) -> str:
    """Say what is bound although it should not be, and what is not although nothing objects."""
    if bound.extra:
        return f" {still_bound(bound.extra, now.faults)}"
    if state is State.HELD:
        return " It is still bound."
    if verdict.outcome is Outcome.REVOKE and bound.faulty:
        return f" The group's id could not be kept: {now.faults[min(bound.faulty)].message}"
    if verdict.outcome is Outcome.GRANT and not where.wanted:
        return " There are 0 namespaces for it now."
    return ""


def _formers(mapping: str, bound: Bound, now: Observation) -> Iterator[str]:
    """Say which subjects stay bound for tokens from before a rename, those that end last."""
    for subject, former in sorted(newest(now.formers(mapping, bound.places)).items()):
        yield words(subject, former)


def _passes(verdict: Verdict, bound: Bound, now: Observation) -> bool:
    if verdict.outcome is Outcome.REVOKE and bound.extra:
        return all(now.faults[key].passing for key in bound.extra & now.faults.keys())
    return verdict.reason in PASSING


def still_bound(keys: Iterable[BindingKey], faults: Mapping[BindingKey, Failure]) -> str:
    """Name the bindings that should be gone, and why they are not."""
    named = sorted(keys)
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    fault = next((f": {faults[key].message}" for key in named if key in faults), ".")
    listed = ", ".join(str(key) for key in named[:NAMED])
    return f"What should be gone is still bound: {listed}{more}{fault}"


def _problems(
    verdict: Verdict,
    keys: Iterable[BindingKey],
    where: Places,
    bound: Bound,
    now: Observation,
) -> tuple[Problem, ...]:
    if verdict.outcome is Outcome.REVOKE:
        return ()
    found = dict[str, Problem]()  # the API server refuses a list with one namespace twice
    for problem in _each(verdict, keys, where, bound, now):
        if problem.namespace not in found or found[problem.namespace].passing:
            found[problem.namespace] = problem
    return tuple(found[namespace] for namespace in sorted(found))


def _each(
    verdict: Verdict,
    keys: Iterable[BindingKey],
    where: Places,
    bound: Bound,
    now: Observation,
) -> Iterator[Problem]:
    for key in (key for key in keys if key not in bound.extra):
        fault = now.faults.get(key)
        if fault is None and key not in bound.exact and verdict.outcome is Outcome.GRANT:
            fault = PROGRESSING
        if fault is not None:
            former = key in bound.places and key not in bound.exact
            message = f"{fault.message} {still_bound([key], {})}" if former else fault.message
            yield _problem(key, fault, message)
    for key in bound.extra:
        yield _problem(key, now.faults.get(key, PROGRESSING), still_bound([key], now.faults))
    for namespace in where.absent:
        fact = f'there is no namespace "{namespace}"'
        message = advise(Reason.NAMESPACE_NOT_FOUND, fact)
        yield Problem(namespace, Reason.NAMESPACE_NOT_FOUND, message, passing=True)


def _problem(key: BindingKey, fault: Failure, message: str) -> Problem:
    passing = fault.passing or fault.reason in PASSING
    return Problem(key.namespace, fault.reason, message, passing)


def _say(problems: tuple[Problem, ...]) -> tuple[Reason, str, bool]:
    first = min(problems, key=lambda problem: problem.passing)  # who needs a person
    more = len(problems) - 1
    message = first.message + (f" (and {more} more)" if more else "")
    return first.reason, message, first.passing
