"""An object that cannot be read holds in part, or whole; and says so."""

from typing import Any

import pytest

from fakes.values import mapping
from fakes.world import World

UNREADABLE = mapping("sre", "SRE", "view", groupId={"is": "new"})


async def test_an_item_that_cannot_be_read_stays_bound_and_the_others_go_on(
    granted: World,
) -> None:
    granted.cluster.label("shop")
    shop = mapping("shop", "SRE", "edit", namespaces={"names": ["shop"]})
    granted.declare(UNREADABLE, shop)
    await granted.settle()
    assert granted.grants == {"shop/shop:edit": ("SRE",), "sre:view": ("SRE",)}  # dev was removed
    assert granted.condition("Ready") == ("False", "Unreadable")
    assert granted.condition("Stalled") == ("True", "Unreadable")
    assert granted.status["observedGeneration"] == 2
    assert granted.mapping("sre")["reason"] == "Unreadable"
    assert "spec.mappings[0].groupId" in granted.mapping("sre")["message"]
    assert granted.said_of("shop") == ("Granted", "Granted")
    assert granted.warned_of("Unreadable") == ["platform"]


async def test_an_item_that_cannot_be_read_ends_all_the_same(granted: World) -> None:
    granted.declare({**UNREADABLE, "expiresAt": "2026-01-01T00:00:00Z"})
    await granted.settle()
    assert granted.grants == {}


async def test_an_item_that_cannot_be_read_is_left_as_it_is_whatever_it_says(
    granted: World,
) -> None:
    before = dict(granted.cluster.bindings)
    wide = {**UNREADABLE, "namespaces": {"names": ["shop"]}, "clusterRole": 7}
    granted.declare(wide, mapping("dev", "Dev", "edit"))
    await granted.settle()
    assert granted.cluster.bindings == before
    granted.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    await granted.settle()
    assert granted.condition("Ready") == ("True", "Granted")
    assert granted.cluster.bindings == before


@pytest.mark.parametrize("mappings", [{}, [], "x", [{"group": "SRE"}]], ids=str)
async def test_mappings_that_are_no_list_of_names_hold_everything(
    granted: World,
    mappings: Any,  # noqa: ANN401 -- JSON
) -> None:
    before = dict(granted.cluster.bindings)
    granted.cluster.objects.apply("GroupAccess", "platform", {"mappings": mappings})
    await granted.settle()
    assert granted.cluster.bindings == before
    assert granted.condition("Ready") == ("False", "Unreadable")
    assert "spec.mappings" in granted.status["conditions"][0]["message"]


async def test_the_users_of_a_directory_that_cannot_be_read_hold(granted: World) -> None:
    before = dict(granted.cluster.bindings)
    granted.declare(mapping("sre", "SRE", "view"), mapping("new", "Ops", "view"))
    granted.declare_directory(tokens={"clients": "all"})
    await granted.settle()
    assert granted.cluster.bindings == {
        key: binding for key, binding in before.items() if ":sre:" in key.name
    }
    assert granted.said_of("sre")[1] == "Unreadable"
    assert "spec.tokens.clients" in granted.mapping("sre")["message"]
    granted.declare_directory()
    await granted.settle()
    assert granted.said_of("sre") == ("Granted", "Granted")
