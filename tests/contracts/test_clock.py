"""The clocks keep the contract; the fake one, and the loop that lives in its time, do more."""

import asyncio
from collections.abc import Iterator

import pytest

from contracts.clock import ClockContract
from fakes.clock import BEGIN, FakeClock, VirtualLoop
from groupaccess.adapters.clock import SystemClock
from groupaccess.application.ports.clock import Clock
from simulation.replica import ReplicaClock


class FakeTime:
    """Time that a test moves; `port` is how somebody sees it."""

    def __init__(self, clock: FakeClock, port: Clock) -> None:
        self.port = port
        self._clock = clock

    async def let_pass(self, seconds: float) -> None:
        self._clock.advance(seconds)


class RealTime:
    """Time, as it passes."""

    port = SystemClock()

    async def let_pass(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class TestFakeClock(ClockContract):
    """The contract."""

    @pytest.fixture
    def time(self) -> FakeTime:
        clock = FakeClock()
        return FakeTime(clock, clock)


class TestReplicaClock(ClockContract):
    """The contract, as one process of the simulation sees that time."""

    @pytest.fixture
    def time(self) -> FakeTime:
        clock = FakeClock()
        return FakeTime(clock, ReplicaClock(clock))


class TestSystemClock(ClockContract):
    """The contract, on what the fakes stand for."""

    @pytest.fixture
    def time(self) -> RealTime:
        return RealTime()


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_calls_are_made_at_their_very_time_and_not_ahead_of_it() -> None:
    clock, made = FakeClock(), list[float]()
    for due in (2, 1, 9):
        clock.call_later(due, lambda: made.append(clock.monotonic()))
    clock.advance(5)
    assert made == [1, 2]
    assert (clock.now() - BEGIN).total_seconds() == clock.monotonic() == 5


def test_nothing_is_to_come_when_the_only_call_is_cancelled() -> None:
    clock = FakeClock()
    clock.call_later(1, pytest.fail).cancel()
    assert clock.until_next() is None


def test_an_hour_passes_at_once(loop: VirtualLoop) -> None:
    loop.run_until_complete(asyncio.sleep(3600))
    assert loop.clock.monotonic() == pytest.approx(3600)


def test_a_call_of_the_clock_wakes_who_waits_for_it(loop: VirtualLoop) -> None:
    async def wait() -> float:
        event = asyncio.Event()
        loop.clock.call_later(7, event.set)
        async with asyncio.timeout(60):
            await event.wait()
        return loop.clock.monotonic()

    assert loop.run_until_complete(wait()) == pytest.approx(7)


def test_waiting_for_what_never_comes_is_an_error(loop: VirtualLoop) -> None:
    waiting = loop.create_task(asyncio.Event().wait())
    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        loop.run_until_complete(waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(waiting)
