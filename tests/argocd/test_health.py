"""Argo CD shows the health that kstatus means, and Suspended."""

from pathlib import Path
from typing import Any

import pytest

from argocd.layout import CUSTOMIZATIONS, KINDS, load
from argocd.sandbox import run
from groupaccess.api import v1alpha1 as api

CASES = [
    (CUSTOMIZATIONS / kind, case["inputPath"], case["healthStatus"])
    for kind in KINDS
    for case in load(CUSTOMIZATIONS / kind / "health_test.yaml")["tests"]
]
INPUTS = sorted(CUSTOMIZATIONS.glob("*/testdata/*.yaml"))


def health(kind: str, body: dict[str, Any]) -> Any:
    return run((CUSTOMIZATIONS / kind / "health.lua").read_text(), body)


@pytest.mark.parametrize(
    ("where", "name", "expected"), CASES, ids=lambda each: getattr(each, "name", str(each)[:40])
)
def test_an_object_has_the_health_that_the_table_says(
    where: Path, name: str, expected: dict[str, str]
) -> None:
    assert health(where.name, load(where / name)) == expected


def test_every_object_of_the_test_data_is_in_the_table() -> None:
    assert {where / name for where, name, _ in CASES} == set(INPUTS)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_test_data_are_whole_objects_that_the_models_read(path: Path) -> None:
    body = load(path)
    assert {"apiVersion", "kind", "metadata", "spec", "status"} == body.keys()
    assert {"creationTimestamp", "generation", "resourceVersion", "uid"} <= body["metadata"].keys()
    kind = api.GroupAccess if body["kind"] == "GroupAccess" else api.KeycloakDirectory
    read = kind.read(body)
    assert read.status.observed_generation == body["status"]["observedGeneration"]
    assert len(read.status.conditions) == len(body["status"].get("conditions", ()))


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_that_was_just_created_is_progressing(kind: str) -> None:
    body = load(CUSTOMIZATIONS / kind / "testdata" / "healthy.yaml")
    del body["status"]
    assert health(kind, body)["status"] == "Progressing"
    assert health(kind, body | {"status": {}})["status"] == "Progressing"
    del body["spec"]["suspend"]
    assert health(kind, body)["status"] == "Progressing"


def test_an_outage_of_keycloak_is_no_fault_of_what_is_granted() -> None:
    body = load(CUSTOMIZATIONS / "GroupAccess" / "testdata" / "healthy-unverified.yaml")
    conditions = {each["type"]: each["status"] for each in body["status"]["conditions"]}
    assert conditions["Verified"] == "Unknown"
    assert health("GroupAccess", body)["status"] == "Healthy"


@pytest.mark.parametrize("name", ["string", "io", "math", "debug", "os.execute", "python"])
def test_the_sandbox_lacks_what_argo_cd_lacks(name: str) -> None:
    assert run(f"return {{ there = {name} ~= nil }}", {}) == {"there": False}


def test_no_way_leads_to_the_string_library() -> None:
    script = 'return { method = pcall(function() return ("a"):upper() end) }'
    assert run(script, {}) == {"method": False}
    assert run('return { loaded = pcall(require, "string") }', {}) == {"loaded": False}
