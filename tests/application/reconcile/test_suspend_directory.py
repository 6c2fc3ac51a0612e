"""A suspended directory: nothing is written for its mappings, and each says what would be bound."""

from datetime import UTC, datetime

import pytest

from application.reconcile.renamed_groups import called, read
from fakes.answers import take_in
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import directory, key, mapping, snapshot
from groupaccess.application.state.store import Store
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.reasons import Reason

SRE, DEV = mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit")
BOTH = {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
BY = 'suspended by KeycloakDirectory "default": would bind'


async def set_suspend(harness: ReconcilerHarness, *, suspend: bool) -> None:
    """Write the field out, and let the watch tell of it; what was read stays known."""
    harness.declare_directory(suspend=suspend)
    await harness.settle()


@pytest.fixture
async def suspended(granted: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE may view and Dev may edit, whose directory is suspended."""
    await set_suspend(granted, suspend=True)
    granted.cluster.calls.clear()
    return granted


async def test_a_first_installation_writes_nothing_and_says_what_would_be_bound(
    harness: ReconcilerHarness,
) -> None:
    for name in ("shop", "bank", "lab"):
        harness.cluster.label(name)
    places = {"names": ["shop", "bank", "lab"]}
    harness.declare_directory(suspend=True)
    harness.declare(SRE, mapping("dev", "Dev", "edit", namespaces=places), mapping("ops", "Opps"))
    harness.read("/SRE", "/Dev", "/Ops")
    await harness.settle()
    assert harness.grants == {}
    assert harness.cluster.writes == ["status GroupAccess platform"]
    said = {name: harness.mapping(name)["message"] for name in ("sre", "dev", "ops")}
    assert f'{BY} Group "SRE" to ClusterRole "view" in the whole cluster.' in said["sre"]
    assert f'{BY} Group "Dev" to ClusterRole "edit" in 3 namespaces.' in said["dev"]
    assert f'{BY} nothing new: Keycloak has no group "Opps".' in said["ops"]
    assert harness.suggested == [("default", "Opps")]  # for a hint in that message
    assert harness.condition("Ready") == ("False", "Suspended")
    assert {harness.said_of(name) for name in said} == {("Pending", "Suspended")}
    await set_suspend(harness, suspend=False)
    assert set(harness.grants) == {"sre:view", "bank/dev:edit", "lab/dev:edit", "shop/dev:edit"}


async def test_what_stands_stays_and_is_ready(suspended: ReconcilerHarness) -> None:
    assert suspended.grants == BOTH
    assert suspended.condition("Ready") == ("True", "Suspended")
    assert suspended.said_of("sre") == ("Granted", "Suspended")
    assert await suspended.reconcile() is None
    assert suspended.cluster.writes == []


async def test_drift_is_named_and_left_until_it_goes_on(suspended: ReconcilerHarness) -> None:
    drifted = suspended.cluster.edit(key(), subjects=())
    suspended.cluster.remove(key(name="dev", role="edit"))
    await suspended.reconcile()
    assert suspended.cluster.bindings == {key(): drifted}
    assert (
        f"{key()} differs from what is declared, and is not repaired while it is suspended."
        in (suspended.mapping()["message"])
    )
    assert (
        "does not exist, and is not created while it is suspended."
        in suspended.mapping("dev")["message"]
    )
    await set_suspend(suspended, suspend=False)
    assert suspended.grants == BOTH


async def test_what_keycloak_says_is_told_and_acts_when_it_goes_on(
    suspended: ReconcilerHarness,
) -> None:
    suspended.read("/SRE", "/platform/Dev", "/apps/Dev")
    await suspended.settle()
    assert suspended.grants == BOTH
    assert suspended.said_of("dev") == ("Held", "Suspended")
    assert f"{BY} nobody: group /Dev" in suspended.mapping("dev")["message"]
    await set_suspend(suspended, suspend=False)
    assert {key: whom for key, whom in suspended.grants.items() if whom} == {"sre:view": ("SRE",)}


@pytest.mark.parametrize("restarted", [False, True])
async def test_expiry_removal_and_a_role_that_is_not_allowed_still_act(
    suspended: ReconcilerHarness, *, restarted: bool
) -> None:
    if restarted:
        suspended.restart()
    suspended.declare({**SRE, "expiresAt": "2026-01-01T11:00:00Z"}, DEV, mapping("ops", "SRE"))
    await suspended.settle()
    assert suspended.grants == {"dev:edit": ("Dev",)}
    suspended.declare_directory(suspend=True, allowedClusterRoles=["view"])
    await suspended.settle()
    assert suspended.grants == {}


async def test_the_words_stay_while_keycloak_is_down(suspended: ReconcilerHarness) -> None:
    said = suspended.mapping()["message"]
    suspended.lose_keycloak()
    await suspended.settle()
    assert suspended.mapping()["message"] == said
    assert suspended.cluster.writes == []


async def test_an_object_that_is_suspended_too_waits_for_both(suspended: ReconcilerHarness) -> None:
    suspended.declare(SRE, DEV, mapping("ops", "Dev", "view"), suspend=True)
    await suspended.settle()
    assert 'KeycloakDirectory "default" and this GroupAccess' in suspended.mapping()["message"]
    await set_suspend(suspended, suspend=False)
    assert suspended.mapping()["message"].startswith("suspended by this GroupAccess: ")
    assert suspended.grants == BOTH


def test_what_was_read_and_seen_stays_known_when_only_suspend_changes() -> None:
    store, canary = Store(), {"group": "canary"}
    store.put_directory(directory(canary=canary))
    take_in(store, snapshot("/SRE"), datetime(2026, 1, 1, tzinfo=UTC))
    store.put_oidc_check(
        "default", OidcCheckResult("True", Reason.API_SERVER_AGREES, "as declared")
    )
    store.put_directory(directory(version="2", suspend=True, canary=canary))
    assert store.directories.reading("default").snapshot is not None
    assert "default" in store.directories.oidc_checks
    store.put_directory(directory(version="3", suspend=True, canary={"group": "other"}))
    assert "default" not in store.directories.oidc_checks


async def test_a_name_from_before_a_rename_goes_to_no_new_namespace_while_nothing_is_read(
    harness: ReconcilerHarness,
) -> None:
    harness.cluster.label("shop", team="t")
    harness.declare_directory(suspend=True)
    selector = {"selector": {"matchLabels": {"team": "t"}}}
    harness.declare(mapping("sre", "SRE", "view", namespaces=selector))
    await set_suspend(harness, suspend=False)
    await read(harness, called("SRE"))
    assert harness.grants == {"shop/sre:view": ("SRE",)}
    await set_suspend(harness, suspend=True)
    harness.restart()
    await read(harness, called("OPS"))
    harness.cluster.objects.remove("KeycloakDirectory", "default")
    harness.cluster.label("bank", team="t")
    await harness.settle()
    await set_suspend(harness, suspend=False)
    assert harness.grants == {"shop/sre:view": ("SRE",)}
    await read(harness, called("OPS"))
    assert set(harness.grants) == {"shop/sre:view", "bank/sre:view"}
    assert harness.grants["bank/sre:view"] == ("OPS",)
