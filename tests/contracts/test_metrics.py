"""The fake metrics and those for Prometheus keep one contract."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pytest
from prometheus_client import CollectorRegistry

from contracts.metrics import Figures, MetricsContract, Times
from fakes.metrics import FakeMetrics
from groupaccess.adapters.prometheus import PrometheusMetrics

NO_LABELS: Mapping[str, str] = {}


class FakeBoard:
    """The fake, and what it was told."""

    def __init__(self) -> None:
        self.port = FakeMetrics()

    def read(self) -> Figures:
        told = self.port
        results = Counter(told.results)
        directories = {name for name, _, _ in told.reads}
        return Figures(
            additions=told.counts["added"],
            retries=told.counts["retried"],
            depth=told.depth,
            waits=times(told.waits),
            results=results,
            errors=results["error"],
            durations=times(seconds for _, seconds in told.reconciles),
            repairs=told.counts["drift"],
            differences=told.counts["audited"],
            leads=told.leading,
            ahead=told.clock_ahead,
            guards=told.guards,
            reads=Counter((name, reason) for name, reason, _ in told.reads),
            read_durations={
                each: times(seconds for name, _, seconds in told.reads if name == each)
                for each in directories
            },
        )


def times(durations: Iterable[float]) -> Times:
    known = list(durations)
    return Times(len(known), sum(known))


class PrometheusBoard:
    """The metrics for Prometheus, and what it would be told."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.port = PrometheusMetrics(self._registry, "1.2.3")

    def read(self) -> Figures:
        results = self._by_labels("reconcile_total", "result")
        guards = self._by_labels("bind_guard_in_force", "policy")
        directories = self._by_labels("directory_read_seconds_count", "directory")
        return Figures(
            additions=self._value("workqueue_adds_total"),
            retries=self._value("workqueue_retries_total"),
            depth=self._value("workqueue_depth"),
            waits=self._times("workqueue_queue_duration_seconds"),
            results={result: count for (result,), count in results.items()},
            errors=self._value("reconcile_errors_total"),
            durations=self._times("reconcile_time_seconds"),
            repairs=self._value("drift_corrected_total"),
            differences=self._value("audit_differences_total"),
            leads=self._value("leader_election_master_status") == 1,
            ahead=self._value("clock_difference_seconds"),
            guards={policy: yes == 1 for (policy,), yes in guards.items()},
            reads={
                (name, reason): count
                for (name, reason), count in self._by_labels(
                    "directory_reads_total", "directory", "reason"
                ).items()
            },
            read_durations={
                name: self._times("directory_read_seconds", {"directory": name})
                for (name,) in directories
            },
        )

    def _value(self, name: str, labels: Mapping[str, str] = NO_LABELS) -> float:
        value = self._registry.get_sample_value(f"groupaccess_{name}", dict(labels))
        assert value is not None, f"there is no {name}"
        return value

    def _times(self, name: str, labels: Mapping[str, str] = NO_LABELS) -> Times:
        return Times(self._value(f"{name}_count", labels), self._value(f"{name}_sum", labels))

    def _by_labels(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        return {
            tuple(sample.labels[label] for label in labels): sample.value
            for metric in self._registry.collect()
            for sample in metric.samples
            if sample.name == f"groupaccess_{name}"
        }


class TestFakeMetrics(MetricsContract):
    """The contract."""

    @pytest.fixture
    def board(self) -> FakeBoard:
        return FakeBoard()


class TestPrometheusMetrics(MetricsContract):
    """The contract, on what the fake stands for."""

    @pytest.fixture
    def board(self) -> PrometheusBoard:
        return PrometheusBoard()
