"""What may come by itself is waited for, and what goes keeps its binding for now."""

import pytest

from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.domain.directory.suggestions import Suggestion


async def test_a_missing_directory_is_waited_for(world: ReconcilerHarness) -> None:
    world.declare()
    again = await world.reconcile()
    assert again == 300
    assert world.said_of("sre") == ("Pending", "DirectoryNotFound")
    assert world.condition("Reconciling") == ("True", "DirectoryNotFound")


async def test_a_deleted_directory_revokes_nothing(granted: ReconcilerHarness) -> None:
    granted.cluster.objects.remove("KeycloakDirectory", "default")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "DirectoryNotFound")


async def test_a_group_that_is_missing_is_waited_for_and_then_stalls(
    world: ReconcilerHarness,
) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "sre", "view"))
    world.read("/SRE")
    assert await world.reconcile() == 300
    assert world.condition("Ready") == ("False", "GroupNotFound")
    assert world.condition("Reconciling") == ("True", "GroupNotFound")
    ref = world.store.directories.declared["default"].state.ref
    assert world.store.put_suggestion(ref, "sre", Suggestion(("/SRE",)), 0.0) == {NAME}
    await world.reconcile()
    assert "did you mean /SRE?" in world.status["mappings"][0]["message"]
    world.clock.advance(200)
    assert await world.reconcile() == pytest.approx(100)
    world.clock.advance(100)
    assert await world.reconcile() is None
    assert world.condition("Reconciling")[0] == "False"
    assert world.condition("Stalled") == ("True", "GroupNotFound")
    world.clock.advance(1000)
    assert await world.reconcile() is None
    assert world.condition("Stalled")[0] == "True"


async def test_patience_goes_on_over_a_restart(world: ReconcilerHarness) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "sre", "view"))
    world.read("/SRE")
    await world.reconcile()
    world.clock.advance(250)
    world.restart()
    world.read("/SRE")
    assert await world.reconcile() == pytest.approx(50)


async def test_an_edit_begins_the_patience_anew(world: ReconcilerHarness) -> None:
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


async def test_a_group_that_comes_is_granted(world: ReconcilerHarness) -> None:
    world.declare_directory()
    world.declare()
    world.read("/Other")
    await world.reconcile()
    world.read("/Other", "/SRE")
    await world.reconcile()
    assert world.grants == {"sre:view": ("SRE",)}
    assert world.condition("Reconciling")[0] == "False"


async def test_a_group_that_goes_keeps_its_binding_for_now(granted: ReconcilerHarness) -> None:
    granted.read("/Dev")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "GroupMissing")
    assert granted.condition("Verified") == ("False", "GroupMissing")
