"""What the declaration or the cluster forbids."""

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
