"""The device login polls as RFC 8628 says."""

from dataclasses import dataclass, field

import pytest

from fakes.device import CODE, TOKEN, FakeDevice
from groupaccess.application.device_login import log_in_by_device
from groupaccess.application.ports.keycloak_setup import DeviceCode, SetupRefusedError


@dataclass
class Login:
    """A login whose waits are kept, not waited."""

    device: FakeDevice
    waits: list[float] = field(default_factory=list)
    shown: list[DeviceCode] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def run(self) -> str:
        return await log_in_by_device(self.device, self.shown.append, self.sleep)


def login(*errors: str) -> Login:
    """Return a login that the person has approved, after these errors."""
    device = FakeDevice(*errors)
    device.approve(CODE)
    return Login(device)


async def test_it_waits_before_each_question_and_returns_the_token() -> None:
    device = login("authorization_pending", "authorization_pending")
    assert await device.run() == TOKEN
    assert device.waits == [5, 5, 5]
    assert device.shown == [CODE]


async def test_each_slow_down_adds_five_seconds_for_good() -> None:
    device = login("slow_down", "authorization_pending", "slow_down")
    assert await device.run() == TOKEN
    assert device.waits == [5, 10, 10, 15]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "was refused in the browser"),
        ("expired_token", "the code has expired"),
        ("invalid_grant", "refuses the device login: invalid_grant"),
    ],
)
async def test_a_refusal_ends_it_with_a_sentence(error: str, words: str) -> None:
    device = login("authorization_pending", error, "authorization_pending")
    with pytest.raises(SetupRefusedError, match=words):
        await device.run()
    assert len(device.waits) == 2


async def test_it_ends_when_the_code_does_although_keycloak_says_nothing() -> None:
    device = login(*["authorization_pending"] * 1000)
    with pytest.raises(SetupRefusedError, match="expired"):
        await device.run()
    assert sum(device.waits) == 600
