"""pydantic's JSON schema becomes one that an API server takes, or an error."""

import pytest

from groupaccess.api.crd.structural_schema import reflow, structural


def test_reference_is_replaced_and_what_stands_beside_it_wins() -> None:
    schema = {
        "$defs": {"Ref": {"type": "object", "description": "Any.", "title": "Ref"}},
        "$ref": "#/$defs/Ref",
        "description": "This one.",
    }
    assert structural(schema) == {"type": "object", "description": "This one."}


def test_null_is_absence() -> None:
    schema = {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}], "default": None}
    assert structural(schema) == {"type": "string", "maxLength": 3}


def test_optional_reference_is_replaced_too() -> None:
    schema = {
        "$defs": {"Ref": {"type": "object"}},
        "anyOf": [{"$ref": "#/$defs/Ref"}, {"type": "null"}],
    }
    assert structural(schema) == {"type": "object"}


def test_constant_is_an_enum_of_one() -> None:
    assert structural({"type": "string", "const": "a"}) == {"type": "string", "enum": ["a"]}


def test_exclusive_bound_is_a_flag() -> None:
    schema = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 9}
    assert structural(schema) == {
        "type": "number",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 9,
        "exclusiveMaximum": True,
    }


def test_whole_number_has_64_bits() -> None:
    assert structural({"type": "integer"}) == {"type": "integer", "format": "int64"}


@pytest.mark.parametrize("allowed", [True, False])
def test_unknown_properties_are_left_to_pruning(*, allowed: bool) -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": allowed}
    assert structural(schema) == {"type": "object", "properties": {}}


def test_map_keeps_the_schema_of_its_values() -> None:
    schema = {
        "type": "object",
        "propertyNames": {"maxLength": 3},
        "additionalProperties": {"type": "string", "title": "Value"},
    }
    assert structural(schema) == {"type": "object", "additionalProperties": {"type": "string"}}


def test_defaults_are_dropped_everywhere() -> None:
    schema = {
        "type": "array",
        "default": [],
        "items": {"type": "object", "properties": {"a": {"type": "string", "default": "b"}}},
    }
    items = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert structural(schema) == {"type": "array", "items": items}


@pytest.mark.parametrize(
    "child",
    [
        {"type": "array", "uniqueItems": True},
        {"type": "string", "pattern": "^a$"},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    ],
)
def test_what_a_crd_cannot_hold_is_an_error_that_names_the_field(child: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^\.spec "):
        structural({"type": "object", "properties": {"spec": child}})


def test_lines_are_joined_and_paragraphs_kept() -> None:
    assert reflow("One\ntwo.\n\n  Example: a\n") == "One two.\n\nExample: a"
