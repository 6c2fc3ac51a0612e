"""Where a mapping is not bound as declared, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from groupaccess.domain.access.namespace_scope import Placement
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import TRANSIENT, Reason, with_advice
from groupaccess.domain.status.observation import MappingBindings, Observation
from groupaccess.domain.verdict.verdict import Outcome, Verdict

MAX_NAMED_BINDINGS = 3  # bindings that a message names
PROGRESSING = Failure(
    Reason.PROGRESSING,
    with_advice(Reason.PROGRESSING, "a write to the API server is not finished yet"),
    transient=True,
)


@dataclass(frozen=True, slots=True)
class PlacementProblem:
    """A place where a mapping is not bound as declared; namespace "" means cluster-wide.

    A `transient` one may pass by itself, and needs no person yet.
    """

    namespace: str
    reason: Reason
    message: str
    transient: bool = False


def find_problems(
    verdict: Verdict,
    keys: Iterable[BindingKey],
    where: Placement,
    bound: MappingBindings,
    observation: Observation,
) -> tuple[PlacementProblem, ...]:
    """Return the problems of a mapping, one for each namespace; a revoked mapping has none."""
    if verdict.outcome is Outcome.REVOKE:
        return ()
    result = dict[str, PlacementProblem]()  # the API server rejects a list with duplicates
    for problem in _all_problems(verdict, keys, where, bound, observation):
        if problem.namespace not in result or result[problem.namespace].transient:
            result[problem.namespace] = problem
    return tuple(result[namespace] for namespace in sorted(result))


def summarize_problems(problems: tuple[PlacementProblem, ...]) -> tuple[Reason, str, bool]:
    """Return reason and message of the first problem, and whether it is transient."""
    first = min(problems, key=lambda problem: problem.transient)  # what needs a person first
    more = len(problems) - 1
    message = first.message + (f" (and {more} more)" if more else "")
    return first.reason, message, first.transient


def still_bound(keys: Iterable[BindingKey], faults: Mapping[BindingKey, Failure]) -> str:
    """Return a sentence: which bindings should be gone, and why they are not."""
    named = sorted(keys)
    more = f" and {len(named) - MAX_NAMED_BINDINGS} more" if len(named) > MAX_NAMED_BINDINGS else ""
    fault = next((f": {faults[key].message}" for key in named if key in faults), ".")
    listed = ", ".join(str(key) for key in named[:MAX_NAMED_BINDINGS])
    return f"This access should be removed but is still bound: {listed}{more}{fault}"


def _all_problems(
    verdict: Verdict,
    keys: Iterable[BindingKey],
    where: Placement,
    bound: MappingBindings,
    observation: Observation,
) -> Iterator[PlacementProblem]:
    for key in (key for key in keys if key not in bound.extra):
        fault = observation.faults.get(key)
        if fault is None and key not in bound.exact and verdict.outcome is Outcome.GRANT:
            fault = PROGRESSING
        if fault is not None:
            differs = key in bound.allowed and key not in bound.exact
            message = f"{fault.message} {_other_subjects(key)}" if differs else fault.message
            yield _problem(key, fault, message)
    for key in bound.extra:
        yield _problem(
            key, observation.faults.get(key, PROGRESSING), still_bound([key], observation.faults)
        )
    for namespace in where.missing:
        fact = f'there is no namespace "{namespace}"'
        message = with_advice(Reason.NAMESPACE_NOT_FOUND, fact)
        yield PlacementProblem(namespace, Reason.NAMESPACE_NOT_FOUND, message, transient=True)


def _other_subjects(key: BindingKey) -> str:
    return f"The binding does not have the declared subjects: {key}."


def _problem(key: BindingKey, fault: Failure, message: str) -> PlacementProblem:
    passing = fault.transient or fault.reason in TRANSIENT
    return PlacementProblem(key.namespace, fault.reason, message, passing)
