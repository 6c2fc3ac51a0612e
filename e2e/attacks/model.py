"""What an attack is, and how it can end."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from attacks.stage import AttackScenario
from testbed.access import Answer
from testbed.guards import BIND_GUARD, CAGE, RESERVED_NAMES, refused_by


class Guard(StrEnum):
    """What must stop an attack: the threat model has the same names."""

    BIND = "bind guard"
    NAMES = "reserved names"
    CAGE = "cage"
    RBAC = "RBAC"
    SCHEMA = "CRD schema"
    VERDICT = "verdict"  # the operator's, with a reason
    ADAPTER = "Keycloak adapter"
    HARMLESS = "harmless"  # nothing stops it, since it gains nothing


@dataclass(frozen=True)
class Stopped:
    """How an attack ended: by what, and in which words."""

    by: Guard
    said: str


Act = Callable[[AttackScenario], Stopped]


@dataclass(frozen=True)
class Attack:
    """One row of the matrix; `act` tries it, and raises when it got through."""

    who: str
    how: str
    what: str
    trick: str
    guard: Guard
    words: tuple[str, ...]
    act: Act

    def __str__(self) -> str:
        return f"{self.who}: {self.how} {self.what}: {self.trick}"


POLICIES = ((Guard.BIND, BIND_GUARD), (Guard.NAMES, RESERVED_NAMES), (Guard.CAGE, CAGE))
FORBIDDEN, BAD = 403, {400, 422}


def stopped(answer: Answer) -> Stopped:
    """Tell by what the API server refused a request; fail when it did not."""
    for guard, policy in POLICIES:
        if refused_by(policy, answer):
            return Stopped(guard, answer.message)
    if answer.status == FORBIDDEN:
        return Stopped(Guard.RBAC, answer.message)
    assert answer.status in BAD, f"it got through: {answer.status}: {answer.message}"
    return Stopped(Guard.SCHEMA, answer.message)
