"""The fake Keycloak keeps the contract of the real one."""

import pytest

from contracts.directory_questions import QuestionsContract
from contracts.directory_reader import DirectoryReaderContract
from fakes.keycloak import FakeDirectoryReader
from fakes.keycloak_source import FakeSource


@pytest.fixture
def source() -> FakeSource:
    reader = FakeDirectoryReader()
    return FakeSource(reader, reader.create_realm())


class TestFakeDirectoryReader(DirectoryReaderContract):
    """The contract."""


class TestFakeQuestions(QuestionsContract):
    """The contract of questions."""
