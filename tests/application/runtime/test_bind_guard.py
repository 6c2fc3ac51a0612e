"""While the bind guard is not in force, a metric, one event and a log line say so."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from fakes.admission_policies import GUARD, FakeGuards, enforcing
from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.metrics import FakeMetrics
from fakes.reconciler_harness import leads
from groupaccess.application.ports.cluster import Event
from groupaccess.application.runtime.bind_guard import INTERVAL_SECONDS, BindGuardMonitor
from groupaccess.application.status.event_recorder import EventRecorder


@dataclass
class BindGuardHarness:
    """A guard that is watched, and where that is said."""

    guards: FakeGuards
    cluster: FakeCluster
    metrics: FakeMetrics

    @property
    def events(self) -> list[Event]:
        return self.cluster.notes


@asynccontextmanager
async def watching(
    clock: FakeClock, metrics: FakeMetrics, *, policy: bool = True, name: str = GUARD
) -> AsyncIterator[BindGuardHarness]:
    """Let a guard be watched that has a policy, or none."""
    guards, cluster = FakeGuards(), FakeCluster()
    guards.policy = policy
    recorder = EventRecorder(cluster, clock, leads)
    guard = BindGuardMonitor(guards, recorder, metrics, name)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part) for part in (guard.run(), recorder.run())]
        await asyncio.sleep(1)
        yield BindGuardHarness(guards, cluster, metrics)
        for task in tasks:
            task.cancel()


async def test_while_it_is_in_force_the_metric_alone_says_so(
    clock: FakeClock, metrics: FakeMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(clock, metrics) as watched:
        await asyncio.sleep(3 * INTERVAL_SECONDS)
        assert watched.metrics.guards == {GUARD: True}
        assert watched.events == []
        assert not caplog.records


async def test_not_in_force_at_the_start_is_one_event_and_one_log_line(
    clock: FakeClock, metrics: FakeMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(clock, metrics, policy=False) as watched:
        await asyncio.sleep(3 * INTERVAL_SECONDS)
        assert watched.metrics.guards == {GUARD: False}
        (event,) = watched.events
    assert (event.regarding.kind, event.regarding.name) == ("ValidatingAdmissionPolicy", GUARD)
    assert (event.reason, event.warning) == ("NotInForce", True)
    assert event.message.startswith(
        f"admission policy {GUARD}: it is not in force: there is no ValidatingAdmissionPolicy with "
        "this name. While it is not in force, "
    )
    assert [record.getMessage() for record in caplog.records] == [event.message]


async def test_each_change_is_said_and_what_cannot_be_read_is_none(
    clock: FakeClock, metrics: FakeMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(clock, metrics) as watched:
        watched.guards.fails = 1
        await asyncio.sleep(INTERVAL_SECONDS)
        assert metrics.guards == {GUARD: True}
        for policy, bound_to in ((False, GUARD), (True, "another"), (True, GUARD), (False, GUARD)):
            watched.guards.policy = policy
            watched.guards.binding = enforcing(policyName=bound_to)
            await asyncio.sleep(2 * INTERVAL_SECONDS)
            assert metrics.guards == {GUARD: policy and bound_to == GUARD}
        assert len(watched.events) == 3
        assert "503: the server is overloaded" in caplog.text
        assert caplog.text.count("is in force again") == 1


async def test_without_a_name_nothing_is_read_and_the_log_says_so_once(
    clock: FakeClock, metrics: FakeMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with watching(clock, metrics, policy=False, name="") as watched:
        await asyncio.sleep(10 * INTERVAL_SECONDS)
        assert (watched.guards.reads, metrics.guards, watched.events) == (0, {}, [])
    assert caplog.text.count("no bind guard") == 1
