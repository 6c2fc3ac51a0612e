"""What `DeviceEndpoint` promises of a login on another device, fake or real (RFC 8628)."""

import asyncio
from typing import Protocol

from groupaccess.application.ports.keycloak_setup import DeviceCode, DeviceEndpoint


class DeviceSource(Protocol):
    """The endpoints, and a person with a browser."""

    port: DeviceEndpoint

    def approve(self, code: DeviceCode) -> None:
        """Log in, and let the device in."""

    def deny(self, code: DeviceCode) -> None:
        """Log in, and keep the device out."""


async def polled(device: DeviceSource, code: DeviceCode) -> tuple[str, str]:
    """Return the answer to somebody who asks as slowly as the endpoint wants."""
    answer = await device.port.poll(code)
    if answer != ("", "slow_down"):
        return answer
    await asyncio.sleep(code.interval)
    return await device.port.poll(code)


class DeviceContract:
    """To be used with a fixture `device`, a DeviceSource."""

    async def test_it_is_pending_until_the_person_approves(self, device: DeviceSource) -> None:
        code = await device.port.authorize()
        assert code.user_code in (code.verification_uri_complete or "")
        assert 0 < code.interval < code.expires_in
        assert await polled(device, code) == ("", "authorization_pending")
        device.approve(code)
        token, error = await polled(device, code)
        assert (bool(token), error) == (True, "")

    async def test_a_person_may_deny(self, device: DeviceSource) -> None:
        code = await device.port.authorize()
        device.deny(code)
        assert await polled(device, code) == ("", "access_denied")

    async def test_a_code_is_good_for_one_login(self, device: DeviceSource) -> None:
        code = await device.port.authorize()
        device.approve(code)
        assert (await polled(device, code))[0]
        assert await polled(device, code) == ("", "invalid_grant")
