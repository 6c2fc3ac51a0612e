"""What `groupaccess keycloak-setup` needs from Keycloak."""

from dataclasses import dataclass
from typing import Protocol

from groupaccess.domain.keycloak_setup.calls import AdminCall, Ids
from groupaccess.domain.keycloak_setup.options import SetupOptions
from groupaccess.domain.keycloak_setup.state import RealmState


class SetupRefusedError(Exception):
    """Keycloak, or what was typed, says no. The text says what is wrong and what to do."""


class SetupUnknownError(Exception):
    """Nobody can tell: Keycloak is away, or a right is missing. The text says what to do."""


class RealmAdmin(Protocol):
    """The admin API of one realm, with the rights of the person who runs the command.

    Every method raises SetupRefusedError or SetupUnknownError.
    """

    async def read(self, options: SetupOptions) -> RealmState:
        """Read what exists of all that a setup with these options can make."""

    async def make(self, call: AdminCall, ids: Ids) -> Ids:
        """Make a call; return the ids with those that it created or needed."""

    async def client_secret(self, client: str) -> str:
        """Return the secret of a client, by its id."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """Keycloak's answer to a device authorization request (RFC 8628), in seconds.

    `device_code` is a secret.
    """

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: float
    interval: float
    verification_uri_complete: str | None = None


class DeviceEndpoint(Protocol):
    """Keycloak's endpoints for a device login with one public client."""

    async def authorize(self) -> DeviceCode:
        """Begin a login."""

    async def poll(self, code: DeviceCode) -> tuple[str, str]:
        """Return an access token and "", or "" and the error's name, such as slow_down."""
