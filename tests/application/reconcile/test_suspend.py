"""A suspended object: what stands is left, what drifts is named, what ends still ends."""

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping
from groupaccess.domain.binding import BindingKey

SRE, DEV = mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit")
BOTH = {"dev:edit": ("Dev",), "sre:view": ("SRE",)}


@pytest.fixture
async def suspended(granted: ReconcilerHarness) -> ReconcilerHarness:
    """Return the same, suspended."""
    granted.declare(SRE, DEV, suspend=True)
    await granted.settle()
    granted.cluster.calls.clear()
    return granted


async def test_what_stands_stays_and_is_ready(suspended: ReconcilerHarness) -> None:
    assert suspended.grants == BOTH
    assert suspended.condition("Ready") == ("True", "Suspended")
    assert suspended.condition("Verified") == ("Unknown", "Suspended")
    assert suspended.said_of("sre") == ("Granted", "Suspended")
    assert await suspended.reconcile() is None
    assert suspended.cluster.writes == []


async def test_nothing_new_is_granted(suspended: ReconcilerHarness) -> None:
    suspended.declare(SRE, DEV, mapping("ops", "Dev", "view"), suspend=True)
    await suspended.settle()
    assert suspended.grants == BOTH
    assert suspended.said_of("ops") == ("Pending", "Suspended")
    assert str(key(name="ops")) in suspended.mapping("ops")["message"]
    assert suspended.condition("Ready") == ("False", "Suspended")


async def test_an_object_that_is_made_suspended_grants_nothing(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(suspend=True)
    harness.read("/SRE")
    await harness.settle()
    assert harness.grants == {}
    assert harness.said_of("sre") == ("Pending", "Suspended")


async def test_drift_is_named_left_and_repaired_when_it_goes_on(
    suspended: ReconcilerHarness,
) -> None:
    drifted = suspended.cluster.edit(key(), subjects=())
    await suspended.reconcile()
    assert suspended.cluster.bindings[key()] == drifted
    message = suspended.mapping()["message"]
    assert message.startswith('suspended by this GroupAccess: would bind Group "SRE" to')
    assert message.endswith(
        f"{key()} differs from what is declared, and is not repaired while it is suspended."
    )
    assert suspended.said_of("sre") == ("Pending", "Suspended")
    assert suspended.condition("Ready") == ("False", "Suspended")
    suspended.declare(SRE, DEV)
    await suspended.settle()
    assert suspended.grants == BOTH
    assert suspended.condition("Ready") == ("True", "Granted")
    assert suspended.metrics.counts["drift"] == 1


async def test_a_binding_that_was_deleted_is_named_and_left(suspended: ReconcilerHarness) -> None:
    suspended.cluster.remove(key())
    await suspended.reconcile()
    assert (
        f"{key()} does not exist, and is not created while it is suspended."
        in suspended.mapping()["message"]
    )
    assert suspended.grants == {"dev:edit": ("Dev",)}


async def test_drift_is_said_once(suspended: ReconcilerHarness) -> None:
    suspended.cluster.edit(key(), subjects=())
    for _ in range(3):
        await suspended.reconcile()
    assert suspended.cluster.writes == ["status GroupAccess platform"]


async def test_a_new_namespace_is_named_and_waits(harness: ReconcilerHarness) -> None:
    harness.cluster.label("shop", team="a")
    selector = {"selector": {"matchLabels": {"team": "a"}}}
    declared = mapping("sre", "SRE", "view", namespaces=selector)
    harness.declare_directory()
    harness.declare(declared)
    harness.read("/SRE")
    await harness.settle()
    harness.declare(declared, suspend=True)
    harness.cluster.label("bank", team="a")
    await harness.settle()
    assert list(harness.grants) == ["shop/sre:view"]
    assert harness.said_of("sre") == ("Held", "Suspended")
    where = harness.mapping()["where"]
    assert (where["wanted"], where["granted"]) == (2, 1)
    assert [problem["namespace"] for problem in where["problems"]] == ["bank"]
    harness.cluster.label("shop", team="other")
    await harness.settle()
    assert harness.grants == {}


async def test_removal_still_acts(suspended: ReconcilerHarness) -> None:
    suspended.declare(DEV, suspend=True)
    await suspended.settle()
    assert suspended.grants == {"dev:edit": ("Dev",)}


async def test_another_role_ends_the_old_one_and_is_not_granted(
    suspended: ReconcilerHarness,
) -> None:
    suspended.declare(mapping("sre", "SRE", "edit"), DEV, suspend=True)
    assert await suspended.reconcile() is None
    assert suspended.grants == {"dev:edit": ("Dev",)}


async def test_deletion_still_acts(suspended: ReconcilerHarness) -> None:
    suspended.cluster.objects.remove("GroupAccess", "platform")
    await suspended.settle()
    assert suspended.grants == {}


@pytest.mark.parametrize("drift", ["edited", "deleted"])
async def test_what_was_proven_repairs_after_it_went_on_while_keycloak_is_down(
    suspended: ReconcilerHarness, drift: str
) -> None:
    if drift == "edited":
        suspended.cluster.edit(key(), subjects=())
    else:
        suspended.cluster.remove(key())
    suspended.lose_keycloak()
    await suspended.settle()
    said = suspended.mapping()["message"]
    assert str(key()) in said
    await suspended.settle()
    assert suspended.mapping()["message"] == said
    suspended.declare(SRE, DEV)
    await suspended.settle()
    assert suspended.grants == BOTH


async def test_what_was_proven_of_a_removed_mapping_is_forgotten(
    suspended: ReconcilerHarness,
) -> None:
    suspended.declare(DEV, suspend=True)
    await suspended.settle()
    assert set(suspended.store.memory("platform").applied) == {key(name="dev", role="edit")}


async def test_what_was_proven_of_a_mapping_that_ended_is_forgotten(
    suspended: ReconcilerHarness,
) -> None:
    ended = {**SRE, "expiresAt": "2026-01-01T11:00:00Z"}
    suspended.declare(ended, DEV, suspend=True)
    await suspended.settle()
    suspended.lose_keycloak()
    suspended.declare(SRE, DEV)
    await suspended.settle()
    assert suspended.grants == {"dev:edit": ("Dev",)}
    assert suspended.said_of("sre") == ("Pending", "KeycloakUnavailable")


async def test_a_label_that_is_taken_off_is_drift_too(suspended: ReconcilerHarness) -> None:
    suspended.cluster.edit(key(), has_managed_by_label=False)
    await suspended.reconcile()
    assert not suspended.cluster.bindings[key()].content.has_managed_by_label
    assert "differs from what is declared" in suspended.mapping()["message"]


async def test_one_with_another_role_under_our_label_is_not_what_is_declared(
    suspended: ReconcilerHarness,
) -> None:
    where = BindingKey("", key().name)
    content = suspended.cluster.bindings[where].content
    suspended.cluster.remove(where)
    role = content.role._replace(name="cluster-admin")
    suspended.cluster.create(where, content)
    suspended.cluster.edit(where, role=role)
    await suspended.settle()
    assert suspended.grants == {"dev:edit": ("Dev",)}
    assert f"{where} does not exist, and is not created" in suspended.mapping()["message"]
