"""The fake clock and the loop that lives in its time."""

import asyncio
from collections.abc import Iterator

import pytest

from fakes.clock import BEGIN, FakeClock, VirtualLoop
from groupaccess.adapters.clock import SystemClock


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_calls_are_made_in_order_at_their_own_time() -> None:
    clock, made = FakeClock(), list[tuple[str, float]]()
    clock.call_later(2, lambda: made.append(("second", clock.monotonic())))
    clock.call_later(1, lambda: made.append(("first", clock.monotonic())))
    clock.call_later(9, lambda: made.append(("late", clock.monotonic())))
    clock.advance(5)
    assert made == [("first", 1), ("second", 2)]
    assert (clock.now() - BEGIN).total_seconds() == clock.monotonic() == 5


def test_a_cancelled_call_is_not_made() -> None:
    clock, made = FakeClock(), list[str]()
    clock.call_later(1, lambda: made.append("never")).cancel()
    assert clock.until_next() is None
    clock.advance(2)
    assert made == []


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


async def test_the_real_clock_makes_its_calls_too() -> None:
    clock, event = SystemClock(), asyncio.Event()
    before = clock.monotonic()
    clock.call_later(0.01, event.set)
    clock.call_later(0, event.clear).cancel()
    async with asyncio.timeout(5):
        await event.wait()
    assert clock.monotonic() > before
    assert clock.now().utcoffset() is not None
