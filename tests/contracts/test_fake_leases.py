"""The fake Lease keeps the contract of the real one."""

import pytest

from contracts.leases import LeasesContract
from fakes.leases import FakeLeases


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


class TestFakeLeases(LeasesContract):
    """The contract."""
