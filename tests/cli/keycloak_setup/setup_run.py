"""A run of the command on a realm in memory."""

from dataclasses import replace
from typing import Any

from fakes.keycloak_setup import FakeRealmAdmin
from groupaccess.application.ports.keycloak_setup import SetupRefusedError
from groupaccess.cli.keycloak_login.credentials import AccessToken, LoginChoice
from groupaccess.cli.keycloak_setup.order import SetupOrder
from groupaccess.cli.keycloak_setup.run import SetupRun
from groupaccess.domain.keycloak_setup.options import SetupOptions

ORDER = SetupOrder(
    url="https://auth.example.com",
    ca=None,
    options=SetupOptions("ADMIN"),
    apply=False,
    undo=False,
    secret_file=None,
    namespace="groupaccess",
    secret_name="keycloak",
    login=LoginChoice(),
    credentials=AccessToken("t0ken"),
)


async def run(realm: FakeRealmAdmin, **changes: Any) -> int:
    """Run it with these fields of the order; return the exit code."""
    return await SetupRun(replace(ORDER, **changes), realm).run()


class FailingAt:
    """Refuses the call of this number, counted from 0, as Keycloak might."""

    def __init__(self, number: int) -> None:
        self._left = number

    def __call__(self, call: object) -> None:
        if self._left == 0:
            raise SetupRefusedError(f"refused: {call}")
        self._left -= 1
