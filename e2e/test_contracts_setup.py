"""The contracts of `groupaccess keycloak-setup`'s ports, on a real Keycloak."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
import pytest_asyncio

from contracts.device_login import DeviceContract
from contracts.realm_admin import RealmAdminContract
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.adapters.keycloak.setup.login import KeycloakDevice, password_token
from groupaccess.adapters.keycloak.setup.realm import KeycloakRealmAdmin
from groupaccess.application.ports.keycloak_setup import DeviceCode
from testbed.keycloak import Keycloak
from testbed.realm import Realm
from testbed.setup_command import Browser

pytestmark = pytest.mark.contract

CLIENT = "device"
SECONDS = 1  # from one question of a device to the next, at least


@pytest_asyncio.fixture
async def session(keycloak: Keycloak) -> AsyncIterator[HttpSession]:
    """Give a session that is logged in as Keycloak's administrator."""
    made, login = HttpSession(keycloak.url, keycloak.ca_file), keycloak.login
    made.authorize(await password_token(made, "master", login.username, login.password, None))
    yield made
    await made.close()


class RealSource:
    """A bare realm."""

    def __init__(self, session: HttpSession, realm: Realm) -> None:
        self.name = realm.name
        self.port = KeycloakRealmAdmin(session, realm.name)
        self._realm = realm

    async def delete_canary(self) -> None:
        self._realm.delete_group("/groupaccess-canary")


@pytest.fixture
def source(session: HttpSession, bare: Realm) -> RealSource:
    """Give a realm with the client `headlamp` alone."""
    return RealSource(session, bare)


class TestKeycloakRealmAdmin(RealmAdminContract):
    """The contract."""


class RealDevice:
    """A client for devices, and alice with her browser."""

    def __init__(self, session: HttpSession, realm: Realm, browser: Browser) -> None:
        self.port = KeycloakDevice(session, realm.name, CLIENT)
        self._browser = browser

    def approve(self, code: DeviceCode) -> None:
        self._browser.answer(_page(code), "alice", accept=True)

    def deny(self, code: DeviceCode) -> None:
        self._browser.answer(_page(code), "alice", accept=False)


def _page(code: DeviceCode) -> str:
    return code.verification_uri_complete or ""


@pytest.fixture(scope="module")
def with_devices(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm with a client for devices, which may ask each second."""
    made = keycloak.create_realm("contract-device")
    attributes = {
        "oauth2.device.authorization.grant.enabled": "true",
        "oauth2.device.polling.interval": str(SECONDS),
    }
    made.clients.create(CLIENT, publicClient=True, attributes=attributes)
    made.create_user("alice")
    yield made
    keycloak.set_aside(made)


@pytest_asyncio.fixture
async def device(with_devices: Realm, keycloak: Keycloak) -> AsyncIterator[RealDevice]:
    """Give the endpoints, and a browser where nobody is logged in."""
    session = HttpSession(keycloak.url, keycloak.ca_file)
    with closing(Browser(keycloak.ca_file)) as browser:
        yield RealDevice(session, with_devices, browser)
    await session.close()


class TestKeycloakDevice(DeviceContract):
    """The contract."""
