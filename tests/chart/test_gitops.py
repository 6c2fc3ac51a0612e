"""What Argo CD and Flux are given installs this chart, and deletes no access by accident."""

from datetime import timedelta
from typing import Any

import pytest
import yaml

from chart.helm import CHART, Chart, Object
from chart.objects import ROOT, of_kind
from groupaccess.domain.condition import TRANSIENT_WAIT


def documents(*names: str) -> list[Object]:
    return [
        body for name in names for body in yaml.safe_load_all((ROOT / "deploy" / name).read_text())
    ]


APPLICATIONS = documents("argocd/application.yaml")
SETS = documents("argocd/applicationset.yaml")
RELEASES = documents("flux/helmrelease.yaml", "flux/kustomizations.yaml")


def specs() -> dict[str, dict[str, Any]]:
    """Return the spec of each Application, written out or from a template."""
    plain = {body["metadata"]["name"]: body["spec"] for body in APPLICATIONS}
    made = {f"set {body['metadata']['name']}": body["spec"]["template"]["spec"] for body in SETS}
    return plain | made


def charts() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the path and the values of the chart, by who installs it."""
    found = {
        name: (spec["source"]["path"], spec["source"]["helm"]["valuesObject"])
        for name, spec in specs().items()
        if "helm" in spec["source"]
    }
    (release,) = of_kind(RELEASES, "HelmRelease")
    of_flux = release["spec"]["chart"]["spec"]["chart"].removeprefix("./")
    return found | {"flux": (of_flux, release["spec"]["values"])}


@pytest.mark.parametrize("name", charts())
def test_the_values_are_those_of_this_chart(chart: Chart, name: str) -> None:
    path, values = charts()[name]
    assert ROOT / path == CHART
    objects = chart.render(**values)
    (deployment,) = of_kind(objects, "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"].startswith("registry.example.com/groupaccess:")


def test_argo_cd_and_flux_install_the_same() -> None:
    assert len(charts()) == 3
    (first, *others) = [values for _, values in charts().values()]
    assert all(values == first for values in others)


def test_an_application_set_makes_of_each_cluster_what_the_applications_are() -> None:
    for name in ("groupaccess", "access"):
        single, many = specs()[name], specs()[f"set {name}"]
        assert {**many, "destination": {**many["destination"], "server": ""}} == {
            **single,
            "destination": {**single["destination"], "server": ""},
        }


def test_no_access_ends_because_an_application_is_deleted() -> None:
    assert not [body for body in APPLICATIONS if "finalizers" in body["metadata"]]
    for body in SETS:
        assert body["spec"]["syncPolicy"] == {"preserveResourcesOnDeletion": True}
        assert "finalizers" not in body["spec"]["template"]["metadata"]


def test_argo_cd_prunes_access_that_git_has_no_more_and_no_part_of_the_operator() -> None:
    prunes = {name: spec["syncPolicy"]["automated"].get("prune") for name, spec in specs().items()}
    assert prunes == {
        "groupaccess": None,
        "access": True,
        "set groupaccess": None,
        "set access": True,
    }


def test_argo_cd_applies_on_the_server_and_waits_for_the_crds() -> None:
    for spec in specs().values():
        options = spec["syncPolicy"]["syncOptions"]
        assert "ServerSideApply=true" in options
        waits = "SkipDryRunOnMissingResource=true" in options
        assert waits is ("helm" not in spec["source"])


def test_flux_brings_the_crds_up_to_date() -> None:
    (release,) = of_kind(RELEASES, "HelmRelease")
    assert release["spec"]["install"]["crds"] == "CreateReplace"
    assert release["spec"]["upgrade"]["crds"] == "CreateReplace"


def test_flux_waits_for_the_operator_and_longer_than_the_operator_waits() -> None:
    operator, access = of_kind(RELEASES, "Kustomization")
    (release,) = of_kind(RELEASES, "HelmRelease")
    (check,) = operator["spec"]["healthChecks"]
    assert (check["kind"], check["name"]) == ("HelmRelease", release["metadata"]["name"])
    assert check["apiVersion"] == release["apiVersion"]
    assert access["spec"]["dependsOn"] == [{"name": operator["metadata"]["name"]}]
    assert access["spec"]["wait"] is True
    minutes = int(access["spec"]["timeout"].removesuffix("m"))
    assert timedelta(minutes=minutes) > TRANSIENT_WAIT


def test_each_source_that_flux_names_is_there() -> None:
    sources = {body["metadata"]["name"] for body in of_kind(RELEASES, "GitRepository")}
    named = {
        (body["spec"].get("sourceRef") or body["spec"]["chart"]["spec"]["sourceRef"])["name"]
        for body in RELEASES
        if body["kind"] != "GitRepository"
    }
    assert named == sources
