"""Timers wake at a time of day, whatever is done to the clock."""

import asyncio
import logging
from datetime import datetime, timedelta

import pytest

from fakes.clock import BEGIN, FakeClock
from groupaccess.application.workqueue.wall_clock_timers import TICK_SECONDS, WallClockTimers


class Bell:
    """Timers on a fake clock, and who was woken when."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.calls = list[tuple[str, float]]()
        self.timers = WallClockTimers(
            clock, lambda name: self.calls.append((name, clock.monotonic()))
        )

    def tick(self, seconds: float = TICK_SECONDS) -> list[str]:
        """Let time pass, look once, and return who was woken."""
        self.calls.clear()
        self.clock.advance(seconds)
        self.timers.tick()
        return [name for name, _ in self.calls]


def after(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.fixture
async def bell(clock: FakeClock) -> Bell:
    return Bell(clock)


async def test_each_rings_within_a_second_of_its_time_and_once(
    bell: Bell, clock: FakeClock
) -> None:
    times = {"a": 3.2, "b": 60.0, "c": 3600.4}
    for name, seconds in times.items():
        bell.timers.set(name, after(seconds))
    run = asyncio.create_task(bell.timers.run())
    await asyncio.sleep(4000)
    run.cancel()
    assert [name for name, _ in bell.calls] == ["a", "b", "c"]
    assert all(0 <= at - times[name] <= TICK_SECONDS for name, at in bell.calls)
    assert clock.monotonic() >= 4000


async def test_nothing_rings_before_its_time(bell: Bell) -> None:
    bell.timers.set("a", after(2))
    assert bell.tick(1.9) == []
    assert bell.tick(0.1) == ["a"]
    assert bell.tick() == []


async def test_all_that_is_due_rings_in_the_order_of_its_time(bell: Bell) -> None:
    for name, seconds in (("late", 3), ("first", 1), ("second", 2), ("not yet", 9)):
        bell.timers.set(name, after(seconds))
    assert bell.tick(4) == ["first", "second", "late"]


@pytest.mark.parametrize(("first", "second"), [(2, 5), (5, 2)])
async def test_another_time_replaces_the_one_before(bell: Bell, first: int, second: int) -> None:
    bell.timers.set("a", after(first))
    bell.timers.set("a", after(second))
    calls = [bell.clock.monotonic() for _ in range(9) if bell.tick()]
    assert calls == [second]


async def test_never_replaces_a_time(bell: Bell) -> None:
    bell.timers.set("a", after(2))
    bell.timers.set("a", None)
    assert bell.tick(3) == []


async def test_the_same_time_again_rings_once_and_after_it_rang_anew(bell: Bell) -> None:
    bell.timers.set("a", after(2))
    bell.timers.set("a", after(2))
    assert bell.tick(2) == ["a"]
    bell.timers.set("a", after(4))
    assert bell.tick(2) == ["a"]


async def test_a_time_that_comes_back_rings_once(bell: Bell) -> None:
    for seconds in (2, 5, 2):
        bell.timers.set("a", after(seconds))
    assert bell.tick(2) == ["a"]
    assert bell.tick(5) == []


async def test_one_that_is_forgotten_rings_no_more_not_even_after_a_step(bell: Bell) -> None:
    bell.timers.set("a", after(2))
    bell.timers.forget("a")
    bell.timers.forget("never seen")
    assert bell.tick(3) == []
    bell.clock.step(60)
    assert bell.tick() == []


@pytest.mark.parametrize("step", [3600, -3600, 2.5, -2.5])
async def test_after_a_step_of_the_clock_all_that_have_an_end_look_again(
    bell: Bell, step: float, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    bell.timers.set("rang", after(1))
    assert bell.tick() == ["rang"]
    bell.timers.set("waits", after(86400))
    bell.timers.set("never", None)
    bell.clock.step(step)
    assert sorted(set(bell.tick())) == ["never", "rang", "waits"]
    assert f"the clock jumped by {step:+.0f} s" in caplog.text
    assert bell.tick() == []


async def test_a_step_forward_over_its_time_wakes(bell: Bell) -> None:
    bell.timers.set("a", after(1800))
    bell.clock.step(3600)
    assert "a" in bell.tick()


@pytest.mark.parametrize("drift", [1.5, -1.5])
async def test_a_clock_that_is_slewed_is_no_step(bell: Bell, drift: float) -> None:
    bell.timers.set("a", after(86400))
    for _ in range(20):
        bell.clock.step(drift)
        assert bell.tick() == []


async def test_time_without_a_look_is_no_step(bell: Bell) -> None:
    bell.timers.set("a", after(86400))
    assert bell.tick(600) == []
