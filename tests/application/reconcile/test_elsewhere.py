"""Who else grants the same, as the status tells it."""

import pytest

from fakes.granting import binders
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, content, mapping
from groupaccess.domain.binding import BindingKey

BY_HAND = BindingKey("", "sre-by-hand")


def also(harness: ReconcilerHarness, name: str = "sre") -> Spec | None:
    found: Spec | None = harness.mapping(name).get("alsoGrantedBy")
    return found


async def test_a_binding_made_by_hand_is_told(granted: ReconcilerHarness) -> None:
    assert also(granted) is None
    granted.cluster.create(BY_HAND, content("view", "SRE"))
    await granted.reconcile()
    assert also(granted) == {"count": 1, "first": ["ClusterRoleBinding/sre-by-hand"]}
    assert also(granted, "dev") is None
    assert granted.condition("Ready") == ("True", "Granted")
    granted.cluster.remove(BY_HAND)
    await granted.reconcile()
    assert also(granted) is None


async def test_it_is_told_once(granted: ReconcilerHarness) -> None:
    granted.cluster.create(BY_HAND, content("view", "SRE", "Dev"))
    for _ in range(3):
        await granted.reconcile()
    assert granted.cluster.writes == ["status GroupAccess platform"]


async def test_only_the_same_group_and_role_count_or_cluster_admin(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.create(BindingKey("", "other-role"), content("admin", "SRE"))
    granted.cluster.create(BindingKey("", "other-group"), content("view", "Others"))
    granted.cluster.create(BindingKey("shop", "narrower"), content("view", "SRE"))
    await granted.reconcile()
    assert also(granted) is None
    granted.cluster.create(BindingKey("", "boss"), content("cluster-admin", "SRE"))
    await granted.reconcile()
    assert also(granted) == {"count": 1, "first": ["ClusterRoleBinding/boss"]}


async def test_in_namespaces_wider_ones_and_those_beside_it_count(
    harness: ReconcilerHarness,
) -> None:
    harness.cluster.label("shop")
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view", namespaces={"names": ["shop"]}))
    for at in ("shop", "bank"):
        harness.cluster.create(BindingKey(at, "old"), content("view", "SRE"))
    harness.cluster.create(BY_HAND, content("view", "SRE"))
    harness.read("/SRE")
    await harness.settle()
    assert also(harness) == {
        "count": 2,
        "first": ["ClusterRoleBinding/sre-by-hand", "RoleBinding/shop/old"],
    }


async def test_another_mapping_for_the_same_right_counts(granted: ReconcilerHarness) -> None:
    granted.declare(mapping("sre", "SRE", "view"), mapping("twin", "SRE", "view"))
    await granted.settle()
    await granted.settle()
    assert (also(granted) or {})["first"] == ["ClusterRoleBinding/groupaccess:platform:twin:view"]
    assert (also(granted, "twin") or {})["first"] == [
        "ClusterRoleBinding/groupaccess:platform:sre:view"
    ]


async def test_another_object_for_the_same_right_counts(granted: ReconcilerHarness) -> None:
    granted.declare_another("shop", mapping("sre", "SRE", "view"))
    await granted.reconcile("shop")
    await granted.reconcile()
    assert (also(granted) or {})["first"] == ["ClusterRoleBinding/groupaccess:shop:sre:view"]


async def test_what_binds_a_group_shares_it_until_it_is_gone(granted: ReconcilerHarness) -> None:
    made = granted.cluster.create(BY_HAND, content("view", "SRE"))
    assert binders(granted.store.bindings, made) == ["platform"]
    granted.cluster.objects.remove("GroupAccess", "platform")
    await granted.reconcile()
    assert binders(granted.store.bindings, made) == []


async def test_many_are_counted_and_five_are_named(granted: ReconcilerHarness) -> None:
    for number in range(7):
        granted.cluster.create(BindingKey("", f"old-{number}"), content("view", "SRE"))
    await granted.reconcile()
    found = also(granted) or {}
    assert found["count"] == 7
    assert found["first"] == [f"ClusterRoleBinding/old-{number}" for number in range(5)]


async def test_they_are_told_while_keycloak_is_down(granted: ReconcilerHarness) -> None:
    granted.cluster.create(BY_HAND, content("view", "SRE"))
    granted.lose_keycloak()
    await granted.reconcile()
    assert also(granted) is not None


@pytest.mark.parametrize("how", ["suspended", "restarted while Keycloak is down"])
async def test_they_are_told_of_what_is_merely_kept(granted: ReconcilerHarness, how: str) -> None:
    granted.cluster.create(BY_HAND, content("view", "SRE"))
    if how == "suspended":
        granted.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"), suspend=True)
    else:
        granted.restart()
        granted.lose_keycloak()
    await granted.reconcile()
    assert also(granted) is not None
