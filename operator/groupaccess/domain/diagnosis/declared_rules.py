"""What the operator itself reports: the statuses of KeycloakDirectories and GroupAccesses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.diagnosis.access_facts import MappingFacts
from groupaccess.domain.diagnosis.finding import Category, Cause, Finding, PassedCheck
from groupaccess.domain.diagnosis.fix import Advice, Command, Fix
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.mapping_status import MappingState
from groupaccess.domain.text import counted

READY, API_SERVER = "Ready", "ApiServer"
SOUND = frozenset({MappingState.GRANTED, MappingState.PARTIAL, MappingState.EXPIRED})


@dataclass(frozen=True, slots=True)
class DirectoryFacts:
    """A KeycloakDirectory's name and its conditions, by type.

    `outdated` tells that they are about an older spec, or that no operator has seen it.
    """

    name: str
    conditions: Mapping[str, StatusCondition]
    outdated: bool = False


def directory_checks(facts: DirectoryFacts) -> Iterator[Finding | PassedCheck]:
    """Yield what the operator reports of a directory; a condition that holds is a PassedCheck."""
    name = facts.name
    if facts.outdated:
        yield _outdated(f"KeycloakDirectory {name}", "kcd")
        return
    ready = facts.conditions.get(READY)
    if ready is not None and ready.status == "True":
        yield PassedCheck(Category.ACCESS, f"KeycloakDirectory {name}: {ready.message.rstrip('.')}")
    elif ready is not None:
        yield _from_condition(Cause.DIRECTORY_NOT_READY, f"KeycloakDirectory {name}", ready)
    check = facts.conditions.get(API_SERVER)
    if check is not None and check.status == "True":
        yield PassedCheck(Category.API_SERVER, check.message.rstrip("."))
    elif check is not None and check.status == "False":
        yield _from_condition(Cause.API_SERVER_MISMATCH, f"KeycloakDirectory {name}", check)


def agreeing_directories(directories: Iterable[DirectoryFacts]) -> bool:
    """Tell whether a canary shows for each directory that kube-apiserver reads its tokens."""
    checks = [not each.outdated and each.conditions.get(API_SERVER) for each in directories]
    return bool(checks) and all(check and check.status == "True" for check in checks)


def mapping_checks(mappings: Iterable[MappingFacts]) -> Iterator[Finding | PassedCheck]:
    """Yield the mappings that are not as declared; if all of them are, one PassedCheck."""
    count, wrong = 0, 0
    for each in mappings:
        count += 1
        if each.state in SOUND and each.reason != Reason.NAMESPACE_NOT_FOUND:
            continue
        wrong += 1
        if each.reason == Reason.SUSPENDED:
            yield _suspended(each)
            continue
        state = each.state.lower() or "not looked at yet"
        fact = f"{each.title} is {state}: {each.reason or 'no operator has seen it'}"
        evidence = (each.message,) if each.message else ()
        yield Finding(Cause.MAPPING_NOT_GRANTED, fact, evidence, (), each.reason)
    if count and not wrong:
        yield PassedCheck(Category.ACCESS, f"as declared: {counted(count, 'mapping')}")


def _from_condition(cause: Cause, title: str, condition: StatusCondition) -> Finding:
    """Return a finding whose message already says what to do."""
    fact = f"{title}: {condition.type} is {condition.status}"
    advice = Fix((Advice(condition.message),)) if condition.message else None
    return Finding(cause, fact, (), (advice,) if advice else (), condition.reason)


def _suspended(mapping: MappingFacts) -> Finding:
    evidence = (mapping.message,) if mapping.message else ()
    return Finding(Cause.SUSPENDED, f"{mapping.title} is suspended", evidence)


def _outdated(title: str, kind: str) -> Finding:
    fact = f"{title}: its status is not of the present spec, so no operator works on it"
    look = Command(f"kubectl get {kind},pods -A -l app.kubernetes.io/name=groupaccess -o wide")
    return Finding(Cause.OUTDATED_STATUS, fact, (), (Fix((look,)),))
