"""The committed CRDs are those of the models, and an API server can take them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from groupaccess.api.crd.generate import KINDS, Kind, crd, crd_files, render_crds, write_crds
from groupaccess.api.crd.structural_schema import Schema, walk

ROOT = Path(__file__).parents[3]
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def version_of(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = crd(kind)["spec"]["versions"][0]
    return found


def nodes_of(kind: Kind) -> list[tuple[str, Schema]]:
    found: list[tuple[str, Schema]] = []
    walk(version_of(kind)["schema"]["openAPIV3Schema"], lambda *node: found.append(node))
    return found


@pytest.mark.parametrize(("name", "text"), crd_files().items())
def test_committed_file_is_what_the_models_say(name: str, text: str) -> None:
    committed = (ROOT / "crds" / name).read_text(encoding="utf-8")
    assert committed == text, "run: python -m groupaccess.api.crd.generate crds"


def test_nothing_else_is_in_the_folder() -> None:
    assert {path.name for path in (ROOT / "crds").iterdir()} == set(crd_files())


def test_every_folder_gets_the_same_bytes(tmp_path: Path) -> None:
    written = write_crds((tmp_path / "crds", tmp_path / "chart" / "crds"))
    assert len(written) == 2 * len(KINDS)
    for name, text in crd_files().items():
        assert (tmp_path / "crds" / name).read_bytes() == text.encode()
        assert (tmp_path / "chart" / "crds" / name).read_bytes() == text.encode()


@EACH_KIND
def test_text_is_read_back_as_what_it_was_made_of(kind: Kind) -> None:
    assert yaml.safe_load(crd_files()[kind.file]) == crd(kind)


def test_printed_stream_holds_both() -> None:
    names = [document["metadata"]["name"] for document in yaml.safe_load_all(render_crds())]
    assert names == ["groupaccesses.groupaccess.io", "keycloakdirectories.groupaccess.io"]


def test_helm_finds_no_template_in_it() -> None:
    assert "{{" not in render_crds()


@EACH_KIND
def test_strings_lists_and_maps_are_bounded(kind: Kind) -> None:
    bounds = {"string": "maxLength", "array": "maxItems"}
    for path, schema in nodes_of(kind):
        if path in {".apiVersion", ".kind", ".metadata"} or "enum" in schema:
            continue
        bound = bounds.get(schema["type"])
        assert bound is None or bound in schema, path
        assert "additionalProperties" not in schema or "maxProperties" in schema, path


@EACH_KIND
def test_every_field_is_described(kind: Kind) -> None:
    for path, schema in nodes_of(kind):
        is_field = not path.endswith(("[]", "{}")) and path != ".metadata"
        assert not is_field or len(schema["description"]) >= 10, path


@EACH_KIND
def test_every_list_says_how_it_is_merged(kind: Kind) -> None:
    for path, schema in nodes_of(kind):
        if schema["type"] == "array":
            merged = schema["x-kubernetes-list-type"]
            keys = schema.get("x-kubernetes-list-map-keys", [])
            assert (merged == "map") == bool(keys), path
            assert set(keys) <= set(schema["items"].get("required", [])), path


@EACH_KIND
def test_only_the_unseen_status_has_a_default(kind: Kind) -> None:
    defaults = {path: schema["default"] for path, schema in nodes_of(kind) if "default" in schema}
    assert defaults == {".status": {"observedGeneration": -1}, ".status.observedGeneration": -1}


@EACH_KIND
def test_every_rule_says_in_a_sentence_what_is_wrong(kind: Kind) -> None:
    for path, schema in nodes_of(kind):
        for rule in schema.get("x-kubernetes-validations", ()):
            assert len(rule["message"].split()) >= 6, path
            assert "\n" not in rule["message"], path


@EACH_KIND
def test_status_is_a_subresource_and_the_names_are_short(kind: Kind) -> None:
    assert version_of(kind)["subresources"] == {"status": {}}
    spec = crd(kind)["spec"]
    assert spec["scope"] == "Cluster"
    assert spec["names"]["shortNames"] == [kind.short]
    # A category is asked for like a kind, so it must not be the name of one.
    assert spec["names"]["categories"] == ["access"]


def test_columns_are_those_of_the_design() -> None:
    columns = {kind.short: version_of(kind)["additionalPrinterColumns"] for kind in KINDS}
    narrow = {
        short: [column["name"] for column in found if not column.get("priority")]
        for short, found in columns.items()
    }
    wide = {
        short: [column["name"] for column in found if column.get("priority")]
        for short, found in columns.items()
    }
    assert narrow == {
        "ga": ["READY", "GRANTED", "VERIFIED", "EXPIRES", "REASON", "AGE"],
        "kcd": ["READY", "APISERVER", "GROUPS", "REASON", "AGE"],
    }
    assert wide == {"ga": ["DIRECTORY", "MESSAGE"], "kcd": ["ISSUER", "MESSAGE"]}
