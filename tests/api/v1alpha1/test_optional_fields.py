"""Every optional field is listed, with what its absence means and what stops a lost key."""

from collections.abc import Iterator
from typing import Any

import pytest

from groupaccess.api.crd.generate import KINDS, Kind, crd
from groupaccess.api.crd.structural_schema import Schema
from groupaccess.api.model import EMPTY_KEY
from groupaccess.api.v1alpha1.optional_fields import OPTIONAL_FIELDS, UNSEEN

EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
NO_NULLS = {"dyn(self).all(key, key in dyn(self))", "self.all(key, type(self[key]) == string)"}


def spec_of(kind: Kind) -> Schema:
    (version,) = crd(kind)["spec"]["versions"]
    found: Schema = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return found


def objects_of(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield each object of a spec with what its fields' paths begin with."""
    if "properties" in schema:
        yield path, schema
    for name, child in schema.get("properties", {}).items():
        inner = child.get("items", child)
        mark = "[]" if "items" in child else ""
        yield from objects_of(inner, f"{path}{name}{mark}.")


def optional(schema: Schema) -> list[str]:
    return [name for name in schema["properties"] if name not in schema.get("required", ())]


def rules(schema: Schema) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = schema.get("x-kubernetes-validations", [])
    return found


@EACH_KIND
def test_every_optional_field_is_listed_and_nothing_else(kind: Kind) -> None:
    fields = {
        f"{path}{name}" for path, schema in objects_of(spec_of(kind)) for name in optional(schema)
    }
    assert fields == set(OPTIONAL_FIELDS[kind.name])


@EACH_KIND
def test_every_optional_field_may_be_null_so_that_the_null_is_refused_in_words(kind: Kind) -> None:
    for path, schema in objects_of(spec_of(kind)):
        for name in optional(schema):
            assert schema["properties"][name]["nullable"] is True, f"{path}{name}"
            assert NO_NULLS & {rule["rule"] for rule in rules(schema)}, path
        for name in schema.get("required", ()):
            assert "nullable" not in schema["properties"][name], f"{path}{name}"


@EACH_KIND
def test_every_map_shows_its_empty_keys_to_a_rule(kind: Kind) -> None:
    for path, schema in objects_of(spec_of(kind)):
        for name, field in schema["properties"].items():
            if "additionalProperties" in field:
                assert field["additionalProperties"]["nullable"] is True, f"{path}{name}"
                assert NO_NULLS & {rule["rule"] for rule in rules(field)}, f"{path}{name}"


@EACH_KIND
def test_every_refusal_of_a_null_says_so_and_names_the_keys(kind: Kind) -> None:
    for path, schema in objects_of(spec_of(kind)):
        for rule in rules(schema):
            if rule["rule"] in NO_NULLS:
                assert rule["message"] == EMPTY_KEY, path
                assert "(empty: " in rule["messageExpression"], path


@EACH_KIND
def test_what_is_said_to_be_kept_on_an_update_has_a_rule_for_it(kind: Kind) -> None:
    written = [rule["rule"] for _, each in objects_of(spec_of(kind)) for rule in rules(each)]
    for path, absence in OPTIONAL_FIELDS[kind.name].items():
        name = path.rpartition(".")[2]
        about = (f"!has(oldSelf.{name}) || has(self.{name})", f"!has(oldSelf.selector.{name})")
        assert any(each in rule for each in about for rule in written) == absence.kept, path


@EACH_KIND
def test_what_grants_more_is_kept_and_every_field_says_why(kind: Kind) -> None:
    for path, absence in OPTIONAL_FIELDS[kind.name].items():
        assert absence.why, path
        assert absence.kept or not absence.widens, path


def test_the_exception_that_nobody_can_see_is_written_down_and_is_of_mappings_alone() -> None:
    unseen = {
        path
        for fields in OPTIONAL_FIELDS.values()
        for path, absence in fields.items()
        if UNSEEN in absence.why
    }
    assert unseen == {
        "mappings[].groupId",
        "mappings[].expiresAt",
        "mappings[].namespaces.selector.matchLabels",
    }
