"""The metrics that the operator has, for whatever names them: a page, an alert, a dashboard."""

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from groupaccess.adapters.prometheus import PrometheusMetrics, StoreCollector
from groupaccess.adapters.prometheus_self_check import SelfCheckCollector
from groupaccess.application.runtime.self_check import SelfCheckResult
from groupaccess.application.state.store import Store


def metric_families() -> list[Metric]:
    """Return them all; those that need labels have no samples."""
    registry = CollectorRegistry()
    PrometheusMetrics(registry, "1")
    registry.register(StoreCollector(Store()))
    result = SelfCheckResult(0, 0, 0, {}, 0, 0, 0)
    registry.register(SelfCheckCollector(lambda: result))
    return list(registry.collect())
