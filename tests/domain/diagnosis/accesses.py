"""Alice may not list pods in shop, and nothing grants it to her: for tests to add to."""

from dataclasses import replace
from typing import Any

from domain.builders import NOW, group, mapping, scope, there
from domain.handmade import found
from groupaccess.domain.binding import Binding
from groupaccess.domain.diagnosis.access_facts import AccessFacts, MappingFacts
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.access_rules import denied
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.person import Person

ALICE = Person("alice", frozenset({"SRE"}), (group("/platform/SRE"),))
FACTS = AccessFacts(
    NOW,
    ALICE,
    request=AccessRequest("list", "pods", namespace="shop"),
    decision=Decision(allowed=False),
    namespaces=there("shop", "bank"),
)


def facts(**changes: Any) -> AccessFacts:
    return replace(FACTS, **changes)


def mapped(
    declared: str = "/platform/SRE",
    *where: str,
    state: str = "Granted",
    reason: str = "Granted",
    **more: Any,
) -> MappingFacts:
    """Return a mapping of GroupAccess `apps`, cluster-wide or in namespaces."""
    wanted = mapping("sre", declared, "edit", within=scope(*where) if where else None)
    return MappingFacts("apps", "default", 0, wanted, state, reason, **more)


def by_hand(subject: str, namespace: str = "") -> Binding:
    return found("by-hand", subject, namespace=namespace).binding


def findings(known: AccessFacts) -> list[Finding]:
    return list(denied(known))


def causes(known: AccessFacts) -> list[Cause]:
    return [finding.cause for finding in findings(known)]
