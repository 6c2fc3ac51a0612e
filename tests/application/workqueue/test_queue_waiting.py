"""Workers that wait for a key: each key wakes one of them, and none is lost."""

import asyncio

import pytest

from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from groupaccess.application.workqueue.queue import WorkQueue


@pytest.fixture
def queue(clock: FakeClock, metrics: FakeMetrics) -> WorkQueue:
    return WorkQueue(clock, metrics)


async def test_a_worker_waits_for_a_key(queue: WorkQueue) -> None:
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(10)
    assert not waiting.done()
    queue.add("a")
    assert await waiting == "a"


async def test_every_waiting_worker_gets_a_key(queue: WorkQueue) -> None:
    waiting = [asyncio.create_task(queue.get()) for _ in range(3)]
    await asyncio.sleep(0)
    for key in ("a", "b", "c"):
        queue.add(key)
    assert sorted(await asyncio.gather(*waiting)) == ["a", "b", "c"]


async def test_a_key_wakes_one_worker_of_those_that_wait(
    queue: WorkQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[None]()
    look = queue._next

    def counted() -> str | None:
        looks.append(None)
        return look()

    waiting = [asyncio.create_task(queue.get()) for _ in range(9)]
    await asyncio.sleep(0)
    monkeypatch.setattr(queue, "_next", counted)
    queue.add("a")
    done, idle = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == ["a"]
    assert len(looks) == 1
    for task in idle:
        task.cancel()
    await asyncio.wait(idle)


async def test_a_worker_that_ends_as_it_is_woken_wakes_another(queue: WorkQueue) -> None:
    first, second = (asyncio.create_task(queue.get()) for _ in range(2))
    await asyncio.sleep(0)
    queue.add("a")
    first.cancel()
    assert await second == "a"
    assert first.cancelled()


async def test_a_worker_that_has_ended_is_not_woken(queue: WorkQueue) -> None:
    first, second = (asyncio.create_task(queue.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    queue.add("a")
    assert await second == "a"
