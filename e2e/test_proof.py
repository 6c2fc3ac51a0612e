"""What an example token shows, on a real Keycloak: whose it is, and what follows from it."""

import json
from typing import Any

import pytest

from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import Client, ProofResult, TokenProof
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.reading import reached, read_once
from testbed.realm import Realm
from testbed.realm_clients import OPERATOR, group_mapper
from testbed.waiting import eventually

pytestmark = pytest.mark.claims
FORBIDDEN = 403
HEADLAMP = LoginClient("headlamp", id_token=True, scopes=("openid",))


@pytest.fixture(autouse=True)
def _sees_members(realm: Realm) -> None:
    """Give the operator's account the classic role, before it logs in."""
    realm.clients.grant("view-users")


async def read(realm: Realm, keycloak: Keycloak, canary: str | None = None) -> Client:
    """Read the client headlamp as the operator does."""
    directory = Directory("d", realm.issuer_url, "groups", "", (HEADLAMP,), canary=canary)
    used = ("/SRE", *filter(None, [canary]))
    (client,) = (await read_once(directory, reached(keycloak, realm), *used)).clients
    return client


async def proof(realm: Realm, keycloak: Keycloak, canary: str | None = None) -> TokenProof:
    """Return its proof."""
    found = (await read(realm, keycloak, canary)).proof
    assert found is not None
    return found


def limit_to_role(realm: Realm) -> None:
    """Let the groups come by a scope that only holders of a role get: no mapper shows that."""
    realm.clients.delete_mapper("headlamp")
    scope = realm.clients.create_scope("teams", group_mapper())
    realm.clients.assign_scope("headlamp", "teams")
    realm.admin.create_realm_role({"name": "insider"})
    role = realm.admin.get_realm_role("insider")
    realm.admin.connection.raw_post(
        f"admin/realms/{realm.name}/client-scopes/{scope}/scope-mappings/realm",
        data=json.dumps([role]),
    )


def await_result(objects: Objects, directory: str, result: str) -> dict[str, Any]:
    """Wait until the directory says this of its client; a GroupAccess may say so before."""

    def check() -> dict[str, Any]:
        (client,) = objects.get(f"kcd/{directory}")["status"]["clients"]
        assert client["result"] == result, client
        body: dict[str, Any] = client
        return body

    return eventually(check, within=5, what=f"the directory says {result}")


async def test_the_operators_own_account_proves_the_mappers(
    realm: Realm, keycloak: Keycloak
) -> None:
    group = realm.create_group("/groupaccess-canary")
    found = await proof(realm, keycloak, "groupaccess-canary")
    assert found.result is ProofResult.UNPROVEN
    assert "was not found in /groupaccess-canary" in found.fact
    internal = realm.clients.internal_id(OPERATOR)
    account = realm.admin.get_client_service_account_user(internal)
    realm.admin.group_user_add(account["id"], group)
    found = await proof(realm, keycloak, "groupaccess-canary")
    assert found.result is ProofResult.PROVEN
    assert "the operator's own account" in found.fact


async def test_a_disabled_member_proves_nothing(realm: Realm, keycloak: Keycloak) -> None:
    member = realm.create_user("alice", "/SRE")
    assert (await proof(realm, keycloak)).result is ProofResult.PROVEN
    realm.admin.update_user(member, {"enabled": False})
    assert (await proof(realm, keycloak)).result is ProofResult.UNPROVEN


async def test_nobody_of_a_group_that_is_not_in_use_is_looked_at(
    realm: Realm, keycloak: Keycloak
) -> None:
    realm.create_group("/SRE")
    realm.create_user("bob", "/ops")
    found = await proof(realm, keycloak)
    assert found.result is ProofResult.UNPROVEN
    assert "no enabled member was found in /SRE" in found.fact


async def test_no_session_and_no_event_is_left_behind(realm: Realm, keycloak: Keycloak) -> None:
    member = realm.create_user("alice", "/SRE")
    realm.admin.set_events({"eventsEnabled": True})
    assert (await proof(realm, keycloak)).result is ProofResult.PROVEN
    assert realm.admin.get_sessions(member) == []
    assert not realm.admin.get_events({"user": member})


@pytest.mark.usefixtures("operator")
def test_a_members_token_that_lacks_the_string_holds_the_grant_until_it_carries_it(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    limit_to_role(realm)
    realm.create_user("alice", "/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    message = objects.wait_reason(f"ga/{name}", "ClaimUnproven", within=40)["message"]
    assert 'for a member of /SRE lacks "SRE" in claim "groups"' in message
    assert not objects.bindings(name)
    await_result(objects, directory, "Refuted")

    realm.admin.assign_realm_roles(realm.user_id("alice"), [realm.admin.get_realm_role("insider")])
    objects.read_again(directory)
    objects.wait_reason(f"ga/{name}", "Granted", within=40)
    lifetime = await_result(objects, directory, "Proven")["tokenLifetimeSeconds"]
    assert lifetime in {299, 300}  # Keycloak reads its clock for each of the two times in a token


@pytest.mark.usefixtures("operator")
def test_without_members_verified_says_so_and_it_is_granted(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{name}", "Granted", within=40)
    verified = objects.conditions(f"ga/{name}")["Verified"]
    assert (verified["status"], verified["reason"]) == ("Unknown", "ClaimUnproven")
    assert "no enabled member was found in /SRE" in verified["message"]


@pytest.mark.usefixtures("operator")
def test_a_role_of_the_groups_name_is_a_collision_until_no_login_can_bring_it(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_user("alice", "/SRE")
    realm.create_user("mallory")
    realm.admin.create_realm_role({"name": "SRE"})
    realm.admin.assign_realm_roles(realm.user_id("mallory"), [realm.admin.get_realm_role("SRE")])
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    message = objects.wait_reason(f"ga/{name}", "ClaimCollision", within=40)["message"]
    assert 'client scope "microprofile-jwt" also writes "SRE" for other people' in message
    trapped = realm.token("mallory", scopes=("openid", "microprofile-jwt"))["id_token"]
    assert objects.cluster.whoami(trapped)["groups"].count("SRE") == 1  # a member, to Kubernetes
    assert objects.cluster.get("/api/v1/namespaces", trapped).status == FORBIDDEN

    trap = realm.admin.get_client_scope_by_name("microprofile-jwt")
    assert trap is not None
    realm.admin.delete_client_optional_client_scope(
        realm.clients.internal_id("headlamp"), trap["id"]
    )
    objects.read_again(directory)
    objects.wait_reason(f"ga/{name}", "Granted", within=40)
