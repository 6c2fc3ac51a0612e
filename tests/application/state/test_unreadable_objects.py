"""What the API server takes and this version cannot read: read as far as it goes, else left."""

from typing import Any

import pytest

from fakes.values import access_spec, body, mapping
from groupaccess.application.state.unreadable_objects import read_access


def read(*mappings: Any, **more: Any) -> Any:
    """Return a GroupAccess, read as far as it can be."""
    return read_access(body("GroupAccess", "platform", access_spec(*mappings, **more))).access


def test_an_object_that_can_be_read_is() -> None:
    access = read(mapping(), suspend=True)
    assert access.suspend
    assert access.unreadable is None
    assert access.mappings[0].unreadable is None


def test_an_item_that_cannot_be_read_says_which_field_and_which_value() -> None:
    bad = mapping("dev", "Dev", expiresAt="tomorrow")
    access = read(mapping(), bad)
    sre, dev = access.mappings
    assert (sre.unreadable, access.unreadable) == (None, None)
    assert dev.unreadable.startswith('spec.mappings[1].expiresAt is "tomorrow": Input should be')
    assert (dev.group, dev.cluster_role, dev.expires_at) == ("Dev", "view", None)


@pytest.mark.parametrize(
    "bad",
    [
        {"clusterRole": 7},
        {"group": {}},
        {"namespaces": {"selector": {}}},
        {"namespaces": "shop"},
        {"groupId": "x" * 99},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_left_out_and_the_end_is_not(bad: dict[str, Any]) -> None:
    (item,) = read({**mapping(expiresAt="2026-01-01T00:00:00Z"), **bad}).mappings
    assert item.unreadable
    assert item.expires_at is not None
    assert item.scope is None
    assert (item.cluster_role == "") is ("clusterRole" in bad)
    assert (item.group == "") is ("group" in bad)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"until": "noon"}, "until"),
        ({"namespaces": {"names": ["a"], "except": ["b"]}}, "namespaces.except"),
    ],
)
def test_a_field_that_is_not_known_is_named_and_the_item_cannot_be_read(
    more: dict[str, Any], path: str
) -> None:
    sre, dev = read(mapping(**more), mapping("dev")).mappings
    words = f"spec.mappings[0].{path} is not known to this version of the operator"
    assert words in sre.unreadable
    assert (sre.group, sre.cluster_role) == ("SRE", "view")
    assert dev.unreadable is None


def test_two_items_of_one_name_cannot_be_read_and_others_can() -> None:
    first, second, other = read(mapping(), mapping(role="edit"), mapping("dev")).mappings
    assert 'spec.mappings[0].name is "sre": another mapping has it' in first.unreadable
    assert second.unreadable
    assert other.unreadable is None


@pytest.mark.parametrize("suspend", ["maybe", {}])
def test_a_fault_beside_the_items_holds_each_of_them(suspend: object) -> None:
    access = read(mapping(), mapping("dev"), suspend=suspend)
    assert access.unreadable is None
    assert all("spec.suspend" in mapping.unreadable for mapping in access.mappings)


@pytest.mark.parametrize(
    "spec",
    [
        None,
        "x",
        {},
        {"mappings": {}},
        {"mappings": []},
        {"mappings": ["x"]},
        {"mappings": [mapping(), {"group": "SRE"}]},
        {"mappings": [mapping("n" * 64)]},
    ],
    ids=str,
)
def test_where_names_cannot_be_read_the_whole_object_cannot(spec: Any) -> None:
    access = read_access(body("GroupAccess", "platform", spec)).access
    assert access.mappings == ()
    assert (access.unreadable or "").startswith("spec")


def test_what_is_observed_is_read_from_a_status_that_can_be() -> None:
    raw = body("GroupAccess", "platform", {}, version="7", generation=3)
    for status in ({"observedGeneration": 2}, {"observedGeneration": "x"}, None):
        observed = read_access({**raw, "status": status}).state
        assert (observed.resource_version, observed.generation) == ("7", 3)
