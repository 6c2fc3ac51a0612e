"""What the operator itself wrote is no news."""

from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared import read_declared_access


def echo(world: ReconcilerHarness) -> set[str]:
    """Let the watch tell of the object as it is now; return whom that touches."""
    body = world.cluster.objects.find("GroupAccess", NAME)
    assert body is not None
    return set(world.store.put_access(read_declared_access(api.GroupAccess.read(body))))


async def test_the_status_that_was_just_written_comes_back_and_touches_nobody(
    world: ReconcilerHarness,
) -> None:
    world.declare_directory()
    world.declare()
    world.read("/SRE")
    await world.reconcile()
    assert world.condition("Ready") == ("True", "Granted")
    assert echo(world) == set()
    assert echo(world) == set()


async def test_an_edit_while_the_status_is_written_is_not_taken_for_an_echo(
    world: ReconcilerHarness,
) -> None:
    world.declare_directory()
    world.declare()
    world.read("/SRE")
    world.cluster.before("status", lambda: world.declare(mapping(group="Ops")))
    await world.reconcile()
    assert world.status == {"observedGeneration": -1}  # it was for what is no longer declared
    assert echo(world) == {NAME}
    await world.reconcile()
    assert world.condition("Ready") == ("False", "GroupNotFound")


async def test_an_edit_between_the_status_and_its_echo_touches_the_object(
    world: ReconcilerHarness,
) -> None:
    world.declare_directory()
    world.declare()
    world.read("/SRE")
    await world.reconcile()
    world.declare(mapping(group="Ops"))  # one event tells of both
    assert echo(world) == {NAME}
