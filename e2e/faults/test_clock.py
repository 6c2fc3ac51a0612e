"""The operator's clock steps by an hour and is put right: grants end and begin by it at once.

The operator runs inside the test, by a clock of the test's; the machine's own is left alone.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from groupaccess.adapters.clock import SystemClock
from testbed.cluster import Cluster
from testbed.fault_scene import FaultScene
from testbed.objects import Objects, access, mapping
from testbed.operator import running_here
from testbed.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("_local_only")]

HEALED = 10.0  # seconds
HALF = timedelta(minutes=30)


class SteppedClock(SystemClock):
    """This machine's clock, and a step."""

    def __init__(self) -> None:
        """Begin right."""
        self.step = timedelta()

    def now(self) -> datetime:
        """Return the time that the operator takes it for."""
        return super().now() + self.step


async def until(check: Callable[[], object], what: str) -> None:
    """Wait for a condition while the operator goes on."""
    await asyncio.to_thread(partial(eventually, check, within=HEALED, what=what))


@pytest.mark.parametrize("hours", [1, -1], ids=["an hour ahead", "an hour behind"])
async def test_after_a_step_of_the_clock_all_is_as_declared(
    hours: int,
    without_operator: Cluster,
    objects: Objects,
    source: str,
    name: str,
    heals: dict[str, float],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert without_operator.audit is not None
    clock, ending = SteppedClock(), f"{name}-ending"
    end = (datetime.now(UTC) + HALF * hours).strftime("%Y-%m-%dT%H:%M:%SZ")
    says = ("Expired", "Granted") if hours > 0 else ("Granted", "Expired")
    async with running_here(without_operator, clock):
        scene = await asyncio.to_thread(FaultScene, objects, source, name, without_operator.audit)
        objects.apply(access(ending, source, mapping("m", "SRE", expiresAt=end)))
        wait = partial(objects.wait_reason, f"ga/{ending}")
        await asyncio.to_thread(wait, says[1])
        clock.step = timedelta(hours=hours)
        scene.change()
        await until(scene.settled, "what has no end, by the wrong clock")
        await asyncio.to_thread(wait, says[0])
        clock.step, began = timedelta(), time.monotonic()
        await asyncio.to_thread(wait, says[1])
        await until(scene.settled, "all as declared")
        heals[f"clock {hours:+} h"] = time.monotonic() - began
        assert len(objects.bindings(ending)) == (1 if hours > 0 else 0)
        warned = "differs from the API server's by +36" if hours > 0 else "server's by -3"
        assert warned in caplog.text  # its Date has whole seconds
        assert not scene.untruths()
        assert not scene.excesses()
