"""The fake device login keeps the contract of the real one."""

import pytest

from contracts.device_login import DeviceContract
from fakes.device import FakeDevice


class FakeSource(FakeDevice):
    """The fake, and the person."""

    def __init__(self) -> None:
        super().__init__()
        self.port = self


@pytest.fixture
def device() -> FakeSource:
    return FakeSource()


class TestFakeDevice(DeviceContract):
    """The contract."""
