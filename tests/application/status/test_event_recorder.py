"""Events are posted in the background: bounded, at a limited rate, revocations before grants."""

import asyncio
from dataclasses import dataclass, field

import pytest

from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping
from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.status.event_recorder import (
    BURST_EVENTS,
    MAX_EVENTS,
    REFILL_SECONDS,
    EventRecorder,
)

ABOUT = ObjectRef("GroupAccess", "platform", "uid-platform")


def note(message: str, *, warning: bool = False, urgent: bool = False) -> Event:
    return Event(ABOUT, "Reason", "Action", message, warning=warning, urgent=urgent)


@dataclass
class RecorderHarness:
    """A recorder on fakes."""

    clock: FakeClock
    cluster: FakeCluster = field(default_factory=FakeCluster)
    leading: bool = True

    def __post_init__(self) -> None:
        self.recorder = EventRecorder(self.cluster, self.clock, lambda: self.leading)

    @property
    def posted(self) -> list[str]:
        return [note.message for note in self.cluster.notes]


@pytest.fixture
async def office(clock: FakeClock) -> RecorderHarness:
    return RecorderHarness(clock)


async def test_events_are_posted_in_their_order(office: RecorderHarness) -> None:
    run = asyncio.create_task(office.recorder.run())
    office.recorder.record(note("first"))
    await asyncio.sleep(1)
    office.recorder.record(note("second"))
    office.recorder.record(note("third"))
    await asyncio.sleep(1)
    run.cancel()
    assert office.posted == ["first", "second", "third"]


async def test_revocations_and_warnings_are_posted_before_grants(office: RecorderHarness) -> None:
    office.recorder.record(note("a grant"))
    office.recorder.record(note("a revocation", urgent=True))
    office.recorder.record(note("a refusal", warning=True))
    await office.recorder.flush()
    assert office.posted == ["a revocation", "a refusal", "a grant"]


async def test_when_too_many_wait_the_oldest_grants_are_dropped_first(
    office: RecorderHarness,
) -> None:
    office.recorder.record(note("a revocation", urgent=True))
    for number in range(MAX_EVENTS):
        office.recorder.record(note(f"grant {number}"))
    office.recorder.record(note("a refusal", warning=True))
    await office.recorder.flush()
    assert len(office.posted) == MAX_EVENTS
    assert office.posted[:3] == ["a revocation", "a refusal", "grant 2"]


async def test_when_only_revocations_wait_the_oldest_of_them_are_dropped(
    office: RecorderHarness,
) -> None:
    for number in range(MAX_EVENTS + 1):
        office.recorder.record(note(f"revocation {number}", urgent=True))
    await office.recorder.flush()
    assert (len(office.posted), office.posted[0]) == (MAX_EVENTS, "revocation 1")


async def test_a_burst_is_posted_at_once_and_what_follows_at_a_limited_rate(
    office: RecorderHarness, clock: FakeClock
) -> None:
    for number in range(BURST_EVENTS + 10):
        office.recorder.record(note(str(number)))
    run = asyncio.create_task(office.recorder.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(office.posted) == BURST_EVENTS
    await asyncio.sleep(10 * REFILL_SECONDS + 0.001)
    run.cancel()
    assert len(office.posted) == BURST_EVENTS + 10
    assert clock.monotonic() == pytest.approx(10 * REFILL_SECONDS, abs=0.01)


async def test_after_a_pause_there_is_a_burst_again_and_no_more(office: RecorderHarness) -> None:
    for _ in range(2):
        for number in range(BURST_EVENTS + 1):
            office.recorder.record(note(str(number)))
        run = asyncio.create_task(office.recorder.run())
        await asyncio.sleep(1000)
        run.cancel()
    before = office.posted
    for number in range(BURST_EVENTS + 10):
        office.recorder.record(note(str(number)))
    run = asyncio.create_task(office.recorder.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    run.cancel()
    assert len(office.posted) - len(before) == BURST_EVENTS


async def test_a_replica_that_does_not_lead_posts_nothing_not_even_later(
    office: RecorderHarness,
) -> None:
    office.recorder.record(note("while it led"))
    office.leading = False
    await office.recorder.flush()
    office.leading = True
    await office.recorder.flush()
    assert office.posted == []


async def test_an_events_api_that_hangs_delays_neither_a_write_nor_a_status(
    harness: ReconcilerHarness, clock: FakeClock
) -> None:
    harness.cluster.hang("post", times=100)
    run = asyncio.create_task(harness.recorder.run())
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"))
    harness.read("/SRE")
    await harness.look()
    assert harness.grants == {"sre:view": ("SRE",)}
    assert harness.condition("Ready") == ("True", "Granted")
    harness.declare(mapping("dev", "SRE", "edit"))
    await harness.look()
    await asyncio.sleep(2)
    await harness.look()
    assert harness.grants == {"dev:edit": ("SRE",)}
    assert harness.status["observedGeneration"] == 2
    assert clock.monotonic() == pytest.approx(2)
    assert harness.cluster.notes == []
    run.cancel()
