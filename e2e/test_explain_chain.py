"""`groupaccess why` on real servers: the chain without a request, pasted 401s, a yes in full."""

import json
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand, Report
from testbed.keycloak import Keycloak
from testbed.objects import Objects, directory
from testbed.realm import Realm
from testbed.realm_pool import RealmPool

pytestmark = pytest.mark.explain

NAME, PLACE = "explain-chain", "default"
GROUP, SUBJECT = "/platform/SRE", "SRE"
PODS = ("list", "pods", f"--namespace={PLACE}")
OF_NAME = f"--directory={NAME}"
CHAIN = ["Keycloak", "token", "kube-apiserver", "RBAC"]


@pytest.fixture(scope="module")
def people(keycloak: Keycloak, installed: Cluster, realm_pool: RealmPool) -> Iterator[Realm]:
    """Give a realm with alice, whose group is bound twice by hand, and bob in no group."""
    realm = realm_pool.take(installed)
    realm.create_user("alice", GROUP)
    realm.create_user("bob")
    for name in (NAME, f"{NAME}-old"):
        create = ("create", "rolebinding", name, f"--namespace={PLACE}")
        installed.kubectl(*create, "--clusterrole=view", f"--group={SUBJECT}")
    with closing(Objects(installed)) as objects:
        objects.apply(*directory(NAME, realm, keycloak.ca_file.read_text()))
        yield realm
    for name in (NAME, f"{NAME}-old"):
        installed.kubectl("delete", "rolebinding", name, f"--namespace={PLACE}")
    realm_pool.give_back(realm, installed)


@pytest.fixture
def plain(installed: Cluster) -> ExplainCommand:
    """Give the commands without a login to Keycloak."""
    return ExplainCommand(installed)


def places(report: Report) -> list[str]:
    return [step["where"] for step in report.body["steps"]]


@pytest.mark.parametrize("who", ["alice", f"group:{GROUP}"])
@pytest.mark.usefixtures("people")
def test_without_a_request_somebody_has_the_chain_and_what_is_bound(
    command: ExplainCommand, who: str
) -> None:
    report = command.why(who, OF_NAME)
    assert (report.code, report.words, report.body["allowed"]) == (0, [], None)
    assert report.body["answer"].endswith(f"has view in {PLACE}.")
    assert places(report) == CHAIN
    assert any(NAME in line for line in report.body["grants"])


@pytest.mark.usefixtures("people")
def test_who_is_in_no_group_has_nothing_and_the_reason(command: ExplainCommand) -> None:
    report = command.why("bob", OF_NAME)
    assert (report.code, report.words) == (1, ["NotInAGroup"])
    assert report.body["answer"] == "Nothing is bound for bob."


def test_a_token_without_a_request_shows_what_is_read_from_it(
    command: ExplainCommand, people: Realm
) -> None:
    report = command.why(token=people.id_token("alice"))
    assert report.code == 0
    assert places(report) == CHAIN[1:]
    assert f"carries groups: {SUBJECT}" in report.body["steps"][0]["fact"]
    assert report.body["steps"][1]["knownBy"] == "TokenReview, now"


def test_without_anything_one_learns_who_one_is(plain: ExplainCommand) -> None:
    report = plain.why()
    assert report.body["allowed"] is None
    assert report.body["steps"][0]["knownBy"] == "SelfSubjectReview, now"


def test_a_yes_says_what_else_gives_it_and_how_long_it_lasts(
    command: ExplainCommand, people: Realm
) -> None:
    by_name = command.why("alice", *PODS, OF_NAME)
    assert by_name.code == 0
    grants = by_name.body["grants"]
    assert f"RoleBinding {PLACE}/{NAME} →" in grants[0]
    assert grants[1].startswith(f"also by RoleBinding {PLACE}/{NAME}-old (by hand)")
    assert grants[2].endswith("until their token ends, 5 minutes after its issue")
    by_token = command.why(*PODS, token=people.id_token("alice"))
    assert by_token.body["grants"][-1].endswith("at the latest")


@pytest.mark.usefixtures("people")
def test_what_is_bound_by_hand_elsewhere_is_close(plain: ExplainCommand) -> None:
    report = plain.why("list", "pods", "-nkube-system", "--as=alice", f"--as-group={SUBJECT}")
    assert report.code == 1
    assert f"RoleBinding {PLACE}/{NAME}: " in report.body["close"][0]
    assert f"but in {PLACE} (by hand)" in report.body["close"][0]


@pytest.mark.usefixtures("people")
def test_what_another_authorizer_allows_is_not_said_to_be_bound(plain: ExplainCommand) -> None:
    report = plain.why(*PODS, "--as=root", "--as-group=system:masters", f"--as-group={SUBJECT}")
    assert (report.code, report.body["grants"]) == (0, [])
    assert "another one than RBAC" in report.body["steps"][-1]["fact"]


def test_a_401_with_kube_apiservers_words_is_explained_and_a_bare_one_says_how_to_learn_it(
    plain: ExplainCommand, installed: Cluster, people: Realm
) -> None:
    answer = installed.get("/api", "no.real.token")
    assert answer.status == httpx.codes.UNAUTHORIZED
    assert plain.exit_code("why", "--error=-", stdin=json.dumps(answer.body)) == 3
    issuer = people.issuer_url
    said = f'oidc: issuer did not match the issuer returned by provider, expected "{issuer}/" got'
    report = plain.why("--error", said)
    assert (report.code, report.words) == (1, ["IssuerMismatch"])
