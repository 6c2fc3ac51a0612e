"""docs/metrics.md names each metric that there is, and no other."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from groupaccess.adapters.prometheus import PrometheusMetrics, StoreCollector
from groupaccess.adapters.prometheus_self_check import SelfCheckCollector
from groupaccess.application.runtime.self_check import SelfCheckResult
from groupaccess.application.state.store import Store

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_has_each_metric_and_no_other() -> None:
    registry = CollectorRegistry()
    PrometheusMetrics(registry, "1")
    registry.register(StoreCollector(Store()))
    result = SelfCheckResult(0, 0, 0, {}, 0, 0, 0)
    registry.register(SelfCheckCollector(lambda: result))
    there = {family.name for family in registry.collect()}
    assert named(PAGE.read_text()) == there


def named(text: str) -> set[str]:
    """Return the metrics in the first column of the table; `…_x` continues the one before."""
    result = set[str]()
    for row in (line for line in text.splitlines() if line.startswith("| `groupaccess")):
        names = re.findall(r"`([^`]+)`", row.split("|")[1])
        stem = names[0].partition("{")[0].removesuffix("_total")
        for name in names:
            full = name.partition("{")[0].removesuffix("_total")
            if full.startswith("…"):
                parts = stem.split("_")
                full = f"{parts[0]}_{parts[1]}{full[1:]}"
            result.add(full)
    return result
