"""`groupaccess why USER` on real servers: what is broken in the realm is named, and it first.

The fix that is printed for it is pasted, alice logs in again, and the next request is a 200.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from suite import long_form
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand, Report
from testbed.keycloak import Keycloak
from testbed.objects import Objects, directory
from testbed.realm import PASSWORD, Realm
from testbed.realm_clients import group_mapper
from testbed.realm_pool import RealmPool

pytestmark = pytest.mark.explain

PATH = "/api/v1/namespaces/default/pods"
PODS = ("list", "pods", "--namespace=default")
NAME = "explain-person"
GROUP = "/platform/SRE"


@pytest.fixture(scope="module")
def people(keycloak: Keycloak, installed: Cluster, realm_pool: RealmPool) -> Iterator[Realm]:
    """Give a realm and its KeycloakDirectory, which nobody reads: alice is in a group."""
    realm = realm_pool.take(installed)
    realm.clients.delete("headlamp")
    realm.create_user("alice", GROUP)
    with closing(Objects(installed)) as objects:
        objects.apply(*directory(NAME, realm, keycloak.ca_file.read_text()))
        yield realm
    realm_pool.give_back(realm, installed)


@pytest.fixture
def realm_here(people: Realm) -> Iterator[Realm]:
    """Give the realm with a client as people have it, which a test may spoil."""
    people.clients.create_headlamp()
    yield people
    people.clients.delete("headlamp")


def ask(command: ExplainCommand, who: str = "alice", *more: str) -> Report:
    return command.why(who, *PODS, f"--directory={NAME}", *more)


def only_in(token: str, claim: str = "groups") -> Callable[[Realm], None]:
    """Return a change that leaves the client one mapper, which writes into one kind of token."""

    def change(realm: Realm) -> None:
        realm.clients.delete_mapper("headlamp")
        mapper = group_mapper(claim=claim)
        mapper["config"]["id.token.claim"] = str(token == "ID").lower()  # noqa: S105 -- a kind
        realm.clients.add_mapper("headlamp", mapper)

    return change


def in_a_scope(realm: Realm) -> None:
    realm.clients.delete_mapper("headlamp")
    scope = f"teams-{uuid.uuid4().hex[:8]}"
    realm.clients.create_scope(scope, group_mapper())
    realm.clients.assign_scope("headlamp", scope, optional=True)


BROKEN: dict[str, tuple[Callable[[Realm], object], str]] = {
    "no mapper": (lambda realm: realm.clients.delete_mapper("headlamp"), "NoGroupsClaim"),
    "mapper off for that token": (only_in("access"), "MapperNotInToken"),
    "mapper on another claim": (only_in("ID", "teams"), "GroupsInOtherClaim"),
    "dotted claim": (only_in("ID", "groups.names"), "ClaimNested"),
    "scope not requested": (in_a_scope, "ScopeNotRequested"),
    "client disabled": (
        lambda realm: realm.clients.update("headlamp", enabled=False),
        "ClientNotFound",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_in_the_realm_is_named_first(
    command: ExplainCommand, realm_here: Realm, case: str
) -> None:
    change, word = BROKEN[case]
    change(realm_here)
    report = ask(command)
    assert report.code == 1
    assert report.words == [word], report.body
    assert report.body["allowed"] is False
    assert command.doctor("--only=login").words == [word]


@long_form
@pytest.mark.usefixtures("bound_by_hand")
@pytest.mark.parametrize("case", BROKEN)
def test_the_fix_that_is_printed_for_it_is_pasted_and_the_next_request_is_a_200(
    installed: Cluster,
    keycloak: Keycloak,
    with_kcadm: dict[str, str],
    realm_here: Realm,
    case: str,
) -> None:
    command = ExplainCommand(installed, with_kcadm, keycloak.ca_file)
    change, _ = BROKEN[case]
    change(realm_here)
    assert command.paste(command.text("alice", *PODS, f"--directory={NAME}"))
    assert ask(command).code == 0
    assert command.doctor("--only=login").words == []
    assert installed.get(PATH, realm_here.id_token("alice")).status == httpx.codes.OK


@pytest.mark.usefixtures("realm_here")
def test_who_is_in_no_group_and_who_is_disabled_is_said(
    command: ExplainCommand, people: Realm
) -> None:
    people.create_user("bob")
    assert ask(command, "bob").words == ["NotInAGroup"]
    people.admin.update_user(people.user_id("bob"), {"enabled": False})
    assert ask(command, "bob").words == ["UserDisabled"]
    people.delete_user("bob")


@pytest.mark.usefixtures("realm_here")
@pytest.mark.parametrize("who", ["alice", f"group:{GROUP}"])
def test_what_is_bound_by_hand_is_a_yes_for_the_user_and_for_the_group(
    command: ExplainCommand, request: pytest.FixtureRequest, who: str
) -> None:
    before = ask(command, who)
    assert (before.code, before.words) == (1, ["NoMapping"])
    name = request.getfixturevalue("bound_by_hand")
    report = ask(command, who)
    assert (report.code, report.words) == (0, [])
    assert name in report.body["grants"][0]
    where = [step["where"] for step in report.body["steps"]]
    assert where == ["Keycloak", "token", "kube-apiserver", "RBAC"]
    assert GROUP in report.body["steps"][0]["fact"]


@pytest.mark.usefixtures("realm_here")
@pytest.mark.parametrize("who", ["alice", f"group:{GROUP}"])
def test_a_right_that_the_caller_lacks_in_keycloak_is_named(
    installed: Cluster, keycloak: Keycloak, people: Realm, who: str
) -> None:
    login = {"KEYCLOAK_USER": "alice", "KEYCLOAK_PASSWORD": PASSWORD}
    command = ExplainCommand(installed, login, keycloak.ca_file)
    done = command.untold(who, *PODS, f"--directory={NAME}", f"--login-realm={people.name}")
    assert '"view-users"' in done


@pytest.mark.usefixtures("realm_here")
def test_who_does_not_exist_is_said_and_nothing_is_guessed(command: ExplainCommand) -> None:
    for who in ("carol", "group:/nobody"):
        done = command.untold(who, *PODS, f"--directory={NAME}")
        assert " shows you no " in done
    assert "no-such-client" in command.untold(
        "alice", *PODS, f"--directory={NAME}", "--client=no-such-client"
    )
