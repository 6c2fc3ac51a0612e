"""docs/metrics.md names each metric that there is, and no other."""

import re
from pathlib import Path

import yaml

from fakes.metric_families import metric_families

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "metrics.md"
ALERTS = ROOT / "deploy" / "helm" / "groupaccess" / "files" / "alerts.yaml"


def test_the_page_has_each_metric_and_no_other() -> None:
    there = {family.name for family in metric_families()}
    assert named(PAGE.read_text()) == there


def test_the_page_has_each_alert_of_the_chart_and_no_other() -> None:
    rows = re.findall(r"^\| `(GroupAccess\w+)` \| (\w+) \|", PAGE.read_text(), re.MULTILINE)
    alerts = yaml.safe_load(ALERTS.read_text())
    assert rows == [(each["alert"], each["labels"]["severity"]) for each in alerts]


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
