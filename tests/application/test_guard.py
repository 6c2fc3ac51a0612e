"""What is written while the bind guard is not in force is told, once, and stands."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from fakes.clock import BEGIN, FakeClock
from fakes.cluster import FakeCluster
from fakes.guards import GUARD, FakeGuards
from fakes.metrics import FakeMetrics
from fakes.values import mapping
from fakes.world import NAME, World, leads
from groupaccess.application.guard import EVERY, BindGuard
from groupaccess.application.ports import PassingError
from groupaccess.application.recorder import Recorder

DAY = 86400.0
ADMIN = mapping("sre", "SRE", "edit")


def said(world: World) -> str:
    (message,) = [note.message for note in world.cluster.notes if note.reason == "Unguarded"]
    return message


async def test_what_is_written_while_the_guard_is_in_force_is_not_reported(granted: World) -> None:
    granted.declare(ADMIN)
    await granted.settle()
    assert granted.warned_of("Unguarded") == []


async def test_a_change_while_the_guard_is_away_is_reported_once_and_stands(
    granted: World, caplog: pytest.LogCaptureFixture
) -> None:
    granted.guards.remove()
    granted.declare(ADMIN)
    await granted.settle()
    await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME]
    assert f"admission policy {GUARD} was not in force (there is none)" in said(granted)
    assert f"GroupAccess {NAME}, generation 2" in caplog.text
    assert granted.grants == {"sre:edit": ("SRE",)}


async def test_a_forged_time_hides_nothing_while_the_guard_is_away(granted: World) -> None:
    granted.guards.remove()
    granted.declare(ADMIN)
    granted.cluster.objects.written(NAME, granted.clock.now() + timedelta(days=9))
    await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME]


async def test_each_change_while_the_guard_is_away_is_reported(granted: World) -> None:
    granted.guards.remove()
    for group in ("SRE", "Dev"):
        granted.declare(mapping("sre", group, "edit"))
        await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME, NAME]


async def test_what_was_written_before_the_guard_went_is_not_reported(granted: World) -> None:
    granted.guards.remove()
    granted.cluster.remove(next(iter(granted.cluster.bindings)))
    await granted.settle()
    assert granted.warned_of("Unguarded") == []


@pytest.mark.parametrize(("seconds", "told"), [(4.0, [NAME]), (6.0, [])])
async def test_a_guard_that_was_made_moments_ago_may_not_be_heeded_yet(
    granted: World, seconds: float, told: list[str]
) -> None:
    granted.clock.advance(DAY)
    granted.guards.make(granted.clock.now())
    granted.clock.advance(seconds)
    at = granted.clock.now()
    granted.declare(ADMIN)
    granted.cluster.objects.written(NAME, at)
    granted.clock.advance(60)  # the news come late
    await granted.settle()
    assert granted.warned_of("Unguarded") == told


async def test_a_removal_leaves_no_time_and_is_not_taken_for_older_than_the_guard(
    granted: World,
) -> None:
    written = granted.clock.now()
    granted.clock.advance(DAY)
    granted.guards.make(granted.clock.now())
    granted.clock.advance(DAY)
    granted.declare(mapping("sre", "SRE", "view"))
    granted.cluster.objects.written(NAME, written)
    await granted.settle()
    assert granted.warned_of("Unguarded") == []


async def test_a_guard_that_only_looked_on_for_a_while_was_not_in_force(granted: World) -> None:
    granted.guards.remove()
    async with guarding(granted):
        await asyncio.sleep(1)
    granted.guards.make(BEGIN - timedelta(days=1))  # as old as ever: it was switched to Audit
    granted.declare(ADMIN)
    await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME]


async def test_a_forged_status_does_not_hide_a_change(granted: World) -> None:
    granted.guards.remove()
    granted.declare(ADMIN)
    body = granted.cluster.objects.find("GroupAccess", NAME)
    assert body is not None
    ref, version = granted.cluster.objects.ref("GroupAccess", NAME), body["metadata"]
    forged = {**body["status"], "observedGeneration": 2}
    granted.cluster.objects.write_status(ref, version["resourceVersion"], forged)
    await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME]


async def test_a_policy_that_cannot_be_read_holds_up_no_revocation(granted: World) -> None:
    granted.guards.fails = 1
    granted.declare(mapping("sre", "SRE", "view"))
    with pytest.raises(PassingError):
        await granted.reconcile()
    assert granted.grants == {"sre:view": ("SRE",)}
    assert granted.status["observedGeneration"] == 1
    granted.guards.remove()
    await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME]


async def test_an_object_of_the_same_name_is_another_one(granted: World) -> None:
    granted.cluster.objects.remove("GroupAccess", NAME)
    await granted.settle()
    granted.guards.remove()
    granted.declare(ADMIN)
    await granted.settle()
    assert granted.warned_of("Unguarded") == [NAME]


async def test_many_ask_the_api_server_once(granted: World) -> None:
    names = [f"n-{number}" for number in range(50)]
    for name in names:
        granted.declare_another(name, ADMIN)
    granted.watch()
    granted.guards.takes = 1.0
    before = granted.guards.reads
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(granted.guard.look(granted.store.accesses[name]))
    assert granted.guards.reads - before <= 2


async def test_who_waited_for_a_reading_that_failed_reads_anew(granted: World) -> None:
    granted.declare(ADMIN)
    granted.declare_another("other", ADMIN)
    granted.watch()
    granted.guards.takes = 1.0
    both = [granted.guard.look(granted.store.accesses[name]) for name in (NAME, "other")]
    async with guarding(granted):
        await asyncio.sleep(0)  # the first reading is under way
        granted.guards.remove()
        granted.guards.fails = 2
        results = await asyncio.gather(*both, return_exceptions=True)
    assert [type(result) for result in results] == [PassingError, type(None)]
    await granted.recorder.flush()
    assert granted.warned_of("Unguarded") == ["other"]


@asynccontextmanager
async def guarding(world: World) -> AsyncIterator[None]:
    """Let the guard be watched."""
    task = asyncio.create_task(world.guard.run())
    yield
    task.cancel()


async def test_the_metric_follows_the_guard(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with guarding(world):
        await asyncio.sleep(1)
        assert world.metrics.guards == {GUARD: True}
        assert not caplog.records
        world.guards.fails = 1
        await asyncio.sleep(EVERY)
        assert world.metrics.guards == {GUARD: True}
        world.guards.remove()
        await asyncio.sleep(2 * EVERY)
        assert world.metrics.guards == {GUARD: False}
        assert caplog.text.count("is not in force: there is none") == 1
        world.guards.make(world.clock.now())
        await asyncio.sleep(EVERY)
        assert world.metrics.guards == {GUARD: True}
        assert "is in force again" in caplog.text


async def test_without_a_name_nothing_is_asked_and_the_log_says_so_once(
    clock: FakeClock, metrics: FakeMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    guards = FakeGuards()
    recorder = Recorder(FakeCluster(), clock, leads)
    task = asyncio.create_task(BindGuard(guards, recorder, clock, metrics, "").run())
    await asyncio.sleep(10 * EVERY)
    assert not task.done()
    task.cancel()
    assert (guards.reads, metrics.guards) == (0, {})
    assert caplog.text.count("no bind guard") == 1
