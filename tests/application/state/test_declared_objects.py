"""Each field of a mapping is read from the API, also from a mapping that is partly unreadable."""

from typing import Any

import pytest

from fakes.values import access_spec, body
from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared_objects import read_declared_mapping
from groupaccess.application.state.unreadable_objects import read_access
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.mapping_fields import MAPPING_FIELDS, FieldEffect

BASE: dict[str, Any] = {
    "name": "sre",
    "group": "SRE",
    "clusterRole": "view",
    "namespaces": {"names": ["shop"]},
}
# For each field: a mapping that differs from BASE by it, and by what it excludes.
CHANGED: dict[str, dict[str, Any]] = {
    "name": BASE | {"name": "dev"},
    "group": BASE | {"group": "/dev"},
    "clusterRole": BASE | {"clusterRole": "edit"},
    "groupId": BASE | {"groupId": "0f9503e8-9c1e-4a6b-8f5d-2f6f6d1c7a10"},
    "clusterWide": {key: BASE[key] for key in BASE if key != "namespaces"} | {"clusterWide": True},
    "namespaces": BASE | {"namespaces": {"names": ["bank"]}},
    "expiresAt": BASE | {"expiresAt": "2030-01-01T00:00:00Z"},
}
# For each effect: does it count even of a mapping that this version cannot read as a whole?
SURE_BY_EFFECT = {
    FieldEffect.IDENTIFIES: True,
    FieldEffect.NARROWS: False,
    FieldEffect.PINS: False,
    FieldEffect.ENDS: True,
}
SURE = [name for name, field in MAPPING_FIELDS.items() if SURE_BY_EFFECT[field.effect]]


def read(mapping: dict[str, Any]) -> AccessMapping:
    return read_declared_mapping(api.GroupMapping.model_validate(mapping))


def test_each_effect_says_whether_it_is_sure() -> None:
    assert set(SURE_BY_EFFECT) == set(FieldEffect)


@pytest.mark.parametrize("name", MAPPING_FIELDS)
def test_each_field_of_a_mapping_is_read(name: str) -> None:
    changed, attribute = CHANGED[name], MAPPING_FIELDS[name].attribute
    assert name in changed
    assert getattr(read(changed), attribute) != getattr(read(BASE), attribute)


@pytest.mark.parametrize("name", SURE)
def test_an_unreadable_mapping_still_has_its_end_and_what_identifies_it(name: str) -> None:
    newer = CHANGED[name] | {"onlyOnFridays": True}
    (mapping,) = read_access(body("GroupAccess", "platform", access_spec(newer))).access.mappings
    assert mapping.unreadable
    attribute = MAPPING_FIELDS[name].attribute
    assert getattr(mapping, attribute) == getattr(read(CHANGED[name]), attribute)
