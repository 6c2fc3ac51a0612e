"""The fake rights keep the contract of the real ones."""

import pytest

from contracts.cluster import MAY_BIND
from contracts.rights import RightsContract
from fakes.rights import FakeRights


class RightsHarness:
    """The fake, and what is done to it."""

    def __init__(self) -> None:
        self.port = FakeRights(MAY_BIND)

    def allow(self, role: str) -> None:
        self.port.bindable.add(role)

    def forbid(self, role: str) -> None:
        self.port.bindable.remove(role)

    def cut_off(self) -> None:
        self.port.fails = 1


@pytest.fixture
def rights() -> RightsHarness:
    return RightsHarness()


class TestFakeRights(RightsContract):
    """The contract."""
