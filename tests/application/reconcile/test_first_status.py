"""The first status of a new object, beside others that may grant the same."""

import pytest

from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.application.reconcile.access_status_writer import FIRST_STATUS_SECONDS

NOTHING = {"observedGeneration": -1}


@pytest.fixture
def new(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Give a new object whose group exists."""
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    return harness


async def test_it_is_written_at_once_when_nobody_else_waits(new: ReconcilerHarness) -> None:
    await new.reconcile()
    assert new.condition("Ready") == ("True", "Granted")


async def test_beside_others_it_waits_and_the_binding_does_not(new: ReconcilerHarness) -> None:
    new.crowded = True
    assert await new.reconcile() == FIRST_STATUS_SECONDS
    assert len(new.cluster.bindings) == 1
    assert new.status == NOTHING


async def test_it_waits_no_longer_than_that_whatever_happens_meanwhile(
    new: ReconcilerHarness,
) -> None:
    new.crowded = True
    await new.reconcile()
    new.clock.advance(FIRST_STATUS_SECONDS / 2)
    assert await new.reconcile() == FIRST_STATUS_SECONDS / 2
    assert new.status == NOTHING
    new.clock.advance(FIRST_STATUS_SECONDS / 2)
    await new.reconcile()
    assert new.condition("Ready") == ("True", "Granted")


async def test_it_names_the_others_that_were_bound_meanwhile(new: ReconcilerHarness) -> None:
    new.declare_another("other")
    new.crowded = True
    await new.reconcile(NAME)
    await new.reconcile("other")
    new.crowded = False
    await new.reconcile(NAME)
    (only,) = new.status["mappings"]
    assert only["alsoGrantedBy"]["count"] == 1


async def test_only_the_first_status_waits(new: ReconcilerHarness) -> None:
    await new.reconcile()
    new.crowded = True
    new.declare(mapping(group="Ops"))
    await new.reconcile()
    assert new.condition("Ready") == ("False", "GroupNotFound")


async def test_a_new_object_of_a_deleted_ones_name_waits_for_itself(
    new: ReconcilerHarness,
) -> None:
    new.crowded = True
    await new.reconcile()
    new.clock.advance(10 * FIRST_STATUS_SECONDS)
    new.cluster.objects.remove("GroupAccess", NAME)
    await new.reconcile()
    new.declare()
    assert await new.reconcile() == FIRST_STATUS_SECONDS
    assert new.status == NOTHING
