"""The device login polls as RFC 8628 says."""

import pytest

from groupaccess.application.device_login import log_in_by_device
from groupaccess.application.ports.keycloak_setup import DeviceCode, SetupRefusedError

CODE = DeviceCode("d3vice", "ABCD-EFGH", "https://auth.example.com/device", 600, 5)
TOKEN = "t0ken"  # noqa: S105 -- of a test


class FakeDevice:
    """Answers with these errors, one after the other, and then with a token."""

    def __init__(self, *errors: str) -> None:
        self._errors = list(errors)
        self.waits: list[float] = []
        self.shown: list[DeviceCode] = []

    async def authorize(self) -> DeviceCode:
        return CODE

    async def poll(self, code: DeviceCode) -> tuple[str, str]:
        assert code == CODE
        return ("", self._errors.pop(0)) if self._errors else (TOKEN, "")

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def log_in(self) -> str:
        return await log_in_by_device(self, self.shown.append, self.sleep)


async def test_it_waits_before_each_question_and_returns_the_token() -> None:
    device = FakeDevice("authorization_pending", "authorization_pending")
    assert await device.log_in() == TOKEN
    assert device.waits == [5, 5, 5]
    assert device.shown == [CODE]


async def test_each_slow_down_adds_five_seconds_for_good() -> None:
    device = FakeDevice("slow_down", "authorization_pending", "slow_down")
    assert await device.log_in() == TOKEN
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
    device = FakeDevice("authorization_pending", error, "authorization_pending")
    with pytest.raises(SetupRefusedError, match=words):
        await device.log_in()
    assert len(device.waits) == 2


async def test_it_ends_when_the_code_does_although_keycloak_says_nothing() -> None:
    device = FakeDevice(*["authorization_pending"] * 1000)
    with pytest.raises(SetupRefusedError, match="expired"):
        await device.log_in()
    assert sum(device.waits) == 600
