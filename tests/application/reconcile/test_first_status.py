"""The first status of a new object, beside others that may grant the same."""

import pytest

from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.reconcile.access_status_writer import FIRST_STATUS_SECONDS

NO_STATUS = {"observedGeneration": -1}


@pytest.fixture
def new(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Give a new object whose group exists, beside others that wait."""
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    harness.others_wait = True
    return harness


async def test_it_is_written_at_once_when_nobody_else_waits(new: ReconcilerHarness) -> None:
    new.others_wait = False
    await new.reconcile()
    assert new.condition("Ready") == ("True", "Granted")


async def test_beside_others_it_waits_and_the_binding_does_not(new: ReconcilerHarness) -> None:
    assert await new.reconcile() is None
    assert new.woken == [(NAME, FIRST_STATUS_SECONDS)]
    assert len(new.cluster.bindings) == 1
    assert new.status == NO_STATUS


async def test_it_waits_no_longer_than_that_whatever_happens_meanwhile(
    new: ReconcilerHarness,
) -> None:
    await new.reconcile()
    new.clock.advance(FIRST_STATUS_SECONDS / 2)
    new.declare(mapping(group="SRE", role="edit"))
    await new.reconcile()
    assert new.woken[-1] == (NAME, FIRST_STATUS_SECONDS / 2)
    assert new.status == NO_STATUS
    new.clock.advance(FIRST_STATUS_SECONDS / 2)
    await new.reconcile()
    assert new.condition("Ready") == ("False", "Progressing")  # the former role goes in a moment


async def test_a_write_that_fails_meanwhile_is_tried_again_in_its_own_time(
    new: ReconcilerHarness,
) -> None:
    new.cluster.fail("apply", TransientError("no answer"))
    again = await new.reconcile()
    assert again is not None
    assert again < FIRST_STATUS_SECONDS


async def test_what_is_removed_meanwhile_is_revoked_at_once(new: ReconcilerHarness) -> None:
    await new.reconcile()
    new.declare(mapping("other", group="SRE", role="edit"))
    new.clock.advance(2.5)
    await new.reconcile()
    new.clock.advance(2.5)
    await new.reconcile()
    assert [key.name for key in new.cluster.bindings] == [f"groupaccess:{NAME}:other:edit"]


async def test_it_names_the_others_that_were_bound_meanwhile(new: ReconcilerHarness) -> None:
    new.declare_another("other")
    await new.reconcile(NAME)
    await new.reconcile("other")
    new.others_wait = False
    await new.reconcile(NAME)
    (only,) = new.status["mappings"]
    assert only["alsoGrantedBy"]["count"] == 1


async def test_only_the_first_status_waits(new: ReconcilerHarness) -> None:
    new.others_wait = False
    await new.reconcile()
    new.others_wait = True
    new.declare(mapping(group="Ops"))
    await new.reconcile()
    assert new.condition("Ready") == ("False", "GroupNotFound")


async def test_a_suggestion_is_looked_for_before_the_status(new: ReconcilerHarness) -> None:
    new.declare(mapping(group="Sre"))
    await new.reconcile()
    assert new.status == NO_STATUS
    assert new.suggested == [("default", "Sre")]


async def test_an_object_that_takes_the_name_of_a_deleted_one_waits_anew(
    new: ReconcilerHarness,
) -> None:
    await new.reconcile()
    new.clock.advance(10 * FIRST_STATUS_SECONDS)
    new.cluster.objects.remove("GroupAccess", NAME)
    await new.reconcile()
    new.declare()
    await new.reconcile()
    assert new.woken[-1] == (NAME, FIRST_STATUS_SECONDS)
    assert new.status == NO_STATUS
