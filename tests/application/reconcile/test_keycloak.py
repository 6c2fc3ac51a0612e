"""What Keycloak says, or fails to say, and what then stands."""

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping
from groupaccess.domain.reasons import Reason


@pytest.fixture
async def unread(granted: ReconcilerHarness) -> ReconcilerHarness:
    """Return the same after a restart while Keycloak is down."""
    granted.restart()
    granted.watch()
    granted.lose_keycloak()
    return granted


async def test_an_outage_changes_nothing_that_stands(granted: ReconcilerHarness) -> None:
    before = dict(granted.cluster.bindings)
    granted.lose_keycloak()
    await granted.reconcile()
    assert granted.cluster.bindings == before
    assert granted.condition("Ready")[0] == "True"
    assert granted.condition("Verified") == ("Unknown", "KeycloakUnavailable")


async def test_nothing_new_is_granted_during_an_outage(granted: ReconcilerHarness) -> None:
    granted.lose_keycloak()
    granted.declare(mapping("ops", "Ops", "view"), mapping("sre", "SRE", "view"))
    await granted.reconcile()
    assert granted.grants == {"sre:view": ("SRE",)}
    assert granted.said_of("ops") == ("Pending", "KeycloakUnavailable")
    assert granted.condition("Ready")[0] == "False"


async def test_drift_is_repaired_during_an_outage(granted: ReconcilerHarness) -> None:
    granted.lose_keycloak()
    key = next(key for key in granted.cluster.bindings if ":sre:" in key.name)
    granted.cluster.remove(key)
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}


async def test_another_role_is_carried_over_during_an_outage(granted: ReconcilerHarness) -> None:
    granted.lose_keycloak()
    granted.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:edit": ("SRE",)}


@pytest.mark.parametrize("restarts", ["running", "after a restart"])
async def test_a_group_that_has_another_id_than_declared_is_carried_nowhere_during_an_outage(
    granted: ReconcilerHarness, restarts: str
) -> None:
    if restarts == "after a restart":
        granted.restart()
        granted.watch()
    granted.lose_keycloak()
    other = mapping("ops", "SRE", "edit", groupId="another")
    granted.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"), other)
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("ops") == ("Pending", "KeycloakUnavailable")


async def test_with_keycloak_down_from_the_start_what_stands_is_left(
    unread: ReconcilerHarness,
) -> None:
    await unread.reconcile()
    assert unread.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert all("apply" not in write and "delete" not in write for write in unread.cluster.writes)


async def test_a_binding_whose_subjects_changed_is_left_while_nothing_is_known(
    unread: ReconcilerHarness,
) -> None:
    key = next(key for key in unread.cluster.bindings if ":sre:" in key.name)
    edited = unread.cluster.edit(key, subjects=())
    await unread.reconcile()
    assert unread.cluster.bindings[key] == edited


async def test_removal_needs_no_keycloak(unread: ReconcilerHarness) -> None:
    unread.declare(mapping("sre", "SRE", "view"))
    await unread.settle()
    assert unread.grants == {"sre:view": ("SRE",)}


async def test_deletion_needs_no_keycloak(unread: ReconcilerHarness) -> None:
    unread.cluster.objects.remove("GroupAccess", "platform")
    await unread.settle()
    assert unread.grants == {}


async def test_before_the_first_reading_nothing_is_granted_or_said(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare()
    await harness.reconcile()
    assert harness.grants == {}
    assert harness.status == {"observedGeneration": -1}
    harness.lose_keycloak()
    await harness.reconcile()
    assert harness.grants == {}
    assert harness.said_of("sre") == ("Pending", "KeycloakUnavailable")
    assert harness.condition("Reconciling")[0] == "True"


async def test_removal_does_not_wait_for_the_first_reading(granted: ReconcilerHarness) -> None:
    granted.restart()
    granted.declare(mapping("sre", "SRE", "view"))
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",)}


async def test_two_groups_of_one_name_are_not_guessed_between(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/a/SRE", "/b/SRE")
    await harness.reconcile()
    assert harness.grants == {}
    assert harness.said_of("sre") == ("Pending", "GroupAmbiguous")
    assert harness.condition("Stalled")[0] == "True"


async def test_the_mapper_and_the_prefix_make_the_subject(harness: ReconcilerHarness) -> None:
    tokens = {"clients": [{"clientId": "headlamp"}], "groupsPrefix": "oidc:"}
    harness.declare_directory(tokens=tokens)
    harness.declare()
    harness.read("/platform/SRE", full_path=True)
    await harness.reconcile()
    assert harness.grants == {"sre:view": ("oidc:/platform/SRE",)}


@pytest.mark.parametrize(
    "reason", [Reason.LOGIN_FAILED, Reason.KEYCLOAK_FORBIDDEN, Reason.ISSUER_MISMATCH]
)
async def test_whatever_keeps_keycloak_from_being_read_revokes_nothing(
    granted: ReconcilerHarness, reason: Reason
) -> None:
    granted.lose_keycloak(reason)
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre")[1] == reason
