"""The fields that are read of Keycloak's JSON; all others, such as client secrets, are dropped.

Values are not coerced: another shape raises ValidationError, which is a ValueError.
"""

from typing import Annotated, Any, NotRequired, TypeVar

from pydantic import FailFast, Field, TypeAdapter
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

T = TypeVar("T")

Id = Annotated[str, Field(min_length=1, max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=1024)]  # Keycloak's own limit is 255
Path = Annotated[str, Field(min_length=1)]  # groups can be nested to any depth
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Config = dict[str, str | None]


class GroupRepresentation(TypedDict):
    """A group."""

    id: Id
    name: Name
    path: Path


class MapperRepresentation(TypedDict):
    """A protocol mapper."""

    id: NotRequired[Id]
    name: Name
    protocol: NotRequired[str]
    protocolMapper: str
    config: NotRequired[Config | None]


class ScopeRepresentation(TypedDict):
    """A client scope."""

    id: NotRequired[Id]
    name: Name
    protocolMappers: NotRequired[list[MapperRepresentation] | None]


class ClientRepresentation(TypedDict):
    """A client."""

    id: NotRequired[Id]
    clientId: str
    enabled: NotRequired[bool]
    standardFlowEnabled: NotRequired[bool]
    redirectUris: NotRequired[list[str] | None]
    attributes: NotRequired[Config | None]
    protocolMappers: NotRequired[list[MapperRepresentation] | None]
    defaultClientScopes: NotRequired[list[str] | None]
    optionalClientScopes: NotRequired[list[str] | None]


class RoleRepresentation(TypedDict):
    """A role of the realm or of a client."""

    name: Name


class MemberRepresentation(TypedDict):
    """A member of a group, without anything that identifies the person."""

    id: Id
    enabled: NotRequired[bool]


GROUP = TypeAdapter(GroupRepresentation)
GROUPS = TypeAdapter(Annotated[list[GroupRepresentation], FailFast()])
SCOPES = TypeAdapter(Annotated[list[ScopeRepresentation], FailFast()])
CLIENTS = TypeAdapter(Annotated[list[ClientRepresentation], FailFast()])
ROLES = TypeAdapter(Annotated[list[RoleRepresentation], FailFast()])
MEMBERS = TypeAdapter(Annotated[list[MemberRepresentation], FailFast()])
COUNT = TypeAdapter(Count)
SUBJECT = TypeAdapter(Id)
TEXT = TypeAdapter(str)
TOKEN = TypeAdapter(dict[str, Any])


def validate(shape: TypeAdapter[T], value: Any) -> T:  # noqa: ANN401 -- JSON
    """Return the value with only the fields that `shape` names; raise ValidationError."""
    return shape.validate_python(value, strict=True)
