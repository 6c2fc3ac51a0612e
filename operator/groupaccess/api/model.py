"""What every API model shares: Kubernetes spelling, frozen values, and schema keywords."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

GROUP: Final = "groupaccess.io"
VERSION: Final = "v1alpha1"
API_VERSION: Final = "groupaccess.io/v1alpha1"

VALIDATIONS = "x-kubernetes-validations"


def kubernetes_name(field: str) -> str:
    """Spell a Python field as Kubernetes does: `group_id` is `groupId`, `admin_url` `adminURL`."""
    return re.sub(r"Url$", "URL", to_camel(field))


class ApiModel(BaseModel):
    """Hold a frozen value that is written in Python names and travels in Kubernetes names.

    Fields that this version does not know are ignored, so that metadata and a status that a newer
    version wrote can be read. Lists are tuples. Descriptions are the docstrings below the fields;
    the CRD, and with it `kubectl explain`, is generated from them.
    """

    model_config = ConfigDict(
        alias_generator=kubernetes_name,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
        frozen=True,
        extra="ignore",
        # Errors reach logs and statuses, and what was written may be a key in the wrong place.
        hide_input_in_errors=True,
    )

    def to_kubernetes(self) -> dict[str, Any]:
        """Return JSON data in Kubernetes names, without what nobody set: no defaults, no nulls."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)


class SpecModel(ApiModel):
    """Hold a part of a spec. A field that this version does not know is refused.

    The API server prunes what its schema lacks, so such a field means a newer CRD beside an older
    operator. It may narrow a grant, and to ignore it would grant wider than declared.

    A key that is left empty (`expiresAt:`) is refused, by the CRD and here: where its null is
    dropped instead, what it should have limited is granted without a limit. The API server shows a
    null only to a rule on a field that may be null, so each optional field of the schema may be.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_empty_key(cls, data: object) -> object:
        given = data if isinstance(data, Mapping) else {}
        empty = [str(key) for key, value in given.items() if value is None]
        if empty:
            msg = f"{EMPTY_KEY} (empty: {', '.join(empty)})"
            raise ValueError(msg)
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Let each optional field be null, and refuse the null in words."""
        result = handler(core)
        schema = handler.resolve_ref_schema(result)
        required = schema.get("required", ())
        optional = [key for key in schema.get("properties", {}) if key not in required]
        for key in optional:
            schema["properties"][key]["nullable"] = True
        rule, rules = _NO_EMPTY_KEY.keyword(), schema.get(VALIDATIONS, [])
        if optional and rule not in rules:
            schema[VALIDATIONS] = [rule, *rules]
        return result


class ManagedFields(ApiModel):
    """Hold who wrote which fields, and when last."""

    subresource: str = ""
    time: datetime | None = None
    fields_v1: dict[str, Any] = {}


class ObjectMeta(ApiModel):
    """Hold what the operator reads of an object's metadata."""

    name: str
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    managed_fields: tuple[ManagedFields, ...] = ()


class ApiObject(ApiModel):
    """Hold what the two kinds share."""

    api_version: Literal["groupaccess.io/v1alpha1"] = API_VERSION
    kind: str
    metadata: ObjectMeta

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """Read an object as the API server or kopf hands it over.

        Raise `pydantic.ValidationError` when the spec cannot be understood: nothing may be granted
        from it. A status that cannot be read counts as none, since status is never a source.
        """
        return cls.model_validate(dict(body))

    def to_kubernetes(self) -> dict[str, Any]:
        """Return the object as `kubectl apply` takes it, with its version and kind."""
        return {"apiVersion": self.api_version, "kind": self.kind} | super().to_kubernetes()


def readable_or(default: ApiModel, value: object) -> object:
    """Return `value` when the type of `default` can read it, else `default`."""
    try:
        return type(default).model_validate(value)
    except ValidationError:
        return default


@dataclass(frozen=True, slots=True)
class Cel:
    """Annotate a type with one CEL rule, which the API server checks with `message`.

    The message says what is wrong and what to write instead. The server puts the field's path in
    front of it, and a new one the value, too; Kubernetes 1.34 has only the word "string" there, so
    the message of a plain value ends with the value, unless `shows_value` is off. `shown` is a word
    and the CEL expression of a text that it introduces, for the messages of other values.
    """

    rule: str
    message: str
    shows_value: bool = True
    shown: tuple[str, str] | None = None

    def keyword(self, *, is_text: bool = False) -> dict[str, str]:
        """Return the entry of `x-kubernetes-validations`.

        A value with a line break makes the server fall back to the plain message.
        """
        result = {"rule": self.rule, "message": self.message}
        shown = self.shown or (("given", "self") if is_text and self.shows_value else None)
        if shown:
            word, text = shown
            # A JSON string is a CEL string.
            result["messageExpression"] = (
                f"{json.dumps(f'{self.message} ({word}: ')} + {text} + ')'"
            )
        return result

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Append the rule to those that the type has already."""
        schema = handler(core)
        rule = self.keyword(is_text=schema.get("type") == "string")
        return {**schema, VALIDATIONS: [*schema.get(VALIDATIONS, ()), rule]}


EMPTY_KEY: Final = (
    "a key is left empty; it would be lost, and what it should limit would be granted without that "
    "limit: give it a value, or take the key away"
)
# `has()`, `self.?x` and `!= null` do not see a null, and store it. The keys of an object hold that
# of a null, and `in` does not find it.
_NO_EMPTY_KEY = Cel(
    "dyn(self).all(key, key in dyn(self))",
    EMPTY_KEY,
    shown=("empty", "dyn(self).filter(key, !(key in dyn(self))).join(', ')"),
)
NO_EMPTY_VALUE: Final = Cel(
    "self.all(key, type(self[key]) == string)",
    EMPTY_KEY,
    shown=("empty", "dyn(self.filter(key, type(self[key]) != string)).join(', ')"),
)
"""As `_NO_EMPTY_KEY`, for a map whose values are strings. Keys of a map have no bound, so that the
cost of joining them is estimated as too high, unless they are dynamic."""


def kept(field: str, message: str, *, unless: str | None = None) -> Cel:
    """Return the rule that an update does not lose a field, whatever wrote it.

    A merge patch comes without the keys that were left empty: that a field was there before is the
    only sign. `unless` is the CEL test that the value meant the same as absence does.
    """
    same = "" if unless is None else f" || {unless}"
    return Cel(f"!has(oldSelf.{field}) || has(self.{field}){same}", message)


@dataclass(frozen=True, slots=True)
class NullableValues:
    """Annotate a map whose values may be null, so that a rule sees an empty key and refuses it."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Let the values be null."""
        schema = handler(core)
        values = {**schema["additionalProperties"], "nullable": True}
        return {**schema, "additionalProperties": values}


@dataclass(frozen=True, slots=True)
class ListType:
    """Annotate a list with how server-side apply merges it: `set`, `atomic`, or a map by `key`."""

    kind: str
    key: str | None = None

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Add the list type, and the key of a map."""
        keys = {"x-kubernetes-list-map-keys": [self.key]} if self.key else {}
        return {**handler(core), "x-kubernetes-list-type": self.kind, **keys}


def object_keywords(*rules: Cel, atomic: bool = False) -> dict[str, Any]:
    """Return the schema keywords of a model: its CEL rules, and whether it is applied as one."""
    result: dict[str, Any] = {VALIDATIONS: [rule.keyword() for rule in rules]} if rules else {}
    return result | ({"x-kubernetes-map-type": "atomic"} if atomic else {})


def matches(pattern: str) -> str:
    """Return the CEL test that the value matches an RE2 pattern (which holds no quote)."""
    return f"self.matches(r'{pattern}')"
