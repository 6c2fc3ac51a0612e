"""What may come by itself is waited for, and what goes keeps its binding for now."""

import pytest

from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.domain.directory.suggestions import Suggestion


async def test_a_missing_directory_is_waited_for(harness: ReconcilerHarness) -> None:
    harness.declare()
    again = await harness.reconcile()
    assert again == 300
    assert harness.said_of("sre") == ("Pending", "DirectoryNotFound")
    assert harness.condition("Reconciling") == ("True", "DirectoryNotFound")


async def test_a_deleted_directory_revokes_nothing(granted: ReconcilerHarness) -> None:
    granted.cluster.objects.remove("KeycloakDirectory", "default")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "DirectoryNotFound")


async def test_a_group_that_is_missing_is_waited_for_and_then_stalls(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "sre", "view"))
    harness.read("/SRE")
    assert await harness.reconcile() == 300
    assert harness.condition("Ready") == ("False", "GroupNotFound")
    assert harness.condition("Reconciling") == ("True", "GroupNotFound")
    ref = harness.store.directories.declared["default"].state.ref
    assert harness.store.put_suggestion(ref, "sre", Suggestion(("/SRE",)), 0.0) == {NAME}
    await harness.reconcile()
    assert "did you mean /SRE?" in harness.status["mappings"][0]["message"]
    harness.clock.advance(200)
    assert await harness.reconcile() == pytest.approx(100)
    harness.clock.advance(100)
    assert await harness.reconcile() is None
    assert harness.condition("Reconciling")[0] == "False"
    assert harness.condition("Stalled") == ("True", "GroupNotFound")
    harness.clock.advance(1000)
    assert await harness.reconcile() is None
    assert harness.condition("Stalled")[0] == "True"


async def test_patience_goes_on_over_a_restart(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "sre", "view"))
    harness.read("/SRE")
    await harness.reconcile()
    harness.clock.advance(250)
    harness.restart()
    harness.read("/SRE")
    assert await harness.reconcile() == pytest.approx(50)


async def test_an_edit_begins_the_patience_anew(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "sre", "view"))
    harness.read("/SRE")
    await harness.reconcile()
    harness.clock.advance(300)
    await harness.reconcile()
    assert harness.condition("Stalled")[0] == "True"
    harness.declare(mapping("sre", "srE", "view"))
    assert await harness.reconcile() == 300
    assert harness.condition("Stalled")[0] == "False"


async def test_a_group_that_comes_is_granted(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/Other")
    await harness.reconcile()
    harness.read("/Other", "/SRE")
    await harness.reconcile()
    assert harness.grants == {"sre:view": ("SRE",)}
    assert harness.condition("Reconciling")[0] == "False"


async def test_a_group_that_goes_keeps_its_binding_for_now(granted: ReconcilerHarness) -> None:
    granted.read("/Dev")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "GroupMissing")
    assert granted.condition("Verified") == ("False", "GroupMissing")
