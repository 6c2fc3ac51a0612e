"""Fixtures of the tests of the handlers."""

from collections.abc import AsyncIterator

import pytest

from fakes.handlers_harness import HandlersHarness


@pytest.fixture
async def desk() -> AsyncIterator[HandlersHarness]:
    made = HandlersHarness()
    yield made
    await made.sync.close()
