"""The endpoints of a device login in memory, and the person who logs in."""

from groupaccess.application.ports.keycloak_setup import DeviceCode

PAGE = "https://auth.example.com/device"
CODE = DeviceCode("d3vice", "ABCD-EFGH", PAGE, 600, 5, f"{PAGE}?user_code=ABCD-EFGH")
TOKEN = "t0ken"  # noqa: S105 -- of a test
PENDING = "authorization_pending"


class FakeDevice:
    """The port `DeviceEndpoint`; `errors` are answered first, one after the other."""

    def __init__(self, *errors: str) -> None:
        self._errors = list(errors)
        self._answer = ("", PENDING)

    async def authorize(self) -> DeviceCode:
        return CODE

    async def poll(self, code: DeviceCode) -> tuple[str, str]:
        assert code == CODE
        if self._errors:
            return "", self._errors.pop(0)
        answer = self._answer
        if answer != ("", PENDING):
            self._answer = ("", "invalid_grant")
        return answer

    def approve(self, code: DeviceCode) -> None:
        """Log in, and let the device in."""
        assert code == CODE
        self._answer = (TOKEN, "")

    def deny(self, code: DeviceCode) -> None:
        """Log in, and keep the device out."""
        assert code == CODE
        self._answer = ("", "access_denied")
