"""The metrics of what the operator sees of itself, read when Prometheus asks."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from groupaccess.application.runtime.self_check import SelfCheckResult


class SelfCheckCollector(Collector):
    """Yields the values of a self-check; the queue's have the names of client-go's."""

    def __init__(self, look: Callable[[], SelfCheckResult]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of this moment."""
        result = self._look()
        yield GaugeMetricFamily(
            "groupaccess_workqueue_unfinished_work_seconds",
            "For how long all running reconciles have run, together.",
            result.unfinished_seconds,
        )
        yield GaugeMetricFamily(
            "groupaccess_workqueue_longest_running_processor_seconds",
            "For how long the longest reconcile has run.",
            result.longest_running_seconds,
        )
        yield GaugeMetricFamily(
            "groupaccess_workqueue_oldest_waiting_seconds",
            "For how long the oldest GroupAccess has waited for a worker.",
            result.oldest_waiting_seconds,
        )
        silent = GaugeMetricFamily(
            "groupaccess_watch_silent_seconds",
            "Seconds since the API server sent a list, an event or a bookmark.",
            labels=["resource"],
        )
        for resource, seconds in result.silent_seconds.items():
            silent.add_metric([resource], seconds)
        yield silent
        if result.lease_age_seconds is not None:
            yield GaugeMetricFamily(
                "groupaccess_leader_election_lease_age_seconds",
                "Seconds since this replica, which writes, renewed the Lease.",
                result.lease_age_seconds,
            )
        yield CounterMetricFamily(
            "groupaccess_events_dropped",
            "Kubernetes events that were not posted because too many waited.",
            result.dropped_events,
        )
        yield GaugeMetricFamily(
            "groupaccess_overdue_revocations",
            "Bindings that are still there five seconds after they were to be deleted.",
            result.overdue_revocations,
        )
