"""An object that takes long to plan leaves most of the time to its writes."""

import asyncio

import pytest

from fakes.clock import FakeClock
from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.values import mapping
from groupaccess.application.reconcile.access_writes import MAX_PAUSE_SECONDS, AccessWrites
from groupaccess.application.reconcile.binding_writer import (
    MAX_CALLS_PER_OBJECT,
    PARTIAL_REQUEUE_SECONDS,
    WAIT_SECONDS,
)
from groupaccess.domain.bindings.plan import Plan

PLANNING_SECONDS = 0.4
PAUSE_SECONDS = pytest.approx(1.6)  # a fifth of the time for planning


@pytest.fixture
async def large(clock: FakeClock) -> ReconcilerHarness:
    """Give an object of two mappings, to plan which takes long."""
    made = ReconcilerHarness(clock, planning=PLANNING_SECONDS)
    made.declare_directory()
    made.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    made.read("/SRE", "/Dev")
    return made


async def test_what_one_plan_could_not_write_beside_others_is_planned_after_a_pause(
    large: ReconcilerHarness,
) -> None:
    first, second = large.cluster.hang("apply"), large.cluster.hang("apply")
    await large.reconcile()
    asyncio.get_running_loop().call_later(WAIT_SECONDS / 2, first.set)
    assert await large.reconcile() == PAUSE_SECONDS
    second.set()


async def test_it_is_planned_again_after_a_pause_when_one_of_its_writes_has_ended(
    large: ReconcilerHarness,
) -> None:
    first, second = large.cluster.hang("apply"), large.cluster.hang("apply")
    await large.reconcile()
    first.set()
    await asyncio.sleep(0.01)
    ((name, seconds),) = large.woken
    assert name == NAME
    assert seconds == PAUSE_SECONDS
    second.set()
    await asyncio.sleep(0.01)
    assert large.woken[1:] == [(NAME, 0.0)]


async def test_its_next_plan_waits_while_its_writes_begin_one_after_the_other(
    large: ReconcilerHarness,
) -> None:
    large.declare(*(mapping(f"m{number}", "SRE") for number in range(MAX_CALLS_PER_OBJECT + 1)))
    first, *others = [large.cluster.hang("apply") for _ in range(MAX_CALLS_PER_OBJECT + 1)]
    asyncio.get_running_loop().call_later(WAIT_SECONDS / 2, first.set)
    assert await large.reconcile() == PAUSE_SECONDS
    for answer in others:
        answer.set()


@pytest.mark.parametrize(("planning", "pause"), [(0.0, 0.0), (0.1, 0.4), (60.0, MAX_PAUSE_SECONDS)])
def test_a_pause_grows_with_the_plan_and_has_an_end(planning: float, pause: float) -> None:
    writes = AccessWrites(NAME, Plan(), planning_seconds=planning)
    assert writes.pause == pytest.approx(pause)


async def test_a_small_object_is_planned_again_soon(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    harness.read("/SRE", "/Dev")
    first, second = harness.cluster.hang("apply"), harness.cluster.hang("apply")
    await harness.reconcile()
    first.set()
    await asyncio.sleep(0.01)
    assert harness.woken == [(NAME, PARTIAL_REQUEUE_SECONDS)]
    second.set()
