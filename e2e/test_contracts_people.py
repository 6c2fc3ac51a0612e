"""The contract of a realm's people, on a real Keycloak."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from contracts.people import DEV, ONLY_DISABLED, SRE, PeopleContract
from groupaccess.adapters.keycloak.people import KeycloakPeople
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.adapters.keycloak.setup.login import password_token
from testbed.keycloak import Keycloak
from testbed.realm import PASSWORD, Realm

pytestmark = pytest.mark.contract

NAME = "contract-people"


@dataclass(frozen=True)
class RealPeople:
    """A real realm, by its administrator's login and by alice's own."""

    port: KeycloakPeople
    powerless: KeycloakPeople


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm with the people of the contract."""
    made = keycloak.create_realm(NAME)
    made.clients.create_headlamp()
    made.create_user("alice", SRE, DEV)
    made.create_user("bob")
    made.create_user("carl", ONLY_DISABLED)
    for name in ("bob", "carl"):
        made.admin.update_user(made.user_id(name), {"enabled": False})
    yield made
    keycloak.set_aside(made)


@pytest_asyncio.fixture
async def people(keycloak: Keycloak, realm_here: Realm) -> AsyncIterator[RealPeople]:
    """Give both logins."""
    admin, alice = (HttpSession(keycloak.url, keycloak.ca_file) for _ in range(2))
    login = keycloak.login
    admin.authorize(await password_token(admin, "master", login.username, login.password, None))
    alice.authorize(await password_token(alice, realm_here.name, "alice", PASSWORD, None))
    yield RealPeople(KeycloakPeople(admin, NAME), KeycloakPeople(alice, NAME))
    await asyncio.gather(admin.close(), alice.close())


class TestKeycloakPeople(PeopleContract):
    """The contract."""
