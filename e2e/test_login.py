"""The operator's account in Keycloak: the fewest rights, named when missing; one login for long."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from contracts.reading import read_once
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.questions import GroupsInUse
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from suite import long_form, mostly_long
from testbed.access import http_client
from testbed.keycloak import Keycloak
from testbed.reading import reached
from testbed.realm import Realm
from testbed.realm_clients import EXAMPLE, OPERATOR
from testbed.realm_setup import OPERATOR_ROLES
from testbed.waiting import eventually

pytestmark = pytest.mark.login

SECRET = uuid.uuid4().hex
HEADLAMP = LoginClient("headlamp", id_token=True, scopes=("openid",))
USED = GroupsInUse(frozenset({"/SRE", "Developer", "headlamp-viewers"}))


class Account:
    """The operator's account in a realm, and a reader that uses it."""

    def __init__(self, keycloak: Keycloak, realm: Realm, reader: KeycloakReader) -> None:
        self.realm = realm
        self._reader = reader
        self._keycloak = keycloak
        self.connection = reached(keycloak, realm)

    async def read(self) -> Snapshot:
        """Read the realm."""
        directory = Directory("default", self.realm.issuer_url, "groups", "", (HEADLAMP,))
        return await read_once(self._reader, directory, self.connection, USED)

    async def refusal(self) -> Failure:
        """Return why the realm cannot be read."""
        with pytest.raises(RejectedError) as refused:
            await self.read()
        return refused.value.failure

    def get(self, path: str) -> int:
        """Return the status that the account gets for a path of the realm's admin API."""
        form = {"grant_type": "client_credentials", "client_id": OPERATOR}
        with http_client(self._keycloak.ca_file) as client:
            below = f"{self._keycloak.url}/realms/{self.realm.name}/protocol/openid-connect"
            secret = {"client_secret": self.connection.client_secret}
            token = client.post(f"{below}/token", data={**form, **secret}).json()["access_token"]
            where = f"{self._keycloak.url}/admin/realms/{self.realm.name}{path}"
            return client.get(where, headers={"Authorization": f"Bearer {token}"}).status_code

    def logins(self) -> int:
        """Return how often the operator has logged in."""
        return len(self.realm.clients.call("GET", "/events?type=CLIENT_LOGIN"))

    @property
    def user(self) -> str:
        """Return the id of the account as a user."""
        clients = self.realm.clients
        where = f"/clients/{clients.internal_id(OPERATOR)}/service-account-user"
        return str(clients.call("GET", where)["id"])


def by_calls(keycloak: Keycloak, name: str) -> Realm:
    """Make a realm by the calls of `groupaccess keycloak-setup`."""
    made = keycloak.create_realm(name, eventsEnabled=True)
    made.clients.create_headlamp()
    made.clients.create_operator(secret=SECRET)
    for group in ("SRE", "Developer", "headlamp-viewers"):
        made.create_group(f"/{group}")
    return made


def by_file(keycloak: Keycloak, name: str) -> Realm:
    """Make a realm by the example's file."""
    file = json.loads((EXAMPLE / "realm.json").read_text())
    return keycloak.import_realm({**file, "realm": name, "eventsEnabled": True})


def by_roles(keycloak: Keycloak, name: str) -> Realm:
    """Make a realm in which the account has the two classic roles."""
    made = keycloak.create_realm(name)
    made.clients.create_headlamp()
    made.clients.create_operator(roles=OPERATOR_ROLES)
    return made


@pytest.fixture
async def reader() -> AsyncIterator[KeycloakReader]:
    made = KeycloakReader()
    yield made
    await made.forget_directory("default")


@pytest.fixture
def account(
    keycloak: Keycloak, reader: KeycloakReader, name: str, request: pytest.FixtureRequest
) -> Iterator[Account]:
    """Give the account of a realm that is made as the parameter says, by the calls when none."""
    made: Realm = getattr(request, "param", by_calls)(keycloak, name)
    yield Account(keycloak, made, reader)
    keycloak.set_aside(made)


@pytest.mark.parametrize("account", [by_calls, by_file], indirect=True)
async def test_the_documented_account_reads_groups_and_clients(account: Account) -> None:
    found = await account.read()
    assert {group.path for group in found.groups} == {"/SRE", "/Developer", "/headlamp-viewers"}
    assert found.by_client_id["headlamp"].enabled
    # Those of the client's own mapper and of its default scopes.
    assert {"groups", "email"} <= {
        mapper.claim for mapper in found.by_client_id["headlamp"].mappers
    }


@pytest.mark.parametrize("account", mostly_long([by_calls, by_file], by_calls), indirect=True)
async def test_the_documented_account_sees_no_user(account: Account) -> None:
    account.realm.create_user("alice", "/SRE")
    group = account.realm.group_id("/SRE")
    assert account.get(f"/groups/{group}") == httpx.codes.OK
    for path in ("/users", f"/users/{account.realm.user_id('alice')}", f"/groups/{group}/members"):
        assert account.get(path) == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("account", [by_roles], indirect=True)
async def test_the_two_classic_roles_do_as_well(account: Account) -> None:
    assert (await account.read()).by_client_id["headlamp"].enabled


@pytest.mark.parametrize(
    ("kind", "endpoint", "right"),
    [
        ("groups", "groups: 403", '"view" on all Groups'),
        ("clients", "client-scopes: 403", '"view" on all Clients'),
    ],
)
async def test_each_missing_right_is_named_at_once_and_its_return_heals(
    account: Account, kind: str, endpoint: str, right: str
) -> None:
    await account.read()
    account.realm.clients.drop_permission(kind)
    failure = await account.refusal()
    assert failure.reason == Reason.KEYCLOAK_FORBIDDEN
    assert failure.message.startswith(endpoint)
    assert right in failure.message
    account.realm.clients.create_operator()  # the calls may be made again
    assert (await account.read()).groups


async def test_a_permission_for_one_client_alone_is_too_little_and_said_to_be(
    account: Account,
) -> None:
    clients = account.realm.clients
    clients.drop_permission("clients")
    clients.permit_one("Clients", clients.internal_id("headlamp"))
    clients.setup().give_roles(["query-clients"])
    failure = await account.refusal()
    assert failure.reason == Reason.KEYCLOAK_FORBIDDEN
    assert failure.message.startswith("client-scopes: an empty list")


async def test_with_a_canary_it_may_evaluate_its_own_token_and_nobody_elses(
    account: Account,
) -> None:
    realm = account.realm
    realm.create_group("/groupaccess-canary")
    alice = realm.create_user("alice", "/SRE")
    realm.clients.setup(canary="/groupaccess-canary").join_canary()
    evaluate = f"/clients/{realm.clients.internal_id('headlamp')}/evaluate-scopes"
    below = f"{evaluate}/generate-example-id-token?scope=openid&userId="
    assert account.get(f"{below}{account.user}") == httpx.codes.OK
    assert account.get(f"{below}{alice}") == httpx.codes.FORBIDDEN
    assert (await account.read()).groups


async def test_a_day_of_readings_is_one_login_and_leaves_no_session(account: Account) -> None:
    for _ in range(20):
        await account.read()
    assert account.logins() == 1
    call, internal = account.realm.clients.call, account.realm.clients.internal_id(OPERATOR)
    assert call("GET", "/client-session-stats") == []
    assert call("GET", f"/clients/{internal}/session-count") == {"count": 0}


async def test_a_token_that_keycloak_takes_no_more_costs_one_new_login(account: Account) -> None:
    await account.read()
    account.realm.clients.call("PUT", "", {"notBefore": int(time.time()) + 1})
    eventually(lambda: account.get("/groups/count") == httpx.codes.OK, within=5)
    before = account.logins()
    await account.read()
    assert account.logins() == before + 1


@long_form
async def test_a_restart_of_keycloak_costs_one_login_at_most(
    account: Account, keycloak: Keycloak
) -> None:
    first = await account.read()
    keycloak.server.restart()
    assert await account.read() == first
    assert account.logins() <= 2


async def test_a_realm_that_is_made_anew_is_known_by_its_identity_after_one_login(
    account: Account, keycloak: Keycloak
) -> None:
    first = await account.read()
    account.realm.remove()
    account.realm = by_calls(keycloak, account.realm.name)
    assert (await account.read()).directory_id != first.directory_id
    assert account.logins() == 1


async def test_a_disabled_client_is_a_refused_login_and_its_return_heals(account: Account) -> None:
    await account.read()
    account.realm.clients.update(OPERATOR, enabled=False)
    assert (await account.refusal()).reason == Reason.LOGIN_FAILED
    account.realm.clients.update(OPERATOR, enabled=True)
    assert (await account.read()).groups
