"""What the operator itself wrote is no news."""

from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared_objects import read_declared_access


def echo(harness: ReconcilerHarness) -> set[str]:
    """Let the watch tell of the object as it is now; return whom that touches."""
    body = harness.cluster.objects.find("GroupAccess", NAME)
    assert body is not None
    return set(harness.store.put_access(read_declared_access(api.GroupAccess.read(body))))


async def test_the_status_that_was_just_written_comes_back_and_touches_nobody(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    await harness.reconcile()
    assert harness.condition("Ready") == ("True", "Granted")
    assert echo(harness) == set()
    assert echo(harness) == set()


async def test_an_edit_while_the_status_is_written_is_not_taken_for_an_echo(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    harness.cluster.before("status", lambda: harness.declare(mapping(group="Ops")))
    await harness.reconcile()
    assert harness.status == {"observedGeneration": -1}  # it was for what is no longer declared
    assert echo(harness) == {NAME}
    await harness.reconcile()
    assert harness.condition("Ready") == ("False", "GroupNotFound")


async def test_an_edit_between_the_status_and_its_echo_touches_the_object(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    await harness.reconcile()
    harness.declare(mapping(group="Ops"))  # one event tells of both
    assert echo(harness) == {NAME}
