"""What the chart says of itself: its README, its values, and what a catalogue of charts reads."""

import base64
import re
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from chart.helm import CHART, Chart
from chart.objects import ROOT, container, of_kind
from chart.readme import README, readme, rows
from groupaccess.api.v1alpha1 import GroupAccess, KeycloakDirectory

ABOUT = yaml.safe_load((CHART / "Chart.yaml").read_text())
PREFIX = "artifacthub.io/"


def catalogue(name: str) -> Any:
    return yaml.safe_load(ABOUT["annotations"][PREFIX + name])


def test_the_readme_has_the_values_as_they_are() -> None:
    assert README.read_text() == readme(), "run `make chart`"


def test_each_value_has_words() -> None:
    assert [".".join(row.path) for row in rows() if not row.words] == []


def test_a_comment_is_above_a_value_or_behind_it() -> None:
    found = {row.path: row for row in rows()}
    assert found["workers",].words == "How many GroupAccesses are reconciled at once."
    assert found["image", "tag"].words == "empty: the chart's appVersion"
    assert found["guards",].default == ""
    assert found["nodeSelector",].default == '{"kubernetes.io/os": "linux"}'


def test_each_value_is_used_in_a_file_of_ci() -> None:
    files = [yaml.safe_load(file.read_text()) for file in (CHART / "ci").glob("*-values.yaml")]
    assert len(files) >= 10
    unused = [row.path for row in rows() if not any(has(file, row.path) for file in files)]
    assert unused == []


def has(values: Any, path: tuple[str, ...]) -> bool:
    if not path:
        return True
    return isinstance(values, dict) and path[0] in values and has(values[path[0]], path[1:])


def test_the_example_in_the_readme_can_be_installed(chart: Chart) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    objects = chart.render(**yaml.safe_load(text))
    (directory,) = of_kind(objects, "KeycloakDirectory")
    assert KeycloakDirectory.read(directory).spec.issuer
    (access,) = of_kind(objects, "GroupAccess")
    assert GroupAccess.read(access).spec.mappings


def test_the_catalogue_has_the_crds_of_the_chart() -> None:
    crds = [yaml.safe_load(path.read_text()) for path in sorted((CHART / "crds").iterdir())]
    assert [(each["kind"], each["name"], each["version"]) for each in catalogue("crds")] == [
        (
            crd["spec"]["names"]["kind"],
            crd["metadata"]["name"],
            crd["spec"]["versions"][0]["name"],
        )
        for crd in crds
    ]
    for each in catalogue("crds"):
        assert each["displayName"]
        assert each["description"]


def test_the_catalogue_shows_examples_that_the_operator_reads() -> None:
    access, directory = catalogue("crdsExamples")
    assert GroupAccess.read(access).spec.mappings
    assert KeycloakDirectory.read(directory).spec.issuer


def test_the_catalogue_has_the_image_and_the_licence(chart: Chart) -> None:
    (image,) = catalogue("images")
    assert image["image"] == container(chart.render())["image"]
    licence = re.search(r'^license = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert licence
    assert catalogue("license") == licence[1]
    assert catalogue("operator") is True


def test_the_icon_is_a_picture_that_needs_no_address() -> None:
    kind, _, data = ABOUT["icon"].partition(";base64,")
    assert kind == "data:image/svg+xml"
    picture = ET.fromstring(base64.b64decode(data))  # noqa: S314 -- our own
    assert picture.tag.endswith("}svg")
    assert "viewBox" in picture.attrib
