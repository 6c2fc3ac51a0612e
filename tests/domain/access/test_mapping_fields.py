"""One table names the fields of a mapping: API, domain, import and status know them all."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.builders import access, make_context, realm, there
from domain.handmade import found, granted
from domain.saying import say
from groupaccess.api import v1alpha1 as api
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.mapping_fields import MAPPING_FIELDS, FieldEffect
from groupaccess.domain.access.namespace_scope import NamespaceScope
from groupaccess.domain.adoption.redundancy import find_redundant
from groupaccess.domain.adoption.rights import rights

# Why it cannot be read is not declared by anybody.
NOT_DECLARED = {"unreadable"}
BASE = AccessMapping("sre", "SRE", "view")

# For each field that makes a grant smaller: a value with which it is smaller than without.
SMALLER: dict[str, dict[str, object]] = {
    "clusterWide": {"scope": NamespaceScope(frozenset({"shop"}))},
    "namespaces": {"scope": NamespaceScope(frozenset({"shop"}))},
    "expiresAt": {"expires_at": datetime(2030, 1, 1, tzinfo=UTC)},
}
# For each effect: does a field that has it make a grant smaller?
SMALLER_BY_EFFECT = {
    FieldEffect.IDENTIFIES: False,
    FieldEffect.NARROWS: True,
    FieldEffect.PINS: False,
    FieldEffect.ENDS: True,
}
SHOWN_AS = {"group": "groupPath", "clusterWide": "where", "namespaces": "where"}  # in the status
MAKES_SMALLER = [name for name, field in MAPPING_FIELDS.items() if SMALLER_BY_EFFECT[field.effect]]


def smaller_by(name: str) -> AccessMapping:
    return replace(BASE, **SMALLER[name])  # type: ignore[arg-type]  # of several types


def test_each_effect_says_whether_it_makes_a_grant_smaller() -> None:
    assert set(SMALLER_BY_EFFECT) == set(FieldEffect)


def test_the_api_has_these_fields_and_no_others() -> None:
    names = {name: field.alias for name, field in api.GroupMapping.model_fields.items()}
    assert {alias or name for name, alias in names.items()} == set(MAPPING_FIELDS)


def test_the_domain_has_an_attribute_for_each_and_no_others() -> None:
    known = {field.name for field in fields(AccessMapping)} - NOT_DECLARED
    assert {field.attribute for field in MAPPING_FIELDS.values()} == known


@pytest.mark.parametrize("name", MAKES_SMALLER)
def test_no_binding_is_removed_for_a_grant_that_a_field_makes_smaller(name: str) -> None:
    smaller = smaller_by(name)
    by_hand, ours = found("by-hand", "SRE"), granted("sre", "SRE")
    for mapping, removable in ((BASE, True), (smaller, False)):
        bindings = [by_hand.binding, ours.binding]
        (result,) = find_redundant([by_hand], bindings, {"adopted": [mapping]})
        assert result.is_removable is removable


@pytest.mark.parametrize("name", MAKES_SMALLER)
def test_no_draft_takes_a_name_as_if_a_field_did_not_make_the_grant_smaller(name: str) -> None:
    smaller = smaller_by(name)
    before, after = (
        rights(Access("adopted", "uid", 1, "default", (mapping,))) for mapping in (BASE, smaller)
    )
    assert before is not None
    assert after is None or after != before


@pytest.mark.parametrize("name", MAPPING_FIELDS)
def test_the_status_shows_each_field(name: str) -> None:
    shown = {field.alias or name for name, field in api.MappingStatus.model_fields.items()}
    assert SHOWN_AS.get(name, name) in shown


@pytest.mark.parametrize("name", MAKES_SMALLER)
def test_the_report_of_a_grant_that_a_field_makes_smaller_is_another(name: str) -> None:
    smaller = smaller_by(name)
    shop = make_context(realm(), namespaces=there("shop"))
    before, after = (say(access(mapping), shop).mappings for mapping in (BASE, smaller))
    assert before != after


def test_a_grant_is_over_from_its_end_on() -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    lasting, ending = BASE, replace(BASE, expires_at=end)
    assert not lasting.has_ended(end)
    assert not ending.has_ended(end - timedelta(microseconds=1))
    assert ending.has_ended(end)
