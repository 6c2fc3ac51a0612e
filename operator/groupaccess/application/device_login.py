"""A login on another device: the OAuth 2.0 device authorization grant (RFC 8628)."""

from collections.abc import Awaitable, Callable

from groupaccess.application.ports.keycloak_setup import (
    DeviceCode,
    DeviceEndpoint,
    SetupRefusedError,
)

PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
SLOWER_SECONDS = 5.0  # that RFC 8628 adds for each slow_down
REFUSALS = {
    "access_denied": "the login was refused in the browser: run the command again to try again",
    "expired_token": "the code has expired before the login: run the command again",
}


async def log_in_by_device(
    endpoint: DeviceEndpoint,
    show: Callable[[DeviceCode], None],
    sleep: Callable[[float], Awaitable[None]],
) -> str:
    """Return an access token; `show` tells the person where to log in, `sleep` waits seconds.

    Raise SetupRefusedError when the person refuses, or does not come in time.
    """
    code = await endpoint.authorize()
    show(code)
    waited, interval = 0.0, code.interval
    while waited < code.expires_in:
        await sleep(interval)
        waited += interval
        token, error = await endpoint.poll(code)
        if token:
            return token
        if error == SLOW_DOWN:
            interval += SLOWER_SECONDS
        elif error != PENDING:
            raise SetupRefusedError(
                REFUSALS.get(error, f"Keycloak refuses the device login: {error}")
            )
    raise SetupRefusedError(REFUSALS["expired_token"])
