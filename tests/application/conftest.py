"""All of these tests run in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from fakes.clock import FakeClock, VirtualLoop
from fakes.directory_harness import DirectoryHarness
from fakes.metrics import FakeMetrics
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give each test a loop of its own, in a time of its own."""
    return {"virtual": VirtualLoop}


@pytest.fixture
async def clock() -> FakeClock:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop.clock


@pytest.fixture
def metrics() -> FakeMetrics:
    return FakeMetrics()


@pytest.fixture
async def harness(clock: FakeClock) -> ReconcilerHarness:
    return ReconcilerHarness(clock)


@pytest.fixture
async def desk(clock: FakeClock) -> AsyncIterator[DirectoryHarness]:
    made = DirectoryHarness(clock)
    yield made
    await made.sync.close()


@pytest.fixture
async def granted(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE may view and Dev may edit."""
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    harness.read("/SRE", "/Dev")
    await harness.settle()
    assert harness.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    harness.cluster.calls.clear()
    return harness
