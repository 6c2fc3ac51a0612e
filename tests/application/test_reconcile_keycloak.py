"""What Keycloak says, or fails to say, and what then stands."""

import pytest

from fakes.values import mapping
from fakes.world import World
from groupaccess.domain.reasons import Reason


@pytest.fixture
async def granted(world: World) -> World:
    """Return a world in which SRE may view and Dev may edit."""
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    world.read("/SRE", "/Dev")
    await world.settle()
    world.cluster.calls.clear()
    return world


@pytest.fixture
async def unread(granted: World) -> World:
    """Return the same after a restart while Keycloak is down."""
    granted.restart()
    granted.watch()
    granted.lose_keycloak()
    return granted


async def test_an_outage_changes_nothing_that_stands(granted: World) -> None:
    before = dict(granted.cluster.bindings)
    granted.lose_keycloak()
    await granted.reconcile()
    assert granted.cluster.bindings == before
    assert granted.condition("Ready")[0] == "True"
    assert granted.condition("Verified") == ("Unknown", "KeycloakUnavailable")


async def test_nothing_new_is_granted_during_an_outage(granted: World) -> None:
    granted.lose_keycloak()
    granted.declare(mapping("ops", "Ops", "view"), mapping("sre", "SRE", "view"))
    await granted.reconcile()
    assert granted.grants == {"sre:view": ("SRE",)}
    assert granted.said_of("ops") == ("Pending", "KeycloakUnavailable")
    assert granted.condition("Ready")[0] == "False"


async def test_drift_is_repaired_during_an_outage(granted: World) -> None:
    granted.lose_keycloak()
    key = next(key for key in granted.cluster.bindings if ":sre:" in key.name)
    granted.cluster.remove(key)
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}


async def test_another_role_is_carried_over_during_an_outage(granted: World) -> None:
    granted.lose_keycloak()
    granted.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:edit": ("SRE",)}


async def test_with_keycloak_down_from_the_start_what_stands_is_left(unread: World) -> None:
    await unread.reconcile()
    assert unread.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert all("apply" not in write and "delete" not in write for write in unread.cluster.writes)


async def test_a_binding_whose_subjects_changed_is_left_while_nothing_is_known(
    unread: World,
) -> None:
    key = next(key for key in unread.cluster.bindings if ":sre:" in key.name)
    edited = unread.cluster.edit(key, subjects=())
    await unread.reconcile()
    assert unread.cluster.bindings[key] == edited


async def test_removal_needs_no_keycloak(unread: World) -> None:
    unread.declare(mapping("sre", "SRE", "view"))
    await unread.settle()
    assert unread.grants == {"sre:view": ("SRE",)}


async def test_deletion_needs_no_keycloak(unread: World) -> None:
    unread.cluster.objects.remove("GroupAccess", "platform")
    await unread.settle()
    assert unread.grants == {}


async def test_before_the_first_reading_nothing_is_granted_or_said(world: World) -> None:
    world.declare_directory()
    world.declare()
    await world.reconcile()
    assert world.grants == {}
    assert world.status == {"observedGeneration": -1}
    world.lose_keycloak()
    await world.reconcile()
    assert world.grants == {}
    assert world.said_of("sre") == ("Pending", "KeycloakUnavailable")
    assert world.condition("Reconciling")[0] == "True"


async def test_removal_does_not_wait_for_the_first_reading(granted: World) -> None:
    granted.restart()
    granted.declare(mapping("sre", "SRE", "view"))
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",)}


async def test_a_missing_directory_is_waited_for(world: World) -> None:
    world.declare()
    again = await world.reconcile()
    assert again == 300
    assert world.said_of("sre") == ("Pending", "DirectoryNotFound")
    assert world.condition("Reconciling") == ("True", "DirectoryNotFound")


async def test_a_deleted_directory_revokes_nothing(granted: World) -> None:
    granted.cluster.objects.remove("KeycloakDirectory", "default")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "DirectoryNotFound")


async def test_a_group_that_is_missing_is_waited_for_and_then_stalls(world: World) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "sre", "view"))
    world.read("/SRE")
    assert await world.reconcile() == 300
    assert world.condition("Ready") == ("False", "GroupNotFound")
    assert world.condition("Reconciling") == ("True", "GroupNotFound")
    assert "did you mean SRE?" in world.status["mappings"][0]["message"]
    world.clock.advance(200)
    assert await world.reconcile() == pytest.approx(100)
    world.clock.advance(100)
    assert await world.reconcile() is None
    assert world.condition("Reconciling")[0] == "False"
    assert world.condition("Stalled") == ("True", "GroupNotFound")
    world.clock.advance(1000)
    assert await world.reconcile() is None
    assert world.condition("Stalled")[0] == "True"


async def test_patience_goes_on_over_a_restart(world: World) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "sre", "view"))
    world.read("/SRE")
    await world.reconcile()
    world.clock.advance(250)
    world.restart()
    world.read("/SRE")
    assert await world.reconcile() == pytest.approx(50)


async def test_an_edit_begins_the_patience_anew(world: World) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "sre", "view"))
    world.read("/SRE")
    await world.reconcile()
    world.clock.advance(300)
    await world.reconcile()
    assert world.condition("Stalled")[0] == "True"
    world.declare(mapping("sre", "srE", "view"))
    assert await world.reconcile() == 300
    assert world.condition("Stalled")[0] == "False"


async def test_a_group_that_comes_is_granted(world: World) -> None:
    world.declare_directory()
    world.declare()
    world.read("/Other")
    await world.reconcile()
    world.read("/Other", "/SRE")
    await world.reconcile()
    assert world.grants == {"sre:view": ("SRE",)}
    assert world.condition("Reconciling")[0] == "False"


async def test_a_group_that_goes_keeps_its_binding_for_now(granted: World) -> None:
    granted.read("/Dev")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "GroupNotFound")
    assert granted.condition("Verified") == ("False", "GroupNotFound")


async def test_two_groups_of_one_name_are_not_guessed_between(world: World) -> None:
    world.declare_directory()
    world.declare()
    world.read("/a/SRE", "/b/SRE")
    await world.reconcile()
    assert world.grants == {}
    assert world.said_of("sre") == ("Pending", "GroupAmbiguous")
    assert world.condition("Stalled")[0] == "True"


async def test_the_mapper_and_the_prefix_make_the_subject(world: World) -> None:
    tokens = {"clients": [{"clientId": "headlamp"}], "groupsPrefix": "oidc:"}
    world.declare_directory(tokens=tokens)
    world.declare()
    world.read("/platform/SRE", full_path=True)
    await world.reconcile()
    assert world.grants == {"sre:view": ("oidc:/platform/SRE",)}


async def test_a_tightened_list_revokes_at_once_even_during_an_outage(granted: World) -> None:
    granted.lose_keycloak()
    granted.declare_directory(allowedClusterRoles=["edit"])
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",)}
    assert granted.said_of("sre") == ("Revoked", "ClusterRoleNotAllowed")


async def test_a_missing_role_is_waited_for_and_a_deleted_one_revokes_nothing(
    granted: World,
) -> None:
    granted.cluster.roles.discard("edit")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("dev") == ("Held", "ClusterRoleNotFound")
    granted.declare(mapping("ops", "SRE", "not-made-yet"))
    await granted.reconcile()
    assert granted.said_of("ops") == ("Pending", "ClusterRoleNotFound")


@pytest.mark.parametrize(
    "more",
    [
        {"groupId": "0f9503e8"},
        {"namespaces": {"names": ["shop"]}},
        {"expiresAt": "2099-01-01T00:00:00Z"},
        {"onlyOnMondays": True},
    ],
    ids=["groupId", "namespaces", "expiresAt", "a field of a newer version"],
)
async def test_a_field_that_is_not_supported_grants_nothing(
    world: World, more: dict[str, object]
) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view", **more), mapping("dev", "Dev", "edit"))
    world.read("/SRE", "/Dev")
    await world.settle()
    assert world.grants == {"dev:edit": ("Dev",)}
    assert world.said_of("sre") == ("Pending", "NotSupported")
    assert next(iter(more)) in world.status["mappings"][1]["message"]
    assert world.condition("Ready") == ("False", "NotSupported")


@pytest.mark.parametrize("more", [{"suspend": True}, {"until": "later"}])
async def test_an_unsupported_field_of_the_object_grants_nothing(
    world: World, more: dict[str, object]
) -> None:
    world.declare_directory()
    world.declare(**more)
    world.read("/SRE")
    await world.settle()
    assert world.grants == {}
    assert world.said_of("sre")[1] == "NotSupported"


@pytest.mark.parametrize("more", [{"canary": {"group": "c"}}, {"onReplaced": "Warn"}])
async def test_an_unsupported_field_of_the_directory_holds(
    granted: World, more: dict[str, object]
) -> None:
    granted.declare_directory(**more)
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "NotSupported")


@pytest.mark.parametrize(
    "reason", [Reason.LOGIN_FAILED, Reason.KEYCLOAK_FORBIDDEN, Reason.ISSUER_MISMATCH]
)
async def test_whatever_keeps_keycloak_from_being_read_revokes_nothing(
    granted: World, reason: Reason
) -> None:
    granted.lose_keycloak(reason)
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre")[1] == reason
