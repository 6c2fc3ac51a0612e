"""kstatus conditions, and how long the operator waits for transient problems.

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
        """Return a condition of type `kind` with this reason; with the message if it `holds`."""
        return StatusCondition(
            kind, "True" if holds else "False", self.reason, self.message if holds else ""
        )


@dataclass(frozen=True, slots=True)
class PreviousStatus:
    """The status that an object had before.

    `generation` is its observedGeneration, `conditions` the status and lastTransitionTime by type,
    `ready` the condition Ready.
    """

    generation: int = -1
    conditions: Mapping[str, tuple[str, datetime]] | None = None
    ready: StatusCondition | None = None

    def transient_wait_left(
        self, generation: int, now: datetime, changed: datetime | None = None
    ) -> timedelta:
        """Return how much longer to wait for a transient problem; zero when the wait is over.

        Each generation has the whole TRANSIENT_WAIT, from the time when its spec was written:
        `changed`, None if that is not known. A time in the future counts as `now`.
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
