"""Workers reconcile keys, try again what failed, and finish what is begun."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.workqueue.queue import WorkQueue
from groupaccess.application.workqueue.workers import DRAIN_SECONDS, Workers

Reconcile = Callable[[str], Awaitable[float | None]]


class Shop:
    """Workers on a queue; `done` holds the keys whose reconcile has ended, with the time."""

    def __init__(self, clock: FakeClock, metrics: FakeMetrics) -> None:
        self.clock = clock
        self.metrics = metrics
        self.queue = WorkQueue(clock, metrics)
        self.done: list[tuple[str, float]] = []
        self.errors: list[Exception] = []
        self.again: list[float] = []
        self.takes = 0.0

    async def reconcile(self, key: str) -> float | None:
        await asyncio.sleep(self.takes)
        if self.errors:
            raise self.errors.pop(0)
        self.done.append((key, self.clock.monotonic()))
        return self.again.pop(0) if self.again else None

    def open(self, count: int = 2) -> asyncio.Task[None]:
        workers = Workers(self.queue, self.reconcile, self.clock, self.metrics)
        return asyncio.create_task(workers.run(count))

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.done]


@pytest.fixture
async def shop(clock: FakeClock, metrics: FakeMetrics) -> Shop:
    return Shop(clock, metrics)


async def close(run: asyncio.Task[None]) -> None:
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_each_key_is_reconciled_once(shop: Shop) -> None:
    run = shop.open()
    for key in ("a", "b", "c"):
        shop.queue.add(key)
    await asyncio.sleep(1)
    await close(run)
    assert sorted(shop.keys) == ["a", "b", "c"]
    assert shop.metrics.results == ["success"] * 3


async def test_workers_work_side_by_side_but_not_on_one_key(shop: Shop) -> None:
    shop.takes = 1
    run = shop.open(2)
    shop.queue.add("a")
    shop.queue.add("b")
    await asyncio.sleep(0.5)
    shop.queue.add("a")
    await asyncio.sleep(2)
    await close(run)
    assert shop.done == [("a", 1), ("b", 1), ("a", 2)]


async def test_a_look_that_is_asked_for_comes_in_its_time(shop: Shop) -> None:
    shop.again = [30]
    run = shop.open()
    shop.queue.add("a")
    await asyncio.sleep(60)
    await close(run)
    assert shop.done == [("a", 0), ("a", pytest.approx(30))]
    assert shop.metrics.results == ["requeue_after", "success"]


@pytest.mark.parametrize("error", [TransientError("503"), ValueError("unexpected"), KeyError("x")])
async def test_a_failure_is_tried_again_and_stops_nobody_else(
    shop: Shop, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shop.errors = [error, error]
    run = shop.open(1)
    shop.queue.add("a")
    shop.queue.add("b")
    await asyncio.sleep(1)
    await close(run)
    assert sorted(shop.keys) == ["a", "b"]
    assert sorted(shop.metrics.results) == ["error", "error", "success", "success"]
    assert shop.metrics.counts["retried"] == 2
    assert "GroupAccess a" in caplog.text
    assert ("Traceback" in caplog.text) is not isinstance(error, TransientError)


async def test_the_back_off_begins_anew_after_a_success(shop: Shop) -> None:
    shop.errors = [TransientError("503") for _ in range(10)]
    run = shop.open()
    shop.queue.add("a")
    await asyncio.sleep(60)
    shop.errors = [TransientError("503")]
    before = shop.clock.monotonic()
    shop.queue.add("a")
    await asyncio.sleep(1)
    await close(run)
    assert shop.done[-1][1] - before < 0.01


async def test_what_is_begun_is_finished_and_nothing_new_begins(shop: Shop) -> None:
    shop.takes = DRAIN_SECONDS - 1
    run = shop.open(1)
    shop.queue.add("a")
    shop.queue.add("b")
    await asyncio.sleep(0.1)
    await close(run)
    assert shop.keys == ["a"]


async def test_what_does_not_end_in_time_is_given_up(shop: Shop) -> None:
    shop.takes = 1000
    run = shop.open(1)
    shop.queue.add("a")
    await asyncio.sleep(0.1)
    before = shop.clock.monotonic()
    await close(run)
    assert shop.clock.monotonic() - before == pytest.approx(DRAIN_SECONDS)
    assert shop.keys == []


async def test_idle_workers_end_at_once(shop: Shop) -> None:
    run = shop.open(16)
    await asyncio.sleep(1)
    await close(run)
    assert shop.clock.monotonic() == pytest.approx(1)


async def test_a_sooner_look_is_not_lost_to_a_long_back_off(shop: Shop) -> None:
    shop.errors = [TransientError("refused") for _ in range(40)]
    run = shop.open(1)
    shop.queue.add("a")
    await asyncio.sleep(200)
    shop.errors = [TransientError("refused; something else settles", again=2.0)]
    before = shop.clock.monotonic()
    shop.queue.add("a")
    await asyncio.sleep(3)
    await close(run)
    assert shop.done[-1][1] - before == pytest.approx(2)
