"""The Keycloak of the simulation, as one replica asks it, keeps the contract of the real one.

It gives no tokens of the operator's own, so that the contract of these is not its own.
"""

import asyncio

import pytest

from contracts.directory_questions import QuestionsContract
from contracts.directory_reader import DirectoryReaderContract
from fakes.keycloak_source import FakeSource
from fakes.simulated_keycloak import SimulatedKeycloak


@pytest.fixture
async def source() -> FakeSource:
    keycloak = SimulatedKeycloak(asyncio.get_running_loop().time)
    return FakeSource(keycloak.client("a replica"), keycloak.realm)


class TestSimulatedDirectoryReader(DirectoryReaderContract):
    """The contract."""


class TestSimulatedQuestions(QuestionsContract):
    """The contract of questions."""
