"""What is really broken, on real servers: the cause comes first, and its fix works as printed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from suite import long_form, mostly_long
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.explain_forms import NO_REQUEST, Answers, Form, Question, Unknown
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.realm import Realm
from testbed.realm_clients import group_mapper
from testbed.waiting import eventually

pytestmark = pytest.mark.explain

PODS = "/api/v1/namespaces/default/pods"
LIST = ("list", "pods", "--namespace=default")
GRANTED_WITHIN = 20.0


@pytest.fixture
def alice(realm: Realm) -> Realm:
    """Give a realm in which alice is in /platform/SRE."""
    realm.create_user("alice", "/platform/SRE")
    return realm


@pytest.fixture
def untrusted(keycloak: Keycloak, name: str) -> Iterator[Realm]:
    """Give a realm whose issuer kube-apiserver was not told."""
    made = keycloak.create_realm(name)
    made.clients.create_headlamp()
    yield made
    keycloak.set_aside(made)


def with_an_object_for_groups(realm: Realm) -> str:
    realm.clients.delete_mapper("headlamp")
    realm.clients.add_mapper("headlamp", group_mapper(claim="groups.names"))
    return realm.id_token("alice")


@long_form
def test_an_object_in_place_of_the_groups_is_explained(
    command: ExplainCommand, installed: Cluster, alice: Realm, directory: str
) -> None:
    token = with_an_object_for_groups(alice)
    assert installed.get(PODS, token).status == httpx.codes.UNAUTHORIZED
    assert directory
    report = command.why(*LIST, token=token)
    assert (report.code, report.words) == (1, ["ClaimNested"])
    assert report.body["answer"].endswith("(401).")
    assert command.doctor("--only=login", token=token).words == ["ClaimNested"]


def test_a_token_of_an_issuer_that_kube_apiserver_was_not_told_is_explained(
    command: ExplainCommand, untrusted: Realm
) -> None:
    untrusted.create_user("alice", "SRE")
    token = untrusted.id_token("alice")
    report = command.why(*LIST, token=token)
    assert report.words == ["IssuerMismatch"]
    assert untrusted.issuer_url in report.body["findings"][0]["fact"]


def test_without_any_mapping_that_is_what_is_missing(command: ExplainCommand, alice: Realm) -> None:
    report = command.why(*LIST, token=alice.id_token("alice"))
    assert report.code == 1
    assert report.words == ["NoMapping"]


def test_somebody_in_no_group_is_told_so(command: ExplainCommand, alice: Realm) -> None:
    alice.create_user("bob")
    assert command.why(*LIST, token=alice.id_token("bob")).words == ["NotInAGroup"]


def test_what_is_granted_is_a_yes_with_its_mapping(
    command: ExplainCommand, realm: Realm, granted: str
) -> None:
    realm.create_user("alice", "/SRE")
    report = command.why(*LIST, token=realm.id_token("alice"))
    assert report.code == 0
    assert report.body["allowed"] is True
    assert f"GroupAccess {granted}, mapping sre" in report.body["grants"][0]


def soon() -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=2):%Y-%m-%dT%H:%M:%SZ}"


def suspended(name: str, directory: str) -> dict[str, Any]:
    body = access(name, directory, mapping("sre", "/platform/SRE"))
    body["spec"]["suspend"] = True
    return body


Broken = Callable[[str, str], dict[str, Any]]
NO_DOCTOR = (Form.DOCTOR, Form.DOCTOR_TOKEN, Form.DOCTOR_LOGIN)
AS_DECLARED = Unknown("a mapping that has ended is as it was declared")
BROKEN: dict[str, tuple[Broken, Answers]] = {
    "suspended": (suspended, Answers("Suspended")),
    "in another namespace": (
        lambda name, directory: access(
            name,
            directory,
            mapping("sre", "/platform/SRE", namespaces={"names": ["kube-system"]}),
        ),
        Answers("GrantedElsewhere", dict.fromkeys(NO_DOCTOR, NO_REQUEST)),
    ),
    "ended": (
        lambda name, directory: access(
            name, directory, mapping("sre", "/platform/SRE", expiresAt=soon())
        ),
        Answers("Expired", dict.fromkeys(NO_DOCTOR, AS_DECLARED)),
    ),
}


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("case", mostly_long(BROKEN, "suspended"))
def test_the_printed_fix_is_pasted_and_the_next_request_is_a_200(
    question: Question,
    alice: Realm,
    objects: Objects,
    directory: str,
    name: str,
    case: str,
) -> None:
    broken, answers = BROKEN[case]
    objects.apply(broken(name, directory))
    token = alice.id_token("alice")
    eventually(
        lambda: question.plain.why(*LIST, token=token).words[:1] == [answers.word],
        within=GRANTED_WITHIN,
        what=f"why says {answers.word}",
    )
    question.check(answers, alice)
    assert question.plain.paste(question.plain.text(*LIST, token=token))
    eventually(lambda: question.is_answered(alice), within=GRANTED_WITHIN, what="alice gets in")
    eventually(lambda: question.finds_nothing(alice), within=GRANTED_WITHIN, what="nothing wrong")


@pytest.mark.usefixtures("operator")
def test_a_group_in_other_letters_is_named_by_its_reason_and_not_guessed(
    command: ExplainCommand, alice: Realm, objects: Objects, directory: str, name: str
) -> None:
    objects.apply(access(name, directory, mapping("sre", "/platform/sre")))
    token = alice.id_token("alice")
    eventually(
        lambda: command.why(*LIST, token=token).words[:1] == ["GroupNotFound"],
        within=GRANTED_WITHIN,
        what="why says GroupNotFound",
    )
    assert not command.paste(command.text(*LIST, token=token))


def test_at_a_sound_set_up_the_doctor_finds_nothing(
    command: ExplainCommand, realm: Realm, granted: str
) -> None:
    realm.create_user("alice", "/SRE")
    report = command.doctor(token=realm.id_token("alice"))
    mine = [item for item in report.body["checks"] if granted in str(item)]
    assert not [item for item in mine if item["result"] == "Finding"]
    assert not report.words


@pytest.fixture
def two_servers(installed: Cluster) -> Iterator[None]:
    """Show two kube-apiservers, of which one was told nothing."""
    flags = (("--oidc-issuer-url=https://auth.example.com/realms/ADMIN",), ())
    names = [f"kube-apiserver-{letter}" for letter in "ab"]
    for name, told in zip(names, flags, strict=True):
        container = {
            "name": "kube-apiserver",
            "image": "kube-apiserver",
            "command": ["kube-apiserver", *told],
        }
        metadata = {
            "name": name,
            "namespace": "kube-system",
            "labels": {"component": "kube-apiserver"},
        }
        spec = {"containers": [container]}
        installed.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    yield
    installed.kubectl("delete", "pod", "--namespace=kube-system", "--now", *names)


@pytest.mark.usefixtures("two_servers")
def test_kube_apiservers_that_were_not_told_the_same_are_found_first(
    command: ExplainCommand, untrusted: Realm
) -> None:
    untrusted.create_user("alice", "SRE")
    token = untrusted.id_token("alice")
    for report in (command.doctor(token=token), command.why(*LIST, token=token)):
        assert report.words[:2] == ["ApiServersDiffer", "IssuerMismatch"]
