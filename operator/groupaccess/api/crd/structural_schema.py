"""Turn pydantic's JSON schema into the structural OpenAPI v3 schema that a CRD may hold.

The API server takes a subset: no `$ref`, no `null` type, no `const`, and since it prunes what the
schema lacks, neither `title` nor `additionalProperties: true`. A keyword that is not known here
ends the generation: it would otherwise be refused by the API server, or be silently without effect.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

_KEPT = (
    "description",
    "type",
    "nullable",
    "format",
    "enum",
    "default",
    "minLength",
    "maxLength",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
)
_DROPPED = ("title", "$defs")


def structural(schema: Mapping[str, Any]) -> Schema:
    """Return the structural form of a whole JSON schema; raise ValueError where there is none.

    pydantic's defaults are dropped: what an absent field means is decided in code, since Argo CD
    shows a default that the API server writes into a list item as drift for ever.
    """
    definitions = schema.get("$defs", {})
    return _node(schema, definitions, "")


def _node(given: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Schema:
    flat = _optional(_inline(given, definitions), definitions, path)
    flat.pop("default", None)
    for step in (_constant, _bounds, _any_key):
        flat = step(flat)
    unknown = set(flat) - set(_KEPT) - set(_DROPPED)
    if unknown:
        msg = f"{path or 'the schema'} has keywords that a CRD cannot hold: {sorted(unknown)}"
        raise ValueError(msg)
    result = {key: flat[key] for key in _KEPT if key in flat}
    if "description" in result:
        result["description"] = reflow(result["description"])
    return result | dict(_children(result, definitions, path))


def _children(
    result: Schema, definitions: Mapping[str, Any], path: str
) -> Iterator[tuple[str, Schema]]:
    if "properties" in result:
        yield (
            "properties",
            {
                name: _node(child, definitions, f"{path}.{name}")
                for name, child in result["properties"].items()
            },
        )
    for key in ("items", "additionalProperties"):
        if key in result:
            yield key, _node(result[key], definitions, f"{path}.{key}")


def _inline(given: Mapping[str, Any], definitions: Mapping[str, Any]) -> Schema:
    """Replace a reference by what it names; what stands beside it wins."""
    result = dict(given)
    while "$ref" in result:
        name = result.pop("$ref").removeprefix("#/$defs/")
        result = {**definitions[name], **result}
    return result


def _optional(given: Schema, definitions: Mapping[str, Any], path: str) -> Schema:
    """Replace "this or null" by "this": absent is how Kubernetes writes null."""
    if "anyOf" not in given:
        return given
    choices = [choice for choice in given["anyOf"] if choice != {"type": "null"}]
    if len(choices) != 1:
        msg = f"{path} has several types, which a CRD cannot hold"
        raise ValueError(msg)
    beside = {key: value for key, value in given.items() if key != "anyOf"}
    return {**_inline(choices[0], definitions), **beside}


def _constant(given: Schema) -> Schema:
    """Replace `const` by an `enum` of one."""
    if "const" not in given:
        return given
    result = {key: value for key, value in given.items() if key != "const"}
    return {**result, "enum": [given["const"]]}


def _bounds(given: Schema) -> Schema:
    """Write exclusive bounds as OpenAPI v3.0 does: the number, and a flag beside it."""
    result = dict(given)
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if flag in result:
            result[bound], result[flag] = result[flag], True
    if result.get("type") == "integer":
        result["format"] = "int64"
    return result


def _any_key(given: Schema) -> Schema:
    """Drop an `additionalProperties` that allows or forbids everything: the server prunes."""
    if isinstance(given.get("additionalProperties"), bool):
        return {key: value for key, value in given.items() if key != "additionalProperties"}
    # `propertyNames` has no place in a CRD; the rule on the map says it for people.
    return {key: value for key, value in given.items() if key != "propertyNames"}


def reflow(text: str) -> str:
    """Join the lines of each paragraph, since `kubectl explain` wraps to the terminal's width."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def walk(schema: Schema, visit: Callable[[str, Schema], None], path: str = "") -> None:
    """Call `visit` with the path and the schema of every node, the root's path being empty."""
    visit(path, schema)
    for name, child in schema.get("properties", {}).items():
        walk(child, visit, f"{path}.{name}")
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if key in schema:
            walk(schema[key], visit, f"{path}{mark}")
