"""What is reported of the time in which the operator was away, or in which it was not there yet."""

import pytest

from fakes.values import mapping
from fakes.world import NAME, World
from groupaccess.application.ports import PassingError

DAY = 86400.0
ADMIN = mapping("sre", "SRE", "edit")


def restart(world: World) -> None:
    """Let the operator begin anew, with what is there by then."""
    world.restart()
    world.read("/SRE", "/Dev")
    world.guard.begin(world.store.accesses.values())


async def test_what_was_written_while_guard_and_operator_were_away_is_reported(
    granted: World,
) -> None:
    granted.declare_another("other", ADMIN)
    granted.cluster.objects.written("other", granted.clock.now())
    granted.clock.advance(DAY)
    granted.guards.make(granted.clock.now())
    granted.clock.advance(DAY)
    restart(granted)
    for name in (NAME, "other"):
        await granted.reconcile(name)
    assert granted.warned_of("Unguarded") == ["other"]


async def test_what_was_written_while_the_operator_alone_was_away_is_not_reported(
    granted: World,
) -> None:
    granted.guards.make(granted.clock.now())
    granted.clock.advance(DAY)
    granted.declare(ADMIN)
    granted.cluster.objects.written(NAME, granted.clock.now())
    granted.declare_another("other", ADMIN)
    granted.cluster.objects.written("other", granted.clock.now())
    granted.clock.advance(DAY)
    restart(granted)
    for name in (NAME, "other"):
        await granted.reconcile(name)
    assert granted.warned_of("Unguarded") == []


async def test_what_does_not_say_when_it_was_written_is_reported(granted: World) -> None:
    granted.guards.make(granted.clock.now())
    granted.clock.advance(DAY)
    granted.declare_another("other", ADMIN)
    granted.cluster.objects.written("other", None)
    restart(granted)
    await granted.reconcile("other")
    assert granted.warned_of("Unguarded") == ["other"]


async def test_where_the_operator_is_new_the_log_names_what_it_finds_and_no_event_comes(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.declare_directory()
    world.declare(ADMIN)
    world.guards.make(world.clock.now())
    restart(world)
    await world.settle()
    assert world.warned_of("Unguarded") == []
    assert f"look through them: {NAME}" in caplog.text


async def test_a_report_that_a_crash_cut_off_comes_after_the_restart(granted: World) -> None:
    granted.guards.remove()
    granted.declare(ADMIN)
    granted.cluster.fail("status")
    with pytest.raises(PassingError):
        await granted.reconcile()
    granted.cluster.notes.clear()
    restart(granted)
    await granted.reconcile()
    assert granted.warned_of("Unguarded") == [NAME]
