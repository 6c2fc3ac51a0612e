"""What the declaration or the cluster forbids, and what this version does not act upon."""

import pytest

from fakes.values import mapping
from fakes.world import World


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
        {"onlyOnMondays": True},
    ],
    ids=["a field of a newer version"],
)
async def test_a_field_that_is_unknown_field_grants_nothing(
    world: World, more: dict[str, object]
) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view", **more), mapping("dev", "Dev", "edit"))
    world.read("/SRE", "/Dev")
    await world.settle()
    assert world.grants == {"dev:edit": ("Dev",)}
    assert world.said_of("sre") == ("Pending", "UnknownField")
    said = world.status["mappings"][1]["message"]
    assert said.startswith("spec.mappings[0].onlyOnMondays is not known to this version")
    assert world.condition("Ready") == ("False", "UnknownField")


async def test_an_unknown_field_of_the_object_grants_nothing(world: World) -> None:
    world.declare_directory()
    world.declare(until="later")
    world.read("/SRE")
    await world.settle()
    assert world.grants == {}
    assert world.said_of("sre")[1] == "UnknownField"


@pytest.mark.parametrize("more", [{"until": "later"}])
async def test_an_unknown_field_of_the_directory_holds(
    granted: World, more: dict[str, object]
) -> None:
    granted.declare_directory(**more)
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "UnknownField")
