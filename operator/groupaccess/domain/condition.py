"""kstatus conditions, and how long something is waited for.

Ready, Reconciling and Stalled follow kstatus, so that kubectl wait, Helm, Flux and Argo CD
understand them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

TRANSIENT_WAIT = timedelta(minutes=5)

ConditionStatus = Literal["True", "False", "Unknown"]


@dataclass(frozen=True, slots=True)
class StatusCondition:
    """A metav1.Condition without its times. `status` is True, False or Unknown, as text."""

    type: str
    status: ConditionStatus
    reason: str
    message: str

    def as_type(self, kind: str, *, holds: bool) -> "StatusCondition":
        """Return a condition beside this one, for the same reason when it holds."""
        return StatusCondition(
            kind, "True" if holds else "False", self.reason, self.message if holds else ""
        )


@dataclass(frozen=True, slots=True)
class PreviousStatus:
    """What an object's status said before: each condition's status and since when.

    `ready` is the condition Ready as it was.
    """

    generation: int = -1
    conditions: Mapping[str, tuple[str, datetime]] | None = None
    ready: StatusCondition | None = None

    def transient_wait_left(
        self, generation: int, now: datetime, changed: datetime | None = None
    ) -> timedelta:
        """Return how much longer to wait for what may come by itself; zero when it is over.

        Each generation has the whole time, from when its spec was written: `changed`, None where
        that is not known. A time to come counts as now.
        """
        conditions = self.conditions or {}
        state, since = conditions.get("Reconciling", ("False", now))
        if state == "True":
            since = max(since, min(changed or since, now))
            if self.generation != generation and changed is None:
                since = now
            return max(timedelta(0), TRANSIENT_WAIT - (now - since))
        stalled = conditions.get("Stalled", ("False", now))[0] == "True"
        return timedelta(0) if stalled and self.generation == generation else TRANSIENT_WAIT
