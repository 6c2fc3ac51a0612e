"""What stands in the way of a setup is said in a sentence."""

from fakes.keycloak_setup import FakeRealmAdmin
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.plan import plan_setup
from groupaccess.domain.keycloak_setup.problems import find_problems, setup_notes
from groupaccess.domain.keycloak_setup.resources import ClientResource
from groupaccess.domain.keycloak_setup.state import SharedPermission

DEFAULT = SetupOptions("ADMIN")


async def problem(realm: FakeRealmAdmin, options: SetupOptions = DEFAULT) -> tuple[str, bool]:
    (found,) = find_problems(options, await realm.read(options))
    return found.message, found.stops


async def test_nothing_is_in_the_way_in_a_new_realm() -> None:
    state = await FakeRealmAdmin("headlamp").read(DEFAULT)
    assert find_problems(DEFAULT, state) == ()
    assert list(setup_notes(DEFAULT, state)) == []


async def test_an_older_keycloak_has_only_the_classic_roles() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.knows_permissions = False
    message, stops = await problem(realm)
    assert stops
    assert "26.2" in message
    assert "--classic" in message
    classic = SetupOptions("ADMIN", classic=True)
    assert find_problems(classic, await realm.read(classic)) == ()


async def test_a_public_client_of_somebody_else_is_not_taken_over() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.add_client(clientId="groupaccess", publicClient=True)
    message, stops = await problem(realm)
    assert stops
    assert message.startswith('--client: client "groupaccess" exists and is public')


async def test_a_confidential_client_of_somebody_else_is_not_made_public() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.add_client(clientId="cli", publicClient=False)
    message, _ = await problem(realm, SetupOptions("ADMIN", cli_client="cli"))
    assert message.startswith('--create-cli-client: client "cli" exists and is not public')


async def test_an_identity_provider_for_another_issuer_is_not_taken_over() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.providers["kubernetes"] = {"alias": "kubernetes", "config": {"issuer": "https://other"}}
    options = SetupOptions("ADMIN", cluster=ClusterTrust("https://cluster.example"))
    message, stops = await problem(realm, options)
    assert stops
    assert '"https://other"' in message
    assert "--provider" in message


async def test_a_flow_without_federated_tokens_is_named() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.trusts_pods = False
    options = SetupOptions("ADMIN", cluster=ClusterTrust("https://cluster.example"))
    message, stops = await problem(realm, options)
    assert not stops
    assert "federated-jwt" in message


async def test_a_nested_canary_must_exist() -> None:
    message, stops = await problem(FakeRealmAdmin("headlamp"), SetupOptions("ADMIN", canary="/a/b"))
    assert stops
    assert '"/a/b"' in message


async def test_a_permission_of_others_is_not_intersected_with_a_second_one() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.shared = (SharedPermission("team views groups", "Groups", "team"),)
    message, stops = await problem(realm)
    assert not stops
    assert 'Add the user "service-account-groupaccess" to the policy "team"' in message
    names = [change.resource.name for change in plan_setup(DEFAULT, await realm.read(DEFAULT))]
    assert "groupaccess views clients" in names
    assert "groupaccess views groups" not in names


async def test_a_permission_of_others_that_lists_the_account_is_enough() -> None:
    realm = FakeRealmAdmin("headlamp")
    realm.shared = (SharedPermission("team views groups", "Groups", None),)
    assert find_problems(DEFAULT, await realm.read(DEFAULT)) == ()


async def test_an_own_client_of_the_wrong_type_is_corrected() -> None:
    realm = FakeRealmAdmin("headlamp")
    made = realm.add_client(
        clientId="groupaccess",
        publicClient=True,
        attributes={"groupaccess.io/made-for": "groupaccess"},
    )
    state = await realm.read(DEFAULT)
    assert find_problems(DEFAULT, state) == ()
    change = plan_setup(DEFAULT, state)[0]
    assert isinstance(change.resource, ClientResource)
    assert made in realm.clients


async def test_a_login_client_that_is_not_there_is_noted() -> None:
    (note,) = setup_notes(DEFAULT, await FakeRealmAdmin().read(DEFAULT))
    assert 'no client "headlamp"' in note
    without = SetupOptions("ADMIN", canary=None)
    (note,) = setup_notes(without, await FakeRealmAdmin().read(without))
    assert "Verified and ApiServer stay Unknown" in note
