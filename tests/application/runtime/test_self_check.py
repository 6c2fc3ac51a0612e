"""The operator sees of itself what a restart heals, and what only a person can."""

from dataclasses import dataclass

import pytest

from application.reconcile.deletes import undeclared
from fakes.clock import FakeClock
from fakes.leases import FakeLeases
from fakes.metrics import FakeMetrics
from fakes.replica import Replica
from fakes.values import key
from fakes.writer_harness import NAME, WriterHarness
from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.runtime.leadership import Leadership
from groupaccess.application.runtime.self_check import (
    MAX_RECONCILE_SECONDS,
    OVERDUE_SECONDS,
    SelfCheck,
)
from groupaccess.application.status.event_recorder import MAX_EVENTS
from groupaccess.application.workqueue.queue import WorkQueue
from groupaccess.domain.bindings.plan import Delete, DeleteReason


@dataclass
class SilentWatch:
    """A watch that was told nothing for a while."""

    name: str
    silent_seconds: float


@pytest.fixture
def office(clock: FakeClock, metrics: FakeMetrics) -> WriterHarness:
    return WriterHarness(clock, metrics)


@pytest.fixture
def queue(clock: FakeClock, metrics: FakeMetrics) -> WorkQueue:
    return WorkQueue(clock, metrics)


@pytest.fixture
def check(office: WriterHarness, queue: WorkQueue, clock: FakeClock) -> SelfCheck:
    watches = [SilentWatch("rolebindings", 7.0)]
    return SelfCheck(queue, office.store, office.recorder, Leadership(None), clock, watches)


def is_alive(check: SelfCheck) -> bool:
    """Return it anew: mypy takes a property for what it was."""
    return check.alive


async def test_a_new_operator_has_nothing_to_tell(check: SelfCheck) -> None:
    result = check.look()
    assert (result.unfinished_seconds, result.longest_running_seconds) == (0, 0)
    assert (result.oldest_waiting_seconds, result.dropped_events) == (0, 0)
    assert result.overdue_revocations == 0
    assert result.lease_age_seconds is None
    assert result.silent_seconds == {"rolebindings": 7.0}
    assert check.alive


async def test_a_reconcile_that_never_ends_is_seen_and_is_a_reason_to_restart(
    check: SelfCheck, queue: WorkQueue, clock: FakeClock
) -> None:
    for name in ("a", "b"):
        queue.add(name)
    await queue.get()
    clock.advance(MAX_RECONCILE_SECONDS - 1)
    await queue.get()
    assert is_alive(check)
    clock.advance(1)
    result = check.look()
    assert result.longest_running_seconds == MAX_RECONCILE_SECONDS
    assert result.unfinished_seconds == MAX_RECONCILE_SECONDS + 1
    assert not is_alive(check)
    queue.done("a")
    assert is_alive(check)
    assert check.look().longest_running_seconds == 1


async def test_what_waits_for_a_worker_is_seen_and_is_no_reason_to_restart(
    check: SelfCheck, queue: WorkQueue, clock: FakeClock
) -> None:
    queue.add("a")
    clock.advance(2 * MAX_RECONCILE_SECONDS)
    queue.add("b")
    assert check.look().oldest_waiting_seconds == 2 * MAX_RECONCILE_SECONDS
    assert check.alive
    await queue.get()
    assert check.look().oldest_waiting_seconds == 0


async def test_a_lease_that_cannot_be_renewed_grows_old(check: SelfCheck, clock: FakeClock) -> None:
    me = Replica(FakeLeases(), clock)
    check.leadership = Leadership(me.elector)
    assert check.look().lease_age_seconds is None
    await me.acquires()
    clock.advance(4)
    assert check.look().lease_age_seconds == 4


async def test_events_that_are_not_posted_are_counted(
    check: SelfCheck, office: WriterHarness
) -> None:
    note = Event(ObjectRef("GroupAccess", NAME, "uid"), "Reason", "Action", "message")
    for _ in range(MAX_EVENTS + 3):
        office.recorder.record(note)
    assert check.look().dropped_events == 3


async def test_a_revocation_that_is_refused_is_overdue_until_it_is_done(
    check: SelfCheck, office: WriterHarness, clock: FakeClock
) -> None:
    old = office.bind(key(NAME, "sre", "view"), "view")
    office.cluster.fail("delete")
    await office.write(undeclared(old))
    assert check.look().overdue_revocations == 0
    clock.advance(OVERDUE_SECONDS)
    assert check.look().overdue_revocations == 1
    await office.write(undeclared(old))
    assert check.look().overdue_revocations == 0


async def test_a_delete_that_waits_for_its_time_is_not_overdue(
    check: SelfCheck, office: WriterHarness, clock: FakeClock
) -> None:
    old = office.bind(key("unknown", "sre", "view"), "view")
    await office.write(Delete(old, DeleteReason.OWNER_UNKNOWN), name="unknown", known=False)
    clock.advance(2 * OVERDUE_SECONDS)
    assert check.look().overdue_revocations == 0
    assert old.key in office.cluster.bindings
