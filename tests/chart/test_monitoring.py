"""What the chart brings for Prometheus and Grafana is found, and about metrics that there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from chart.helm import CHART, NAMESPACE, Chart, Object
from chart.objects import container, of_kind
from fakes.metric_families import metric_families

ON: dict[str, Any] = {"enabled": True}
MONITORS = {"serviceMonitor": "endpoints", "podMonitor": "podMetricsEndpoints"}
SAMPLES = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
SERIES = {
    f"{family.name}{suffix}" for family in metric_families() for suffix in SAMPLES[family.type]
}
ALERTS = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())
DASHBOARD = json.loads((CHART / "files" / "dashboard.json").read_text())


def kind_of(monitor: str) -> str:
    return monitor[0].upper() + monitor[1:]


def targets() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def rules(chart: Chart, **values: Any) -> list[Object]:
    (made,) = of_kind(chart.render(prometheusRule={**ON, **values}), "PrometheusRule")
    (group,) = made["spec"]["groups"]
    found: list[Object] = group["rules"]
    return found


def test_by_default_there_is_a_service_and_nothing_that_needs_another_operator(
    rendered: list[Object],
) -> None:
    (service,) = of_kind(rendered, "Service")
    (deployment,) = of_kind(rendered, "Deployment")
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    (port,) = service["spec"]["ports"]
    assert port["targetPort"] in {each["name"] for each in container(rendered)["ports"]}
    assert not [body for body in rendered if "monitoring" in body["apiVersion"]]


def test_a_service_can_be_refused_unless_its_monitor_needs_it(chart: Chart) -> None:
    metrics = {"service": {"enabled": False}}
    assert not of_kind(chart.render(metrics=metrics), "Service")
    assert of_kind(chart.render(metrics=metrics, serviceMonitor=ON), "Service")
    assert not of_kind(chart.render(metrics=metrics, podMonitor=ON), "Service")


@pytest.mark.parametrize("monitor", MONITORS)
def test_a_monitor_finds_the_metrics_of_its_own_release(chart: Chart, monitor: str) -> None:
    values: dict[str, Any] = {monitor: {**ON, "namespace": "monitoring"}}
    objects = chart.render(**values)
    (made,) = of_kind(objects, kind_of(monitor))
    assert made["metadata"]["namespace"] == "monitoring"
    assert made["spec"]["namespaceSelector"] == {"matchNames": [NAMESPACE]}
    selected = made["spec"]["selector"]["matchLabels"].items()
    if monitor == "serviceMonitor":
        (service,) = of_kind(objects, "Service")
        found, ports = service["metadata"]["labels"], service["spec"]["ports"]
    else:
        (deployment,) = of_kind(objects, "Deployment")
        found, ports = deployment["spec"]["template"]["metadata"]["labels"], None
    assert selected <= found.items()
    (endpoint,) = made["spec"][MONITORS[monitor]]
    assert endpoint == {"port": "http", "path": "/metrics"}
    ports = ports or container(objects)["ports"]
    assert [each["name"] for each in ports] == ["http"]


@pytest.mark.parametrize("monitor", MONITORS)
def test_a_monitor_says_what_its_values_say(chart: Chart, monitor: str) -> None:
    how = {
        "interval": "15s",
        "scrapeTimeout": "10s",
        "relabelings": [{"targetLabel": "cluster", "replacement": "one"}],
        "metricRelabelings": [{"regex": "python_.*", "action": "drop"}],
    }
    labels = {"release": "prometheus"}
    values: dict[str, Any] = {monitor: {**ON, **how, "labels": labels, "annotations": {"a": "b"}}}
    (made,) = of_kind(chart.render(**values), kind_of(monitor))
    (endpoint,) = made["spec"][MONITORS[monitor]]
    assert endpoint == {"port": "http", "path": "/metrics", **how}
    assert labels.items() <= made["metadata"]["labels"].items()
    assert made["metadata"]["annotations"] == {"a": "b"}


def test_each_alert_says_how_bad_it_is_and_what_to_do(chart: Chart) -> None:
    found = rules(chart)
    assert [each["alert"] for each in found] == [each["alert"] for each in ALERTS]
    for each in found:
        assert each["labels"]["severity"] in {"critical", "warning"}
        assert each["annotations"].keys() == {"summary", "description"}
        assert "$NAMESPACE" not in json.dumps(each)


def test_an_alert_is_about_metrics_that_there_are_and_its_own_namespace(chart: Chart) -> None:
    for each in rules(chart):
        named = re.findall(r"groupaccess_\w+(.{1,30})", each["expr"])
        assert named
        assert all(rest.startswith(f'{{namespace="{NAMESPACE}"') for rest in named), each["expr"]
        assert set(re.findall(r"groupaccess_\w+", each["expr"])) <= SERIES


def test_what_only_the_writer_knows_is_asked_of_the_writer_alone(chart: Chart) -> None:
    leader = f'groupaccess_leader_election_master_status{{namespace="{NAMESPACE}"}} == 1'
    for each in rules(chart):
        if re.search("_(objects|overdue_revocations|bind_guard_in_force)", each["expr"]):
            assert each["expr"].endswith(f"and on (namespace, pod) {leader}"), each["alert"]


def test_the_schema_knows_the_names_of_the_alerts() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    names = schema["prometheusRule"]["properties"]["disabledAlerts"]["items"]["enum"]
    assert names == [each["alert"] for each in ALERTS]


def test_alerts_can_be_left_out_labelled_and_added(chart: Chart) -> None:
    own = {"record": "x", "expr": "sum(groupaccess_objects)"}
    off = ALERTS[0]["alert"]
    found = rules(chart, disabledAlerts=[off], alertLabels={"team": "iam"}, additionalRules=[own])
    assert found[-1] == own
    assert [each["alert"] for each in found[:-1]] == [each["alert"] for each in ALERTS[1:]]
    for each in found[:-1]:
        assert each["labels"]["team"] == "iam"
        assert "severity" in each["labels"]


def test_the_sidecar_finds_the_dashboard(chart: Chart) -> None:
    values: dict[str, Any] = {"grafanaDashboard": {**ON, "namespace": "monitoring"}}
    (made,) = of_kind(chart.render(**values), "ConfigMap")
    assert made["metadata"]["namespace"] == "monitoring"
    assert made["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(made["data"]["groupaccess.json"]) == DASHBOARD


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    shown = set(re.findall(r"groupaccess_\w+", " ".join(targets())))
    assert shown <= SERIES
    assert not {
        family.name
        for family in metric_families()
        if not any(each.startswith(family.name) for each in shown)
    }


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
