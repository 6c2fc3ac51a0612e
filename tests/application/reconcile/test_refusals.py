"""What the declaration or the cluster forbids."""

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping


async def test_a_tightened_list_revokes_at_once_even_during_an_outage(
    granted: ReconcilerHarness,
) -> None:
    granted.lose_keycloak()
    granted.declare_directory(allowedClusterRoles=["edit"])
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",)}
    assert granted.said_of("sre") == ("Revoked", "ClusterRoleNotAllowed")


async def test_a_missing_role_is_waited_for_and_a_deleted_one_revokes_nothing(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.roles.discard("edit")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("dev") == ("Held", "ClusterRoleNotFound")
    granted.declare(mapping("ops", "SRE", "not-made-yet"))
    await granted.reconcile()
    assert granted.said_of("ops") == ("Pending", "ClusterRoleNotFound")
