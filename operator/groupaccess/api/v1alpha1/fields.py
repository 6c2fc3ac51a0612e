"""The plain values of the objects, each with its bounds and the rules that the API server checks.

Every string is bounded: the API server refuses a CRD whose rules could cost too much. What it can
refuse with a sentence is a CEL rule and not a `pattern`, whose error shows only the expression.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer
from pydantic import WithJsonSchema as JsonSchema

from groupaccess.api.model import Cel, kept, matches
from groupaccess.api.v1alpha1.durations import DURATION, format_duration, parse_duration

_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_CONTROL = r"[\p{Cc}\p{Zl}\p{Zp}]"
_NO_CONTROL = f"!{matches(_CONTROL)}"
_DOTS = matches(r"/\.\.?(/|$)")

STILL_SUSPENDED = kept(
    "suspend",
    "suspend must not be lost while it is true; to grant and repair again, write suspend: false",
    unless="!oldSelf.suspend",
)
MappingName = Annotated[
    str,
    Field(min_length=1, max_length=63),
    Cel(
        matches(f"^{_LABEL}$"),
        "a mapping's name must be a DNS label: lower-case letters, digits and '-', beginning and "
        "ending with a letter or digit, such as shop-dev",
    ),
]
NamespaceName = Annotated[
    str,
    Field(min_length=1, max_length=63),
    Cel(
        matches(f"^{_LABEL}$"),
        "a namespace's name must be a DNS label: lower-case letters, digits and '-'; for a "
        "pattern of namespaces use selector",
    ),
]
ObjectName = Annotated[
    str,
    Field(min_length=1, max_length=253),
    Cel(
        matches(rf"^{_LABEL}(\.{_LABEL})*$"),
        "an object's name must be lower-case letters, digits, '-' and '.', such as keycloak",
    ),
]
DataKey = Annotated[
    str,
    Field(min_length=1, max_length=253),
    Cel(
        matches("^[-._a-zA-Z0-9]+$"),
        "a key must be letters, digits, '-', '_' and '.', such as ca.crt",
    ),
]
ClusterRoleName = Annotated[
    str,
    Field(min_length=1, max_length=253),
    Cel(
        f"{matches('^[^/%]*$')} && self != '.' && self != '..' && {_NO_CONTROL}",
        "this is no name that a ClusterRole can have: it must not hold '/', '%' or control "
        "characters, nor be '.' or '..'; take a name that `kubectl get clusterroles` shows",
    ),
]
GroupName = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    Cel(
        "!self.startsWith('system:')",
        "groups that begin with 'system:' are reserved by Kubernetes for itself and are never "
        "bound; rename the group in Keycloak",
    ),
    Cel(
        "!self.endsWith('/') && !self.contains('//')",
        "a group must not end in '/' nor hold '//'; write a path such as /platform/sre, or a "
        "name such as SRE",
    ),
    Cel(
        f"!self.startsWith('/') || !{_DOTS}",
        "a group's path must not hold '.' or '..'; write it as Keycloak shows it, such as "
        "/platform/sre",
    ),
    Cel(
        _NO_CONTROL,
        "a group must not hold control characters or line breaks; look for a stray line break or "
        "tab in the YAML",
    ),
]
GroupId = Annotated[
    str,
    Field(min_length=1, max_length=36),
    Cel(
        matches("^[0-9A-Za-z._-]+$"),
        "a group's id is what Keycloak's console shows in the address of the group's page, such "
        "as 0f9503e8-9c1e-4a6b-8f5d-2f6f6d1c7a10",
    ),
]
ClientId = Annotated[
    str,
    Field(min_length=1, max_length=255),
    Cel(_NO_CONTROL, "a client id must not hold control characters or line breaks"),
]
Scope = Annotated[
    str,
    Field(min_length=1, max_length=255),
    Cel(
        matches(r"^[\x21\x23-\x5B\x5D-\x7E]+$"),
        "a scope must be printable ASCII without space, quote or backslash (RFC 6749); write "
        "several scopes as several items, such as [openid, email]",
    ),
]
LabelKey = Annotated[str, Field(min_length=1, max_length=317)]
LabelValue = Annotated[
    str,
    Field(max_length=63),
    Cel(
        matches("^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$"),
        "a label's value must be letters, digits, '-', '_' and '.', beginning and ending with a "
        "letter or digit",
    ),
]


def _read_duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    PlainSerializer(format_duration, return_type=str),
    JsonSchema({"type": "string", "maxLength": 24}),
    Cel(
        matches(DURATION),
        "a duration must be whole numbers with h, m, s or ms and no sign, such as 60s, 1m30s or "
        "24h",
    ),
]


def between(least: str, most: str) -> Cel:
    """Return the rule that a duration lies between two others, both included.

    CEL's `duration()` fails on what is none, so the rule leaves that to the one before.
    """
    test = f"duration(self) >= duration('{least}') && duration(self) <= duration('{most}')"
    return Cel(f"!{matches(DURATION)} || ({test})", f"this must be between {least} and {most}")


_DATE = "2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
_ZONE = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
_TIMESTAMP = f"^{_DATE}T{_TIME}{_ZONE}$"

Timestamp = Annotated[
    AwareDatetime,
    JsonSchema({"type": "string", "maxLength": 40}),
    Cel(
        matches(_TIMESTAMP),
        "a point in time must be written with its time zone (RFC 3339), such as "
        "2026-12-31T00:00:00Z or 2026-12-31T00:00:00+01:00",
    ),
    Cel(
        f"!{matches(_TIMESTAMP)} || !format.datetime().validate(self).hasValue()",
        "there is no such day in the calendar",
    ),
]
