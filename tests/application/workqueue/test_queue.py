"""The work queue has the semantics of client-go's."""

import asyncio
from itertools import pairwise

import pytest

from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from groupaccess.application.workqueue.queue import (
    FIRST_BACKOFF_SECONDS,
    MAX_BACKOFF_SECONDS,
    MAX_LOW_WORKERS,
    Priority,
    WorkQueue,
)


@pytest.fixture
def queue(clock: FakeClock, metrics: FakeMetrics) -> WorkQueue:
    return WorkQueue(clock, metrics)


async def is_empty(queue: WorkQueue) -> bool:
    """Tell whether nobody gets a key now."""
    try:
        async with asyncio.timeout(0):
            key = await queue.get()
    except TimeoutError:
        return True
    pytest.fail(f"{key} was handed out")


async def test_keys_come_in_their_order_and_once(queue: WorkQueue) -> None:
    for key in ("a", "b", "a", "c", "b"):
        queue.add(key)
    assert [await queue.get() for _ in range(3)] == ["a", "b", "c"]
    assert await is_empty(queue)


async def test_it_has_several_keys_while_more_than_one_waits_or_is_processed(
    queue: WorkQueue,
) -> None:
    queue.add("a")
    several = [queue.has_several]
    await queue.get()
    queue.add("b")
    several.append(queue.has_several)
    await queue.get()
    several.append(queue.has_several)
    queue.done("a")
    several.append(queue.has_several)
    assert several == [False, True, True, False]


async def test_what_is_urgent_comes_before_ten_thousand_first_passes(queue: WorkQueue) -> None:
    for number in range(10_000):
        queue.add(f"first pass {number}", Priority.LOW)
    queue.add("expired")
    assert [await queue.get() for _ in range(2)] == ["expired", "first pass 0"]


async def test_first_passes_leave_workers_to_what_is_urgent(queue: WorkQueue) -> None:
    for number in range(2 * MAX_LOW_WORKERS):
        queue.add(f"first pass {number}", Priority.LOW)
    taken = [await queue.get() for _ in range(MAX_LOW_WORKERS)]
    assert await is_empty(queue)
    queue.add("edited")
    assert await queue.get() == "edited"
    queue.done("edited")
    assert await is_empty(queue)

    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.done(taken[0])
    async with asyncio.timeout(1):
        assert await waiting == f"first pass {MAX_LOW_WORKERS}"


async def test_a_key_that_becomes_urgent_while_it_waits_comes_once_and_first(
    queue: WorkQueue,
) -> None:
    for key in ("a", "b"):
        queue.add(key, Priority.LOW)
    queue.add("b")
    queue.add("b", Priority.LOW)
    assert [await queue.get() for _ in range(2)] == ["b", "a"]
    assert await is_empty(queue)


async def test_a_key_that_becomes_urgent_while_it_is_worked_on_comes_first_then(
    queue: WorkQueue,
) -> None:
    queue.add("b")
    assert await queue.get() == "b"
    for key in ("a", "b"):
        queue.add(key, Priority.LOW)
    queue.add("b")
    queue.add("b", Priority.LOW)
    queue.done("b")
    assert [await queue.get() for _ in range(2)] == ["b", "a"]


async def test_a_delayed_look_keeps_its_priority(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after("later", 1, Priority.LOW)
    queue.add_after("due", 2)
    clock.advance(3)
    assert [await queue.get() for _ in range(2)] == ["due", "later"]


async def test_a_key_that_is_worked_on_goes_to_no_second_worker(queue: WorkQueue) -> None:
    queue.add("a")
    await queue.get()
    queue.add("a")
    assert await is_empty(queue)


async def test_a_key_that_was_added_meanwhile_is_handed_out_after_done(queue: WorkQueue) -> None:
    queue.add("a")
    await queue.get()
    queue.add("a")
    queue.add("a")
    queue.done("a")
    assert await queue.get() == "a"
    queue.done("a")
    assert await is_empty(queue)


async def test_done_without_an_add_hands_out_nothing(queue: WorkQueue) -> None:
    queue.add("a")
    queue.done(await queue.get())
    assert await is_empty(queue)


async def test_a_delayed_key_comes_in_its_time(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after("a", 30)
    assert await is_empty(queue)
    assert await queue.get() == "a"
    assert clock.monotonic() == pytest.approx(30)


@pytest.mark.parametrize("delays", [(60, 5), (5, 60)])
async def test_of_several_delays_the_earliest_counts(
    queue: WorkQueue, clock: FakeClock, delays: tuple[float, ...]
) -> None:
    for delay in delays:
        queue.add_after("a", delay)
    queue.done(await queue.get())
    assert clock.monotonic() == pytest.approx(5)
    assert clock.pending == 0


async def test_a_delayed_key_that_is_being_worked_on_comes_again(
    queue: WorkQueue, clock: FakeClock
) -> None:
    queue.add("a")
    await queue.get()
    queue.add_after("a", 1)
    clock.advance(1)
    assert await is_empty(queue)
    queue.done("a")
    assert await queue.get() == "a"


async def test_the_back_off_grows_up_to_its_cap(queue: WorkQueue, clock: FakeClock) -> None:
    delays = []
    for _ in range(30):
        delays.append(queue.retry("a"))
        clock.advance(MAX_BACKOFF_SECONDS)
    assert FIRST_BACKOFF_SECONDS / 2 <= delays[0] <= FIRST_BACKOFF_SECONDS
    for number, delay in enumerate(delays):
        longest = min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2**number)
        assert longest / 2 <= delay <= longest
    assert all(second > first / 2 for first, second in pairwise(delays))


async def test_the_back_off_begins_anew_after_a_success(queue: WorkQueue, clock: FakeClock) -> None:
    for _ in range(20):
        queue.retry("a")
        clock.advance(MAX_BACKOFF_SECONDS)
    queue.forget("a")
    assert queue.retry("a") <= FIRST_BACKOFF_SECONDS


async def test_each_key_has_a_back_off_of_its_own(queue: WorkQueue, clock: FakeClock) -> None:
    for _ in range(20):
        queue.retry("a")
        clock.advance(MAX_BACKOFF_SECONDS)
    assert queue.retry("b") <= FIRST_BACKOFF_SECONDS


async def test_back_offs_of_many_keys_are_spread(queue: WorkQueue) -> None:
    assert len({queue.retry(f"key-{number}") for number in range(20)}) > 1


async def test_close_forgets_the_delayed_keys(queue: WorkQueue, clock: FakeClock) -> None:
    queue.add_after("a", 1)
    queue.retry("b")
    queue.close()
    clock.advance(1000)
    assert await is_empty(queue)


async def test_what_happens_is_counted(
    queue: WorkQueue, clock: FakeClock, metrics: FakeMetrics
) -> None:
    queue.add("a")
    queue.add("b")
    queue.add("b")
    assert metrics.depth == 2
    clock.advance(3)
    await queue.get()
    queue.retry("a")
    assert metrics.depth == 1
    assert metrics.waits == [3]
    assert metrics.counts == {"added": 2, "retried": 1}
