"""What is wrong with the installation: CustomResourceDefinitions, operator, admission policies."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groupaccess.domain.diagnosis.finding import (
    Category,
    Cause,
    Check,
    Finding,
    NotChecked,
    PassedCheck,
)
from groupaccess.domain.diagnosis.fix import Advice, Command, Fix
from groupaccess.domain.text import counted
from groupaccess.domain.timestamp import format_time

MAX_FIELDS = 5  # in one line


@dataclass(frozen=True, slots=True)
class LeaseFacts:
    """A Lease of an operator: `holder` is "" after a release, `ends` when it must be renewed."""

    namespace: str
    holder: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """An admission policy of the chart, and why it is not in force, "" while it is."""

    name: str
    inactive: str = ""


def schema_fields(schema: Mapping[str, Any], path: str = "") -> frozenset[str]:
    """Return the paths of all fields of an OpenAPI schema, such as `spec.mappings[].group`."""
    result = set[str]()
    for name, below in (schema.get("properties") or {}).items():
        field = f"{path}.{name}".removeprefix(".")
        result |= {field} | schema_fields(below, field)
    if isinstance(items := schema.get("items"), Mapping):
        result |= schema_fields(items, f"{path}[]")
    return frozenset(result)


def crd_checks(
    served: Mapping[str, AbstractSet[str]], own: Mapping[str, AbstractSet[str]]
) -> Iterator[Check]:
    """Yield whether the API server knows all fields of this version, by the name of the kind.

    What it does not know it drops without a word (pruning).
    """
    outdated = False
    for kind, fields in own.items():
        missing = sorted(each for each in fields - served.get(kind, frozenset()) if "." in each)
        if not missing:
            continue
        outdated = True
        shown = ", ".join(missing[:MAX_FIELDS])
        more = f" and {counted(len(missing) - MAX_FIELDS, 'other')}" if missing[MAX_FIELDS:] else ""
        fact = (
            f"the CustomResourceDefinition of {kind} is older than this command: it drops {shown}"
        )
        update = Command("groupaccess crd | kubectl apply --server-side -f -")
        yield Finding(Cause.CRD_OUTDATED, f"{fact}{more}", (), (Fix((update,)),))
    if not outdated:
        yield PassedCheck(Category.ACCESS, "the CustomResourceDefinitions have all fields")


def operator_checks(leases: Sequence[LeaseFacts], now: datetime) -> Iterator[Check]:
    """Yield whether an operator holds one of the Leases."""
    if not leases:
        why = "there is no Lease groupaccess: no operator ever ran, or one without leader election"
        yield NotChecked("whether an operator works", why)
    for lease in leases:
        where = f"Lease {lease.namespace}/groupaccess"
        if lease.holder and lease.ends > now:
            yield PassedCheck(Category.ACCESS, f"operator {lease.holder} holds {where}")
            continue
        state = (
            f"{lease.holder} held it until {format_time(lease.ends)}"
            if lease.holder
            else ("the last holder released it")
        )
        fact = f"no operator works: nobody holds {where} ({state})"
        look = Command(
            f"kubectl -n {lease.namespace} get pods -l app.kubernetes.io/name=groupaccess"
        )
        yield Finding(Cause.NO_LEADER, fact, (), (Fix((look,)),))


def policy_checks(policies: Sequence[PolicyFacts]) -> Iterator[Check]:
    """Yield which admission policies are not in force; without any, authors may bind any role."""
    if not policies:
        fact = (
            "no admission policy of GroupAccess is installed: authors of GroupAccesses can grant "
            "roles that they may not bind"
        )
        yield Finding(Cause.NOT_IN_FORCE, fact, (), (_RESTORE,))
    inactive = [policy for policy in policies if policy.inactive]
    for policy in inactive:
        fact = f"admission policy {policy.name}: {policy.inactive}"
        yield Finding(Cause.NOT_IN_FORCE, fact, (), (_RESTORE,))
    if policies and not inactive:
        names = ", ".join(policy.name for policy in policies)
        yield PassedCheck(Category.ACCESS, f"in force: {names}")


_RESTORE = Fix((Advice("Upgrade the chart's release: it restores its policies (value guards)."),))
