"""Who is reconciled first: what people edited keeps its priority while Keycloak is asked."""

import pytest

from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from groupaccess.application.workqueue.queue import WorkQueue
from groupaccess.application.workqueue.requests import WorkRequests


@pytest.fixture
def queue(clock: FakeClock, metrics: FakeMetrics) -> WorkQueue:
    return WorkQueue(clock, metrics)


@pytest.fixture
def requests(queue: WorkQueue) -> WorkRequests:
    return WorkRequests(queue, lambda: True)


async def _process(queue: WorkQueue, *keys: str) -> None:
    for key in keys:
        assert await queue.get() == key
        queue.done(key)


async def test_an_answer_serves_first_whom_people_edited(
    queue: WorkQueue, requests: WorkRequests
) -> None:
    requests.enqueue(["edited"])
    await _process(queue, "edited")
    requests.enqueue_answered(["a", "b", "edited"])
    await _process(queue, "edited", "a", "b")


async def test_whoever_has_all_answers_waits_for_its_turn_at_the_next_one(
    queue: WorkQueue, requests: WorkRequests
) -> None:
    requests.enqueue(["edited"])
    await _process(queue, "edited")
    requests.settle("edited")
    requests.enqueue_answered(["a", "b", "edited"])
    await _process(queue, "a", "b", "edited")


async def test_an_edit_during_a_reconcile_is_not_settled_by_its_end(
    queue: WorkQueue, requests: WorkRequests
) -> None:
    requests.enqueue(["edited"])
    assert await queue.get() == "edited"
    requests.enqueue(["edited"])
    requests.settle("edited")
    queue.done("edited")
    await _process(queue, "edited")
    requests.enqueue_answered(["a", "edited"])
    await _process(queue, "edited", "a")


async def test_a_replica_that_does_not_write_enqueues_nothing(queue: WorkQueue) -> None:
    standby = WorkRequests(queue, lambda: False)
    standby.enqueue(["edited"])
    standby.enqueue_answered(["edited"])
    assert not queue.oldest_waiting_seconds
    assert not queue.has_several
