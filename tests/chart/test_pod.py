"""What the values say of the pod, and where its replicas run."""

import json
import re
from typing import Any

import pytest

from chart.helm import CHART, Chart, Object
from chart.objects import container, of_kind, pod

PROXY = {"name": "HTTPS_PROXY", "value": "http://proxy.example.com:3128"}
VOLUME = {"name": "ca", "configMap": {"name": "ca"}}
MOUNT = {"name": "ca", "mountPath": "/ca"}
ISSUER = "https://auth.example.com/realms/main"
ZONE = "topology.kubernetes.io/zone"
SPREAD = {"maxSkew": 2, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("affinity", {"podAffinity": {}}),
        ("dnsConfig", {"nameservers": ["192.0.2.53"]}),
        ("dnsPolicy", "None"),
        ("hostAliases", [{"ip": "192.0.2.10", "hostnames": ["auth.example.com"]}]),
        ("initContainers", [{"name": "wait", "image": "busybox"}]),
        ("priorityClassName", "system-cluster-critical"),
        ("runtimeClassName", "gvisor"),
        ("terminationGracePeriodSeconds", 5),
        ("tolerations", [{"operator": "Exists"}]),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_a_field_of_the_pod_is_as_its_value_says(
    chart: Chart, rendered: list[Object], name: str, value: object
) -> None:
    values: dict[str, Any] = {name: value}
    assert pod(chart.render(**values))[name] == value
    assert pod(rendered).get(name) == {"terminationGracePeriodSeconds": 30}.get(name)


def test_pods_run_on_linux_beside_what_else_is_asked_for(
    chart: Chart, rendered: list[Object]
) -> None:
    assert pod(rendered)["nodeSelector"] == {"kubernetes.io/os": "linux"}
    more = pod(chart.render(nodeSelector={"pool": "system"}))["nodeSelector"]
    assert more == {"kubernetes.io/os": "linux", "pool": "system"}


def test_the_environment_comes_after_that_of_the_chart(
    chart: Chart, rendered: list[Object]
) -> None:
    source = [{"secretRef": {"name": "proxy"}}]
    only = container(chart.render(extraEnv=[PROXY], envFrom=source))
    assert only["env"] == [*container(rendered)["env"], PROXY]
    assert only["envFrom"] == source
    assert "envFrom" not in container(rendered)


def test_what_the_chart_sets_in_the_environment_is_not_for_others_to_set(
    rendered: list[Object],
) -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    variable = schema["extraEnv"]["items"]["properties"]["name"]["not"]["pattern"]
    flag = schema["extraArgs"]["items"]["not"]["pattern"]
    for each in container(rendered)["env"]:
        assert re.search(variable, each["name"])
        setting = each["name"].removeprefix("GROUPACCESS_").lower().replace("_", "-")
        assert re.search(flag, f"--{setting}")
        assert re.search(flag, f"--{setting}=x")


def test_flags_come_after_the_command(chart: Chart, rendered: list[Object]) -> None:
    flags = ["--settle-seconds=5"]
    assert container(chart.render(extraArgs=flags))["args"] == ["run", *flags]
    assert container(rendered)["args"] == ["run"]


@pytest.mark.parametrize("audience", ["", ISSUER])
def test_volumes_are_added_to_that_of_the_pods_own_token(chart: Chart, audience: str) -> None:
    token = {"audience": audience}
    objects = chart.render(
        serviceAccountToken=token, extraVolumes=[VOLUME], extraVolumeMounts=[MOUNT]
    )
    names = ["keycloak-token", "ca"] if audience else ["ca"]
    assert [each["name"] for each in pod(objects)["volumes"]] == names
    assert [each["name"] for each in container(objects)["volumeMounts"]] == names


def test_another_container_stands_beside_the_operators(chart: Chart) -> None:
    other = {"name": "proxy", "image": "proxy:1"}
    operator, found = pod(chart.render(extraContainers=[other]))["containers"]
    assert operator["name"] == "operator"
    assert found == other


def test_probes_have_the_timings_of_the_values_and_keep_their_place(chart: Chart) -> None:
    only = container(
        chart.render(livenessProbe={"failureThreshold": 9}, readinessProbe={"timeoutSeconds": 3})
    )
    assert only["livenessProbe"] == {
        "httpGet": {"path": "/healthz", "port": "http"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": 9,
    }
    assert only["readinessProbe"]["timeoutSeconds"] == 3
    assert only["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_user_id_is_added_to_what_is_restricted(chart: Chart) -> None:
    objects = chart.render(
        podSecurityContext={"runAsUser": 10001}, securityContext={"runAsUser": 7}
    )
    context = pod(objects)["securityContext"]
    assert (context["runAsUser"], context["runAsNonRoot"]) == (10001, True)
    context = container(objects)["securityContext"]
    assert (context["runAsUser"], context["readOnlyRootFilesystem"]) == (7, True)


def test_how_pods_are_replaced_is_as_the_values_say(chart: Chart, rendered: list[Object]) -> None:
    (deployment,) = of_kind(
        chart.render(strategy={"type": "Recreate"}, revisionHistoryLimit=0), "Deployment"
    )
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert deployment["spec"]["revisionHistoryLimit"] == 0
    (deployment,) = of_kind(rendered, "Deployment")
    assert "strategy" not in deployment["spec"]


def test_one_replica_has_no_budget_and_no_spread(chart: Chart) -> None:
    objects = chart.render(
        podDisruptionBudget={"enabled": True}, topologySpreadConstraints=[SPREAD]
    )
    assert not of_kind(objects, "PodDisruptionBudget")
    assert "topologySpreadConstraints" not in pod(objects)


def selected(objects: list[Object]) -> Object:
    (deployment,) = of_kind(objects, "Deployment")
    selector: Object = deployment["spec"]["selector"]
    return selector


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, {"maxUnavailable": 1}),
        ({"minAvailable": 1}, {"minAvailable": 1}),
        ({"minAvailable": "50%"}, {"minAvailable": "50%"}),
        ({"minAvailable": 0}, {"minAvailable": 0}),
        ({"maxUnavailable": "25%"}, {"maxUnavailable": "25%"}),
    ],
    ids=str,
)
def test_two_replicas_have_a_budget(
    chart: Chart, values: dict[str, Any], said: dict[str, Any]
) -> None:
    objects = chart.render(replicaCount=2, podDisruptionBudget=values)
    (budget,) = of_kind(objects, "PodDisruptionBudget")
    assert budget["spec"] == {
        **said,
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
        "selector": selected(objects),
    }


def test_a_budget_can_be_refused(chart: Chart) -> None:
    objects = chart.render(replicaCount=2, podDisruptionBudget={"enabled": False})
    assert not of_kind(objects, "PodDisruptionBudget")


def test_two_replicas_spread_over_nodes_unless_told_otherwise(chart: Chart) -> None:
    objects = chart.render(replicaCount=2)
    (constraint,) = pod(objects)["topologySpreadConstraints"]
    assert constraint["topologyKey"] == "kubernetes.io/hostname"
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert constraint["labelSelector"] == selected(objects)
    other = {"matchLabels": {"app": "x"}}
    told = [SPREAD, {**SPREAD, "labelSelector": other}]
    objects = chart.render(replicaCount=2, topologySpreadConstraints=told)
    assert pod(objects)["topologySpreadConstraints"] == [
        {**SPREAD, "labelSelector": selected(objects)},
        {**SPREAD, "labelSelector": other},
    ]
    objects = chart.render(replicaCount=2, topologySpreadConstraints=[])
    assert "topologySpreadConstraints" not in pod(objects)
