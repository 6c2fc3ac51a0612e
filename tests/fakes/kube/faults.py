"""What fails on the way to the API server, from one moment to another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from fakes.kube.requests import Call

HANGS = 30.0  # seconds that a call hangs which has no limit of its own


class Way(StrEnum):
    """How a call fails."""

    ERROR = "answers 500"
    FORBIDDEN = "answers 403"
    INVALID = "answers 422"
    HANGS = "never answers"
    LATE = "acts and answers late"
    LOST = "acts, and its answer is lost"


CODES = {Way.ERROR: 500, Way.FORBIDDEN: 403, Way.INVALID: 422}


@dataclass(frozen=True)
class Fault:
    """Calls of these verbs fail so, from `begin` to `end`; `seconds` is how late LATE is.

    `place` picks a namespace, `name` a part of an object's name; without them all are picked.
    """

    way: Way
    verbs: frozenset[str]
    begin: float
    end: float
    plurals: frozenset[str] = frozenset()
    place: str | None = None
    name: str = ""
    seconds: float = 0.0

    def hits(self, call: Call, now: float) -> bool:
        return (
            self.begin <= now < self.end
            and call.verb in self.verbs
            and (not self.plurals or call.plural in self.plurals)
            and (self.place is None or call.key.namespace == self.place)
            and (not self.name or self.name in call.key.name)
        )


@dataclass
class Faults:
    """All faults, past ones too."""

    all: list[Fault] = field(default_factory=list)

    def of(self, call: Call, now: float) -> Fault | None:
        return next((fault for fault in self.all if fault.hits(call, now)), None)

    def active(self, now: float) -> Iterator[Fault]:
        return (fault for fault in self.all if fault.begin <= now < fault.end)

    def lasting(self) -> float:
        """Return how long the longest of them lasts."""
        return max((fault.end - fault.begin + fault.seconds for fault in self.all), default=0.0)

    def over(self) -> float:
        """Return when the last call that they hit is over."""
        hang = {Way.HANGS: HANGS}
        ends = (fault.end + fault.seconds + hang.get(fault.way, 0.0) for fault in self.all)
        return max(ends, default=0.0)
