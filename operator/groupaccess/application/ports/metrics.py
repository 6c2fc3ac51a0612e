"""What the application measures."""

from typing import Protocol


class Metrics(Protocol):
    """The metrics. Their names and labels are the adapter's."""

    def queue_added(self) -> None:
        """Count an added key."""

    def queue_retried(self) -> None:
        """Count a key that is retried."""

    def queue_depth(self, depth: int) -> None:
        """Set how many keys are waiting."""

    def queue_duration(self, seconds: float) -> None:
        """Observe how long a key waited."""

    def reconcile_finished(self, result: str, seconds: float) -> None:
        """Count and time one reconcile: success, requeue_after or error."""

    def drift_corrected(self) -> None:
        """Count a repaired binding that somebody else had changed or deleted."""

    def audit_differences(self, differences: int) -> None:
        """Count the differences from the API server that an audit has found."""

    def leader_status(self, *, yes: bool) -> None:
        """Set whether this replica is the one that writes."""

    def clock_difference(self, seconds: float) -> None:
        """Set by how many seconds the operator's clock is ahead of the API server's."""

    def bind_guard_in_force(self, policy: str, *, yes: bool) -> None:
        """Set whether an expected admission policy is in force."""

    def directory_read(self, name: str, reason: str, seconds: float) -> None:
        """Count and time one round of a directory; `reason` is "" for success."""
