"""The port `Metrics`, which keeps what it is told."""

from collections import Counter


class FakeMetrics:
    """Keeps what it is told, in the order in which it came."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.depth = 0
        self.leading = False
        self.clock_ahead = 0.0
        self.guards: dict[str, bool] = {}
        self.waits: list[float] = []
        self.reconciles: list[tuple[str, float]] = []
        self.reads: list[tuple[str, str, float]] = []

    def queue_added(self) -> None:
        self.counts["added"] += 1

    def queue_retried(self) -> None:
        self.counts["retried"] += 1

    def queue_depth(self, depth: int) -> None:
        self.depth = depth

    def queue_duration(self, seconds: float) -> None:
        self.waits.append(seconds)

    def reconcile_finished(self, result: str, seconds: float) -> None:
        self.reconciles.append((result, seconds))

    def drift_corrected(self) -> None:
        self.counts["drift"] += 1

    def audit_differences(self, differences: int) -> None:
        self.counts["audited"] += differences

    def leader_status(self, *, yes: bool) -> None:
        self.leading = yes

    def clock_difference(self, seconds: float) -> None:
        self.clock_ahead = seconds

    def bind_guard_in_force(self, policy: str, *, yes: bool) -> None:
        self.guards[policy] = yes

    def directory_read(self, name: str, reason: str, seconds: float) -> None:
        self.reads.append((name, reason, seconds))

    @property
    def results(self) -> list[str]:
        """Return how each reconcile ended."""
        return [result for result, _ in self.reconciles]
