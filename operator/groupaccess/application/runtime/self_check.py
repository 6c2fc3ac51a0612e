"""What the operator sees of itself: its queue, its watches, its Lease, and what is overdue.

Each value is a metric. Only a reconcile that never ends makes the liveness probe fail: nothing else
of this is healed by a restart (a silent API server, another leader, a binding that a webhook
protects), and a restart would lose what is remembered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from groupaccess.application.ports.clock import Clock
from groupaccess.application.runtime.leadership import Leadership
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.workqueue.queue import WorkQueue

MAX_RECONCILE_SECONDS = 600.0  # every call in it has a deadline of less than a minute
OVERDUE_SECONDS = 5.0  # after a delete was due, while the binding is still there


class ObservedWatch(Protocol):
    """What is seen of a watch on one resource."""

    @property
    def name(self) -> str:
        """Return the plural of its resource."""

    @property
    def silent_seconds(self) -> float:
        """Return for how long the API server has told nothing: no event, bookmark or list."""


@dataclass(frozen=True, slots=True)
class SelfCheckResult:
    """Seconds and counts at one moment.

    `unfinished_seconds` is the sum over all running reconciles, as client-go has it.
    `oldest_waiting_seconds` is the age of the oldest key that waits for a worker.
    `lease_age_seconds` is None without leader election, and while another replica leads.
    """

    unfinished_seconds: float
    longest_running_seconds: float
    oldest_waiting_seconds: float
    silent_seconds: Mapping[str, float]  # by resource
    lease_age_seconds: float | None
    dropped_events: int
    overdue_revocations: int


@dataclass
class SelfCheck:
    """Looks at the parts of a running operator."""

    queue: WorkQueue
    store: Store
    recorder: EventRecorder
    leadership: Leadership
    clock: Clock
    watches: Sequence[ObservedWatch] = field(default=())

    @property
    def alive(self) -> bool:
        """Return False when only a restart helps."""
        return self.queue.longest_running_seconds < MAX_RECONCILE_SECONDS

    def look(self) -> SelfCheckResult:
        """Return the values now."""
        return SelfCheckResult(
            self.queue.unfinished_seconds,
            self.queue.longest_running_seconds,
            self.queue.oldest_waiting_seconds,
            {watch.name: watch.silent_seconds for watch in self.watches},
            self.leadership.lease_age_seconds,
            self.recorder.dropped,
            self._overdue(),
        )

    def _overdue(self) -> int:
        """Count the bindings whose delete was due some seconds ago; only the leader knows them."""
        latest = self.clock.monotonic() - OVERDUE_SECONDS
        memories = self.store.bindings.memories.values()
        return sum(each.due_at is not None and each.due_at <= latest for each in memories)
