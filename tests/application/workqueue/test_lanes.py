"""A lane makes a few calls at a time, and the objects take turns."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from fakes.clock import FakeClock
from groupaccess.application.workqueue.lanes import MAX_CALLS, SLOW_CALL_SECONDS, Lane, Ticket

AT_ONCE, EACH = 16, 8


class LaneHarness:
    """A lane, the calls that were made in it, and how many there were at a time."""

    def __init__(self, clock: FakeClock) -> None:
        self.lane = Lane(clock, AT_ONCE, EACH)
        self.made: list[str] = []
        self.ended: list[str] = []
        self.most = 0
        self._busy: Counter[str] = Counter()
        self.most_of: Counter[str] = Counter()

    def submit(self, owner: str, seconds: float, name: str = "") -> Ticket:
        return self.lane.submit(owner, self._call(owner, seconds, name or owner))

    def _call(
        self, owner: str, seconds: float, name: str
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        async def call() -> None:
            self.made.append(name)
            self._busy[owner] += 1
            self.most = max(self.most, self._busy.total())
            self.most_of[owner] = max(self.most_of[owner], self._busy[owner])
            try:
                await asyncio.sleep(seconds)
                self.ended.append(name)
            finally:
                self._busy[owner] -= 1

        return call


@pytest.fixture
async def desk(clock: FakeClock) -> AsyncIterator[LaneHarness]:
    made = LaneHarness(clock)
    yield made
    await made.lane.close(grace=0)


async def test_no_more_than_its_share_is_made_at_a_time(desk: LaneHarness) -> None:
    for number in range(100):
        desk.submit(f"object {number % 5}", 0.1)
    await asyncio.sleep(10)
    assert len(desk.ended) == 100
    assert desk.most == AT_ONCE
    assert max(desk.most_of.values()) <= EACH


async def test_one_object_never_has_the_whole_lane(desk: LaneHarness) -> None:
    for _ in range(100):
        desk.submit("many", 0.1)
    one = desk.submit("one", 0.1)
    assert one.is_sent
    await asyncio.sleep(10)
    assert desk.most_of["many"] == EACH


async def test_objects_take_turns(desk: LaneHarness) -> None:
    for owner in ("a", "b", "c"):
        for number in range(40):
            desk.submit(owner, 0.1, f"{owner}{number}")
    desk.submit("d", 0.1, "late")
    await asyncio.sleep(0.25)
    assert "late" in desk.ended
    assert len(desk.ended) < 60


async def test_a_call_that_hangs_gives_its_place_to_another(
    desk: LaneHarness, clock: FakeClock
) -> None:
    for owner in ("a", "b"):
        for _ in range(EACH):
            desk.submit(owner, 1000)
    last = desk.submit("c", 0.1, "last")
    assert not last.is_sent
    await asyncio.sleep(SLOW_CALL_SECONDS + 0.2)
    assert desk.ended == ["last"]
    assert clock.monotonic() < SLOW_CALL_SECONDS + 1


async def test_however_many_hang_there_is_an_end_to_those_under_way(desk: LaneHarness) -> None:
    for number in range(2 * MAX_CALLS):
        desk.submit(f"object {number}", 10_000)
    await asyncio.sleep(1000)
    assert len(desk.made) == MAX_CALLS


async def test_a_call_that_was_taken_back_is_not_made(desk: LaneHarness) -> None:
    tickets = [desk.submit("a", 0.1, str(number)) for number in range(2 * EACH)]
    tickets[-1].withdraw()
    await asyncio.sleep(10)
    assert len(desk.made) == 2 * EACH - 1
    assert str(2 * EACH - 1) not in desk.made


async def test_one_that_is_under_way_is_broken_off_and_its_place_is_free(desk: LaneHarness) -> None:
    tickets = [desk.submit(owner, 1000) for owner in ("a", "b") for _ in range(EACH)]
    waits = desk.submit("a", 0.1, "next")
    tickets[0].withdraw()
    await asyncio.sleep(0.2)
    assert waits.is_sent
    assert desk.ended == ["next"]


async def test_at_its_end_nothing_is_begun_and_what_is_under_way_has_some_seconds(
    desk: LaneHarness, clock: FakeClock
) -> None:
    for number in range(EACH):
        desk.submit("a", 1 if number else 1000, str(number))
    desk.submit("a", 0.1, "waits")
    await desk.lane.close(5)
    assert sorted(desk.ended) == [str(number) for number in range(1, EACH)]
    assert "waits" not in desk.made
    assert clock.monotonic() == pytest.approx(5)
