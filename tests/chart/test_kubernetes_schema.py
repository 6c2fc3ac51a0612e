"""What the chart renders has the fields that Kubernetes knows, in its oldest and newest version."""

from copy import deepcopy
from pathlib import Path

import pytest

from chart.helm import VALUES_FILES, Chart, Object
from chart.kubernetes_schema import complaints, knows, source
from chart.objects import of_kind, pod
from testbed.tools import NEWEST, OLDEST

OTHERS = {
    *("GroupAccess", "KeycloakDirectory", "ExternalSecret"),
    *("ServiceMonitor", "PodMonitor", "PrometheusRule"),
}


@pytest.fixture(params=[NEWEST.version, OLDEST.version])
def version(request: pytest.FixtureRequest) -> str:
    """Give each version; skip where its source is not."""
    found: str = request.param
    if not source(found).exists():
        pytest.skip(f"no source of Kubernetes {found}: `make e2e` and `make oldest` fetch it")
    return found


@pytest.mark.parametrize("file", VALUES_FILES, ids=lambda file: file.stem)
def test_kubernetes_knows_each_field(chart: Chart, file: Path, version: str) -> None:
    objects = chart.render(f"--values={file}")
    assert [each for body in objects for each in complaints(body, version)] == []
    assert {body["kind"] for body in objects if not knows(body, version)} <= OTHERS


def test_a_field_or_a_type_that_is_wrong_is_noticed(rendered: list[Object], version: str) -> None:
    (deployment,) = deepcopy(of_kind(rendered, "Deployment"))
    pod([deployment])["dnsPolicies"] = "Default"
    pod([deployment])["containers"][0]["args"] = "run"
    deployment["spec"]["replicas"] = "1"
    assert len(complaints(deployment, version)) == 3
