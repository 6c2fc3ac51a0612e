"""One table names the fields of a mapping: API, domain, import and status know them all."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from domain.handmade import found, granted
from groupaccess.api import v1alpha1 as api
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.mapping_fields import MAPPING_FIELDS, FieldEffect
from groupaccess.domain.access.namespace_scope import NamespaceScope
from groupaccess.domain.adoption.redundancy import find_redundant

# Why it cannot be read is not declared by anybody.
NOT_DECLARED = {"unreadable"}
BASE = AccessMapping("sre", "SRE", "view")

# For each field that makes a grant smaller: a value with which it is smaller than without.
SMALLER: dict[str, dict[str, object]] = {
    "clusterWide": {"scope": NamespaceScope(frozenset({"shop"}))},
    "namespaces": {"scope": NamespaceScope(frozenset({"shop"}))},
    "expiresAt": {"expires_at": datetime(2030, 1, 1, tzinfo=UTC)},
}
MAKES_SMALLER = [
    name
    for name, field in MAPPING_FIELDS.items()
    if field.effect in {FieldEffect.NARROWS, FieldEffect.ENDS}
]


def test_the_api_has_these_fields_and_no_others() -> None:
    names = {name: field.alias for name, field in api.GroupMapping.model_fields.items()}
    assert {alias or name for name, alias in names.items()} == set(MAPPING_FIELDS)


def test_the_domain_has_an_attribute_for_each_and_no_others() -> None:
    known = {field.name for field in fields(AccessMapping)} - NOT_DECLARED
    assert {field.attribute for field in MAPPING_FIELDS.values()} == known


@pytest.mark.parametrize("name", MAKES_SMALLER)
def test_no_binding_is_removed_for_a_grant_that_a_field_makes_smaller(name: str) -> None:
    smaller = replace(BASE, **SMALLER[name])  # type: ignore[arg-type]  # of several types
    by_hand, ours = found("by-hand", "SRE"), granted("sre", "SRE")
    for mapping, removable in ((BASE, True), (smaller, False)):
        bindings = [by_hand.binding, ours.binding]
        (result,) = find_redundant([by_hand], bindings, {"adopted": [mapping]})
        assert result.is_removable is removable


def test_the_status_shows_until_when_and_where() -> None:
    shown = {field.alias or name for name, field in api.MappingStatus.model_fields.items()}
    assert {"name", "clusterRole", "groupId", "expiresAt", "where"} <= shown
