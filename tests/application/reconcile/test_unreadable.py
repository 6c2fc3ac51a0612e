"""An object that cannot be read holds in part, or whole; and says so."""

from typing import Any

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping

UNREADABLE = mapping("sre", "SRE", "view", groupId={"is": "new"})


async def test_an_item_that_cannot_be_read_stays_bound_and_the_others_go_on(
    granted: ReconcilerHarness,
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


async def test_an_item_that_cannot_be_read_ends_all_the_same(granted: ReconcilerHarness) -> None:
    granted.declare({**UNREADABLE, "expiresAt": "2026-01-01T00:00:00Z"})
    await granted.settle()
    assert granted.grants == {}


async def test_an_item_that_cannot_be_read_is_left_as_it_is_whatever_it_says(
    granted: ReconcilerHarness,
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
    granted: ReconcilerHarness,
    mappings: Any,
) -> None:
    before = dict(granted.cluster.bindings)
    granted.cluster.objects.apply("GroupAccess", "platform", {"mappings": mappings})
    await granted.settle()
    assert granted.cluster.bindings == before
    assert granted.condition("Ready") == ("False", "Unreadable")
    assert "spec.mappings" in granted.status["conditions"][0]["message"]


async def test_the_users_of_a_directory_that_cannot_be_read_hold(
    granted: ReconcilerHarness,
) -> None:
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


async def test_a_field_that_is_not_known_grants_nothing_and_is_named(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare(
        mapping("sre", "SRE", "view", onlyOnMondays=True), mapping("dev", "Dev", "edit")
    )
    harness.read("/SRE", "/Dev")
    await harness.settle()
    assert harness.grants == {"dev:edit": ("Dev",)}
    assert harness.said_of("sre") == ("Pending", "Unreadable")
    assert harness.mapping("sre")["message"].startswith(
        "spec.mappings[0].onlyOnMondays is not known to this version of the operator. Correct the "
        "field, or upgrade the operator to the version of its CRDs"
    )
    assert harness.condition("Ready") == ("False", "Unreadable")


async def test_a_field_that_is_not_known_holds_what_is_bound_and_the_end_acts(
    granted: ReconcilerHarness,
) -> None:
    before = dict(granted.cluster.bindings)
    sre, dev = mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit")
    granted.declare({**sre, "onlyOnMondays": True}, dev)
    await granted.settle()
    assert granted.cluster.bindings == before
    assert granted.said_of("sre") == ("Held", "Unreadable")
    granted.declare({**sre, "onlyOnMondays": True, "expiresAt": "2026-01-01T00:00:00Z"}, dev)
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",)}


async def test_what_is_removed_beside_a_field_that_is_not_known_goes(
    granted: ReconcilerHarness,
) -> None:
    granted.declare(mapping("sre", "SRE", "view"), until="later")
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "Unreadable")
    assert "spec.until" in granted.mapping("sre")["message"]


async def test_the_users_of_a_directory_with_a_field_that_is_not_known_hold(
    granted: ReconcilerHarness,
) -> None:
    granted.declare(mapping("sre", "SRE", "view"), mapping("new", "Ops", "view"))
    granted.declare_directory(until="later")
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "Unreadable")
    assert 'directory "default": spec.until is not known' in granted.mapping("sre")["message"]
