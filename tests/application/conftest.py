"""All of these tests run in virtual time."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from fakes.clock import FakeClock, VirtualLoop
from fakes.metrics import FakeMetrics
from fakes.world import World


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
async def world(clock: FakeClock) -> World:
    return World(clock)
