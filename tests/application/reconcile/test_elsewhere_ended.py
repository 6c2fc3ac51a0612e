"""Who else grants what a mapping gives no more: only without them "revoked" means revoked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.clock import BEGIN
from fakes.granting import binders
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, content, mapping
from groupaccess.domain.binding import BindingKey, Subject
from groupaccess.domain.reasons import Reason

BY_HAND = BindingKey("", "sre-by-hand")
END = BEGIN + timedelta(hours=1)
ALSO = {"count": 1, "first": ["ClusterRoleBinding/sre-by-hand"]}


def ending(**more: object) -> Spec:
    return mapping("sre", "SRE", "view", expiresAt=END.isoformat(), **more)


@pytest.fixture
async def ends(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster with a grant that ends in an hour, and another binding does not."""
    harness.cluster.label("shop")
    harness.declare_directory()
    harness.declare(ending())
    harness.read("/SRE", "/Dev")
    await harness.settle()
    harness.cluster.create(BY_HAND, content("view", "SRE"))
    await harness.reconcile()
    assert also(harness) == ALSO
    harness.cluster.calls.clear()
    return harness


def also(harness: ReconcilerHarness) -> Spec | None:
    found: Spec | None = harness.mapping().get("alsoGrantedBy")
    return found


async def end(harness: ReconcilerHarness) -> None:
    harness.clock.advance(3600)
    await harness.reconcile()
    assert harness.grants == {}


async def test_an_expired_mapping_tells_who_still_grants_the_same(ends: ReconcilerHarness) -> None:
    await end(ends)
    assert ends.said_of("sre") == ("Expired", "Expired")
    assert also(ends) == ALSO
    assert "subjects" not in ends.mapping()


async def test_it_is_told_once(ends: ReconcilerHarness) -> None:
    await end(ends)
    ends.cluster.calls.clear()
    for _ in range(3):
        await ends.reconcile()
    assert ends.cluster.writes == []


async def test_it_is_kept_up_to_date(ends: ReconcilerHarness) -> None:
    await end(ends)
    ends.cluster.remove(BY_HAND)
    await ends.reconcile()
    assert also(ends) is None
    made = ends.cluster.create(BY_HAND, content("cluster-admin", "SRE"))
    assert binders(ends.store.bindings, made) == ["platform"]
    await ends.reconcile()
    assert also(ends) == ALSO


@pytest.mark.parametrize("how", ["not allowed", "expired at creation"])
async def test_one_that_never_stood_tells_it_by_what_keycloak_says(
    harness: ReconcilerHarness, how: str
) -> None:
    harness.cluster.create(BY_HAND, content("view", "SRE"))
    harness.declare_directory(**({"allowedClusterRoles": ["edit"]} if how == "not allowed" else {}))
    harness.declare(mapping() if how == "not allowed" else mapping(expiresAt=BEGIN.isoformat()))
    harness.read("/SRE")
    await harness.settle()
    assert also(harness) == ALSO


async def test_in_namespaces_only_those_count_that_are_declared(harness: ReconcilerHarness) -> None:
    for name in ("shop", "bank"):
        harness.cluster.label(name)
        harness.cluster.create(BindingKey(name, "old"), content("view", "SRE"))
    harness.declare_directory()
    harness.declare(mapping(expiresAt=BEGIN.isoformat(), namespaces={"names": ["shop"]}))
    harness.read("/SRE")
    await harness.settle()
    assert also(harness) == {"count": 1, "first": ["RoleBinding/shop/old"]}


async def test_a_group_that_is_renamed_is_told_of_by_its_new_name(ends: ReconcilerHarness) -> None:
    ends.declare(ending(), mapping("dev", "Dev", "edit"))
    await end_with_dev(ends)
    ends.read("/SRE", "/Dev", full_path=True)
    await ends.reconcile()
    assert also(ends) is None
    ends.cluster.create(BindingKey("", "by-path"), content("view", "/SRE"))
    await ends.reconcile()
    assert also(ends) == {"count": 1, "first": ["ClusterRoleBinding/by-path"]}


async def end_with_dev(harness: ReconcilerHarness) -> None:
    harness.clock.advance(3600)
    await harness.settle()
    assert harness.grants == {"dev:edit": ("Dev",)}


async def test_keycloak_that_is_down_takes_nothing_of_it_away(ends: ReconcilerHarness) -> None:
    ends.lose_keycloak()
    await end(ends)
    assert also(ends) == ALSO


@pytest.mark.parametrize("times", [1, 3])
async def test_what_stood_last_is_told_of_when_keycloak_was_never_read(
    ends: ReconcilerHarness, times: int
) -> None:
    ends.restart()
    ends.lose_keycloak()
    await end(ends)
    for _ in range(times):
        await ends.reconcile()
    assert also(ends) == ALSO


async def test_what_stood_last_is_told_of_when_the_group_is_gone(ends: ReconcilerHarness) -> None:
    ends.read("/Dev")
    await ends.reconcile()
    await end(ends)
    await ends.reconcile()
    assert also(ends) == ALSO


async def test_what_went_before_the_first_reading_failed_is_remembered(
    ends: ReconcilerHarness,
) -> None:
    ends.restart()
    await end(ends)
    ends.lose_keycloak(Reason.LOGIN_FAILED)
    await ends.reconcile()
    assert also(ends) == ALSO


async def test_a_string_that_the_group_cannot_have_is_not_remembered(
    ends: ReconcilerHarness,
) -> None:
    ends.restart()
    ends.lose_keycloak()
    (key,) = (key for key in ends.cluster.bindings if ":" in key.name)
    stood = ends.cluster.bindings[key].content
    subjects = (*stood.subjects, Subject("Group", "Forged"))
    ends.cluster.create(key, replace(stood, subjects=subjects))
    ends.cluster.create(BindingKey("", "forged"), content("view", "Forged"))
    await end(ends)
    assert also(ends) == ALSO


async def test_another_group_does_not_inherit_what_the_former_bound(
    ends: ReconcilerHarness,
) -> None:
    ends.restart()
    ends.lose_keycloak()
    await end(ends)
    assert also(ends) == ALSO
    ends.declare(mapping("sre", "Dev", "view", expiresAt=END.isoformat()))
    await ends.reconcile()
    assert also(ends) is None
    ends.declare(ending())
    await ends.reconcile()
    assert also(ends) is None  # it was another declaration in between


async def test_another_directory_does_not_inherit_what_was_bound_by_the_former(
    ends: ReconcilerHarness,
) -> None:
    ends.restart()
    ends.lose_keycloak()
    await end(ends)
    assert also(ends) == ALSO
    ends.declare(ending(), directoryRef={"name": "other"})
    await ends.reconcile()
    assert also(ends) is None


async def test_who_is_gone_is_woken_no_more(ends: ReconcilerHarness) -> None:
    await end(ends)
    made = ends.cluster.create(BY_HAND, content("view", "SRE"))
    ends.cluster.objects.remove("GroupAccess", "platform")
    await ends.reconcile()
    assert binders(ends.store.bindings, made) == []
