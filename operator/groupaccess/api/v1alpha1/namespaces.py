"""Where a mapping grants: namespaces by name and by label."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from groupaccess.api.model import (
    NO_EMPTY_VALUE,
    Cel,
    ListType,
    NullableValues,
    SpecModel,
    object_keywords,
)
from groupaccess.api.v1alpha1.fields import (
    LabelKey,
    LabelValue,
    NamespaceName,
)

_VALUED = Cel(
    "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
    "values must be given with In and NotIn, and must be left out with Exists and DoesNotExist",
)
_SELECTS = Cel(
    "(has(self.matchLabels) && size(self.matchLabels) > 0) || "
    "(has(self.matchExpressions) && size(self.matchExpressions) > 0)",
    "an empty selector would match every namespace; give matchLabels or matchExpressions, or, for "
    "a grant in the whole cluster, clusterWide: true instead of namespaces",
)
_LABEL_KEYS = Cel(
    "self.all(key, !format.qualifiedName().validate(key).hasValue())",
    "a label's key must be a name such as team or example.com/team",
)
_NAMED = Cel(
    "(has(self.names) && size(self.names) > 0) || has(self.selector)",
    "namespaces must have names, a selector, or both; for a grant in the whole cluster write "
    "clusterWide: true instead of it",
)


def _holds(all_of: str, other: str) -> str:
    """Return the CEL test that a selector has all requirements of another."""
    label = f"key in {all_of}.matchLabels && {all_of}.matchLabels[key] == {other}.matchLabels[key]"
    return (
        f"(!has({other}.matchLabels) || {other}.matchLabels.all(key, "
        f"has({all_of}.matchLabels) && {label})) && "
        f"(!has({other}.matchExpressions) || {other}.matchExpressions.all(each, "
        f"has({all_of}.matchExpressions) && each in {all_of}.matchExpressions))"
    )


_NOT_LOOSENED = Cel(
    "!has(oldSelf.selector) || !has(self.selector) || "
    f"({_holds('self.selector', 'oldSelf.selector')}) || "
    f"!({_holds('oldSelf.selector', 'self.selector')})",
    "a selector must not lose a requirement without gaining another, since it would match more "
    "namespaces; for a wider grant write a mapping with another name",
)


class LabelExpression(SpecModel):
    """One requirement on a namespace's labels, as in every Kubernetes label selector."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_VALUED))

    key: Annotated[
        LabelKey,
        Cel(
            "!format.qualifiedName().validate(self).hasValue()",
            "a label's key must be a name such as team or example.com/team",
        ),
    ]
    """The label's key, such as `team`."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """`In` and `NotIn` compare with `values`; `Exists` and `DoesNotExist` take none."""
    values: Annotated[tuple[LabelValue, ...], Field(max_length=32), ListType("atomic")] = ()
    """The values to compare with, for `In` and `NotIn`. Example: [shop, billing]"""


class LabelSelector(SpecModel):
    """A label selector; all its parts must match."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_SELECTS, atomic=True))

    match_labels: Annotated[
        dict[LabelKey, LabelValue],
        Field(max_length=16),
        NullableValues(),
        NO_EMPTY_VALUE,
        _LABEL_KEYS,
    ] = Field(default={})
    """Labels that a namespace must have, with these values. Example: {team: shop}"""
    match_expressions: Annotated[
        tuple[LabelExpression, ...], Field(max_length=16), ListType("atomic")
    ] = ()
    """Requirements on labels. Example: [{key: env, operator: In, values: [dev, test]}]"""

    @model_validator(mode="after")
    def _selects_something(self) -> Self:
        # Kubernetes reads an empty selector as "everything"; here that would be every namespace.
        if not self.match_labels and not self.match_expressions:
            raise ValueError(_SELECTS.message)
        return self


class Namespaces(SpecModel):
    """Where a mapping grants: the namespaces of `names` and those that match `selector`."""

    model_config = ConfigDict(json_schema_extra=object_keywords(_NAMED, _NOT_LOOSENED))

    names: Annotated[tuple[NamespaceName, ...], Field(max_length=64), ListType("set")] = ()
    """Namespaces by name, at most 64. One that does not exist yet is reported as
    `NamespaceNotFound`; the others get their grant. Example: [shop, shop-staging]"""
    selector: LabelSelector | None = None
    """Namespaces by their labels; it is followed as namespaces come, go and change their labels.
    Whoever may label a namespace decides here where the grant reaches.
    Example: {matchLabels: {team: shop}}"""

    @model_validator(mode="after")
    def _names_or_selects(self) -> Self:
        if not self.names and self.selector is None:
            raise ValueError(_NAMED.message)
        return self
