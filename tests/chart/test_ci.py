"""Each file in the chart's ci/ is a set of values that people may install."""

import subprocess
from pathlib import Path

import pytest

from chart.helm import CHART, VALUES_FILES, Chart, Object
from chart.objects import of_kind, pod
from chart.restricted import violations
from groupaccess.api.v1alpha1 import GroupAccess, KeycloakDirectory


@pytest.fixture(scope="module", params=VALUES_FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """Give each file."""
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def objects(chart: Chart, file: Path) -> list[Object]:
    """Give what the chart renders with these values."""
    return chart.render(f"--values={file}")


def test_helm_finds_nothing_to_blame(chart: Chart, file: Path) -> None:
    done = subprocess.run(
        [chart.helm, "lint", "--strict", CHART, f"--values={file}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_pod_is_admitted_where_restricted_is_enforced(objects: list[Object]) -> None:
    assert violations(pod(objects)) == []


def test_no_object_is_there_twice(objects: list[Object]) -> None:
    names = [
        (body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"])
        for body in objects
    ]
    assert len(names) == len(set(names))


def test_the_operator_reads_the_objects_of_its_own_kinds(objects: list[Object]) -> None:
    for body in of_kind(objects, "KeycloakDirectory"):
        KeycloakDirectory.read(body)
    for body in of_kind(objects, "GroupAccess"):
        GroupAccess.read(body)


def test_a_pod_that_is_not_restricted_is_noticed(rendered: list[Object]) -> None:
    spec = pod(rendered)
    (container,) = spec["containers"]
    bare = {key: value for key, value in container.items() if key != "securityContext"}
    assert len(violations({"containers": [bare]})) == 4
    host = {"name": "x", "hostPath": {"path": "/"}}
    assert violations({**spec, "volumes": [host]}) == ["volume x is a hostPath"]
