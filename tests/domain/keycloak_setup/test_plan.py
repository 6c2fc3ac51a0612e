"""The plan of a setup: what is missing, and nothing else; undo takes back what was made."""

import itertools

import pytest

from fakes.keycloak_setup import FakeRealmAdmin
from groupaccess.application.keycloak_setup import apply_changes
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.plan import (
    DeleteResource,
    call_of,
    kept_by_undo,
    plan_setup,
    plan_undo,
    undo_options,
)
from groupaccess.domain.keycloak_setup.resources import MARK

CLUSTER = ClusterTrust("https://cluster.example")
KEYS = ClusterTrust("https://cluster.example", jwks='{"keys": []}')
OPTIONS = [
    SetupOptions(realm, canary=canary, classic=classic, cluster=cluster, cli_client=cli)
    for realm, canary, classic, cluster, cli in itertools.product(
        ("ADMIN", "master"),
        ("/groupaccess-canary", None),
        (False, True),
        (None, CLUSTER, KEYS),
        (None, "groupaccess-cli"),
    )
]
DEFAULT = SetupOptions("ADMIN")


async def applied(realm: FakeRealmAdmin, options: SetupOptions, *, undo: bool = False) -> int:
    """Plan and apply once; return how many changes there were."""
    state = await realm.read(undo_options(options) if undo else options)
    changes = (plan_undo if undo else plan_setup)(options, state)
    return len([change async for change in apply_changes(realm, state, changes)])


@pytest.mark.parametrize("options", OPTIONS, ids=str)
async def test_applied_again_it_changes_nothing_and_undone_it_leaves_nothing(
    options: SetupOptions,
) -> None:
    realm = FakeRealmAdmin("headlamp")
    assert await applied(realm, options) > 0
    assert await applied(realm, options) == 0
    assert await applied(realm, options, undo=True) > 0
    assert await applied(realm, options, undo=True) == 0
    assert [body["clientId"] for body in realm.clients.values()] == ["headlamp"]
    for place in (realm.groups, realm.policies, realm.permissions, realm.providers):
        assert place == {}


@pytest.mark.parametrize("made", range(10))
async def test_a_run_that_ended_anywhere_is_completed_by_the_next(made: int) -> None:
    realm, whole = FakeRealmAdmin("headlamp"), FakeRealmAdmin("headlamp")
    state = await realm.read(DEFAULT)
    begun = plan_setup(DEFAULT, state)[:made]
    assert len([change async for change in apply_changes(realm, state, begun)]) == made
    await applied(realm, DEFAULT)
    assert await applied(realm, DEFAULT) == 0
    assert await applied(whole, DEFAULT) == len(realm.calls)
    assert realm.clients == whole.clients


@pytest.mark.parametrize(("before", "after"), [*itertools.product(OPTIONS[:6], OPTIONS[:6])])
async def test_other_options_later_are_followed(before: SetupOptions, after: SetupOptions) -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, before)
    await applied(realm, after)
    assert await applied(realm, after) == 0


async def test_a_new_realm_needs_these_calls_in_this_order() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, DEFAULT)
    server = "/clients/ap/authz/resource-server"
    assert [(call.method, call.path) for call in realm.calls] == [
        ("POST", "/clients"),
        ("POST", "/clients/id-2/protocol-mappers/models"),
        ("PUT", ""),
        ("POST", f"{server}/policy/user"),
        ("POST", f"{server}/permission/scope"),
        ("POST", f"{server}/permission/scope"),
        ("POST", "/clients/id-2/protocol-mappers/models"),
        ("POST", "/groups"),
        ("PUT", "/users/account-of-id-2/groups/id-8"),
        ("POST", f"{server}/permission/scope"),
    ]


async def test_before_anything_is_made_its_ids_are_placeholders() -> None:
    state = await FakeRealmAdmin().read(DEFAULT)
    calls = [call_of(change, state.ids) for change in plan_setup(DEFAULT, state)]
    assert "/clients/{client}/protocol-mappers/models" in {call.path for call in calls}
    assert "/users/{account}/groups/{canary}" in {call.path for call in calls}
    assert not any(
        "secret" in str(call.body).lower().replace("client-secret", "") for call in calls
    )


async def test_realm_master_has_its_roles_at_another_client() -> None:
    assert SetupOptions("master").management_client == "master-realm"
    assert DEFAULT.management_client == "realm-management"


async def test_what_people_change_otherwise_is_left_to_them() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, DEFAULT)
    client = next(body for body in realm.clients.values() if body["clientId"] == "groupaccess")
    client |= {"name": "The operator", "standardFlowEnabled": True}
    assert await applied(realm, DEFAULT) == 0
    client["enabled"] = False
    assert await applied(realm, DEFAULT) == 1


async def test_a_client_that_was_made_anew_gets_its_rights_back() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, DEFAULT)
    (old,) = [key for key, body in realm.clients.items() if body["clientId"] == "groupaccess"]
    del realm.clients[old]
    await applied(realm, DEFAULT)
    (policy,) = realm.policies.values()
    (new,) = [key for key, body in realm.clients.items() if body["clientId"] == "groupaccess"]
    assert policy["users"] == [f"account-of-{new}"]
    assert await applied(realm, DEFAULT) == 0


async def test_a_mapper_of_another_name_that_does_the_same_is_enough() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, DEFAULT)
    (client,) = [body for body in realm.clients.values() if body["clientId"] == "groupaccess"]
    for number, mapper in enumerate(client["protocolMappers"].values()):
        mapper["name"] = f"by hand {number}"
    assert await applied(realm, DEFAULT) == 0


async def test_the_type_of_a_provider_is_changed_by_making_it_anew() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, SetupOptions("ADMIN", cluster=CLUSTER))
    realm.calls.clear()
    await applied(realm, SetupOptions("ADMIN", cluster=KEYS))
    assert [call.method for call in realm.calls] == ["DELETE", "POST"]


async def test_undo_leaves_what_others_made() -> None:
    realm = FakeRealmAdmin("headlamp")
    client = realm.add_client(clientId="groupaccess", publicClient=False)
    group = realm.add_group("groupaccess-canary")
    await applied(realm, DEFAULT)
    state = await realm.read(undo_options(DEFAULT))
    await applied(realm, DEFAULT, undo=True)
    assert client in realm.clients
    assert group in realm.groups
    assert realm.clients[client]["protocolMappers"] == {}
    assert realm.members == set()
    assert realm.permissions == realm.policies == {}
    assert [each.split(":")[0] for each in kept_by_undo(DEFAULT, state)] == [
        'client "groupaccess"',
        "adminPermissionsEnabled of the realm",
        'group "/groupaccess-canary"',
    ]


async def test_undo_leaves_a_canary_with_other_members() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, DEFAULT)
    (group,) = realm.groups
    realm.members.add(("alice", group))
    state = await realm.read(undo_options(DEFAULT))
    assert 'group "/groupaccess-canary": it has other members' in list(kept_by_undo(DEFAULT, state))
    assert not [change for change in plan_undo(DEFAULT, state) if change.resource.kind == "group"]


async def test_undo_for_one_client_leaves_what_another_one_has() -> None:
    realm = FakeRealmAdmin("headlamp")
    blue, green = SetupOptions("ADMIN", "blue", cluster=CLUSTER), SetupOptions("ADMIN", "green")
    await applied(realm, blue)
    await applied(realm, green)
    state = await realm.read(undo_options(green))
    changes = plan_undo(green, state)
    assert changes
    assert all(isinstance(change, DeleteResource) for change in changes)
    assert not {"group", "identity provider"} & {change.resource.kind for change in changes}
    await applied(realm, green, undo=True)
    assert await applied(realm, blue) == 0


async def test_all_that_can_be_marked_is_marked() -> None:
    realm = FakeRealmAdmin("headlamp")
    await applied(realm, SetupOptions("ADMIN", cluster=CLUSTER, cli_client="cli"))
    marked = [body for body in realm.clients.values() if MARK in body.get("attributes", {})]
    assert {body["clientId"] for body in marked} == {"groupaccess", "cli"}
    described = [*realm.policies.values(), *realm.permissions.values()]
    assert all("groupaccess keycloak-setup" in body["description"] for body in described)
