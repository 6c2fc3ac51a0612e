"""The pod that the chart deploys, and what the chart brings along."""

import re

import yaml

from chart.helm import CHART, Chart, Object
from chart.objects import ROLES, ROOT, container, of_kind, pod
from groupaccess import __version__
from groupaccess.settings import Settings


def test_the_pod_is_restricted(rendered: list[Object]) -> None:
    spec, only = pod(rendered), container(rendered)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"hostNetwork", "hostPID", "hostIPC", "volumes"}.isdisjoint(spec)


def test_the_image_has_a_user_that_the_kubelet_can_tell_from_root() -> None:
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert re.fullmatch(r"[1-9][0-9]*(:[0-9]+)?", users[-1])


def test_more_replicas_must_be_asked_for(chart: Chart, rendered: list[Object]) -> None:
    for objects, count in ((rendered, 1), (chart.render(replicaCount=2), 2)):
        (deployment,) = of_kind(objects, "Deployment")
        assert deployment["spec"]["replicas"] == count


def test_the_one_lease_is_in_its_own_namespace_and_nobody_elses(rendered: list[Object]) -> None:
    found = [
        (body["kind"], sorted(rule["verbs"]), rule.get("resourceNames"))
        for body in rendered
        for rule in (body["rules"] if body["kind"] in ROLES else ())
        if "leases" in rule["resources"]
    ]
    assert sorted(found) == [
        ("Role", ["create"], None),
        ("Role", ["get", "update"], ["groupaccess"]),
    ]


def test_the_deployment_finds_its_pods(chart: Chart) -> None:
    (deployment,) = of_kind(chart.render(podLabels={"team": "iam"}), "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert labels["team"] == "iam"


def test_the_environment_is_what_the_settings_know(chart: Chart) -> None:
    variables = container(chart.render(log={"format": "human", "level": "debug"}, workers=4))["env"]
    names = {each["name"].removeprefix("GROUPACCESS_").lower() for each in variables}
    assert names <= Settings.model_fields.keys()
    values = {each["name"]: each["value"] for each in variables if "value" in each}
    assert values == {
        "GROUPACCESS_BIND_GUARD": "groupaccess-bind-guard",
        "GROUPACCESS_CAGE": "groupaccess-cage",
        "GROUPACCESS_LOG_FORMAT": "human",
        "GROUPACCESS_LOG_LEVEL": "debug",
        "GROUPACCESS_WORKERS": "4",
    }


def test_probes_go_where_the_operator_listens(rendered: list[Object]) -> None:
    only = container(rendered)
    port = {"name": "http", "containerPort": Settings.model_fields["listen_port"].default}
    assert only["ports"] == [port]
    assert only["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert only["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def test_the_image_is_that_of_the_version_unless_said_otherwise(chart: Chart) -> None:
    digest = "sha256:" + "0" * 64
    assert container(chart.render())["image"] == f"groupaccess:{__version__}"
    assert container(chart.render("--set=image.tag=next"))["image"] == "groupaccess:next"
    assert (
        container(chart.render(f"--set=image.digest={digest}"))["image"] == f"groupaccess@{digest}"
    )


def test_the_chart_has_the_version_of_the_program() -> None:
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert about["version"] == about["appVersion"] == __version__


def test_a_release_of_another_name_is_another_operator(chart: Chart) -> None:
    names = [body["metadata"]["name"] for body in chart.render(release="iam")]
    assert all(name.startswith("iam-groupaccess") for name in names)


def test_the_crds_are_those_of_the_repository_byte_for_byte() -> None:
    files = {path.name: path.read_bytes() for path in (ROOT / "crds").iterdir()}
    assert {path.name: path.read_bytes() for path in (CHART / "crds").iterdir()} == files


def test_helm_installs_the_crds(chart: Chart) -> None:
    found = of_kind(chart.render("--include-crds"), "CustomResourceDefinition")
    assert [body["spec"]["names"]["kind"] for body in found] == ["GroupAccess", "KeycloakDirectory"]
