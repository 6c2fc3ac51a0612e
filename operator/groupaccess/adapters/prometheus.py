"""The port `Metrics` for Prometheus, modeled on controller-runtime's metrics."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from groupaccess.application.state.store import Store
from groupaccess.domain.binding import BindingName

DURATION_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class _Queue:
    """The metrics of the work queue."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.depth = Gauge(
            "groupaccess_workqueue_depth",
            "GroupAccesses that wait for a worker.",
            registry=registry,
        )
        self.adds = Counter(
            "groupaccess_workqueue_adds",
            "GroupAccesses that were added to the queue.",
            registry=registry,
        )
        self.retries = Counter(
            "groupaccess_workqueue_retries", "Retries after a failure.", registry=registry
        )
        self.waited = Histogram(
            "groupaccess_workqueue_queue_duration_seconds",
            "How long a GroupAccess waited for a worker.",
            buckets=DURATION_BUCKETS,
            registry=registry,
        )


class _Reconciles:
    """The metrics of reconciles."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.results = Counter(
            "groupaccess_reconcile", "Reconciles by result.", ["result"], registry=registry
        )
        self.errors = Counter(
            "groupaccess_reconcile_errors", "Reconciles that failed.", registry=registry
        )
        self.took = Histogram(
            "groupaccess_reconcile_time_seconds",
            "How long a reconcile took.",
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.drift = Counter(
            "groupaccess_drift_corrected",
            "Repaired bindings that somebody else had changed or deleted.",
            registry=registry,
        )


class _Replica:
    """The metrics of this replica."""

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        info = Gauge(
            "groupaccess_build_info", "The version that runs.", ["version"], registry=registry
        )
        info.labels(version).set(1)
        self.audit = Counter(
            "groupaccess_audit_differences",
            "Differences that audits found between the API server and the watches.",
            registry=registry,
        )
        self.leads = Gauge(
            "groupaccess_leader_election_master_status",
            "1 for the replica that writes, 0 for a replica on standby.",
            registry=registry,
        )
        self.guard = Gauge(
            "groupaccess_bind_guard_in_force",
            "1 while the policy that checks authors of GroupAccesses is in force, else 0.",
            ["policy"],  # no series until a policy is configured
            registry=registry,
        )
        self.clock = Gauge(
            "groupaccess_clock_difference_seconds",
            "Seconds by which the operator's clock is ahead of the API server's (to 1 s).",
            registry=registry,
        )


class _Directories:
    """The metrics of reading Keycloak."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.reads = Counter(
            "groupaccess_directory_reads",
            "Readings of a directory, by reason; the reason is empty after a success.",
            ["directory", "reason"],
            registry=registry,
        )
        self.took = Histogram(
            "groupaccess_directory_read_seconds",
            "How long a reading of a directory took.",
            ["directory"],
            buckets=DURATION_BUCKETS,
            registry=registry,
        )


class PrometheusMetrics:
    """Records metrics in `registry`."""

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        self._replica = _Replica(registry, version)
        self._queue = _Queue(registry)
        self._reconciles = _Reconciles(registry)
        self._directories = _Directories(registry)

    def queue_added(self) -> None:
        """Count an added key."""
        self._queue.adds.inc()

    def queue_retried(self) -> None:
        """Count a key that is retried."""
        self._queue.retries.inc()

    def queue_depth(self, depth: int) -> None:
        """Set how many keys are waiting."""
        self._queue.depth.set(depth)

    def queue_duration(self, seconds: float) -> None:
        """Observe how long a key waited."""
        self._queue.waited.observe(seconds)

    def reconcile_finished(self, result: str, seconds: float) -> None:
        """Count and time one reconcile."""
        self._reconciles.results.labels(result).inc()
        self._reconciles.took.observe(seconds)
        if result == "error":
            self._reconciles.errors.inc()

    def drift_corrected(self) -> None:
        """Count a repaired binding."""
        self._reconciles.drift.inc()

    def audit_differences(self, differences: int) -> None:
        """Count the differences that an audit has found."""
        self._replica.audit.inc(differences)

    def leader_status(self, *, yes: bool) -> None:
        """Set whether this replica writes."""
        self._replica.leads.set(int(yes))

    def clock_difference(self, seconds: float) -> None:
        """Set by how many seconds the operator's clock is ahead."""
        self._replica.clock.set(seconds)

    def bind_guard_in_force(self, policy: str, *, yes: bool) -> None:
        """Set whether an expected admission policy is in force."""
        self._replica.guard.labels(policy).set(int(yes))

    def directory_read(self, name: str, reason: str, seconds: float) -> None:
        """Count and time one reading of a directory."""
        self._directories.reads.labels(name, reason).inc()
        self._directories.took.labels(name).observe(seconds)


class StoreCollector(Collector):
    """Counts the objects of the store at each scrape, so that no counter must be kept in sync."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the number of GroupAccesses by readiness, and of our bindings."""
        ready = GaugeMetricFamily(
            "groupaccess_objects", "GroupAccesses by their condition Ready.", labels=["ready"]
        )
        counts = {"True": 0, "False": 0, "Unknown": 0}
        for declared in self._store.accesses.values():
            conditions = declared.state.previous_status.conditions or {}
            counts[conditions.get("Ready", ("Unknown",))[0]] += 1
        for state, count in counts.items():
            ready.add_metric([state], count)
        yield ready
        managed = sum(
            BindingName.parse(key.name) is not None for key in self._store.bindings.by_key
        )
        yield GaugeMetricFamily(
            "groupaccess_managed_bindings", "Bindings with reserved names.", managed
        )
