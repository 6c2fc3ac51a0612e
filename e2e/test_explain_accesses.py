"""What is wrong with the objects of a cluster, on real servers: `why` names it first."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from explain_settings_cases import by_http, other_host, other_port, realm_in_capitals, slash
from suite import long_form, mostly_long
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.explain_forms import NO_GROUPS, NO_LOGIN, NO_REALM, NO_REQUEST, Answers, Form, Question
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, directory, mapping
from testbed.pki import CertificateAuthority
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.explain, pytest.mark.usefixtures("operator")]

PODS = "/api/v1/namespaces/default/pods"
LIST = ("list", "pods", "--namespace=default")
ALL_PODS = "/api/v1/pods"
EVERYWHERE = ("list", "pods", "--all-namespaces")
SRE, OTHER = "/platform/SRE", "/apps/SRE"
SOON = 20.0
AWAY = ("KeycloakUnavailable",)  # all that is known without an accepted token
WRONG_PORT = Answers(
    "IssuerMismatch",
    {
        Form.USER: NO_REALM,
        Form.TOKEN: ("IssuerMismatch", *AWAY),
        Form.DOCTOR_TOKEN: ("IssuerMismatch", *AWAY),
        **dict.fromkeys((Form.ERROR, Form.DOCTOR, Form.DOCTOR_LOGIN), AWAY),
    },
)
WRONG_REALM = Answers("IssuerMismatch", {Form.USER: NO_REALM})
MISSING = Answers(
    "GroupMissing",
    {
        **dict.fromkeys((Form.USER, Form.TOKEN), ("NotInAGroup",)),  # whoever was in it
        Form.ERROR: NO_GROUPS,
        Form.DOCTOR_TOKEN: ("NotInAGroup", "GroupMissing"),
    },
)
SPELLED = Answers(
    "DanglingSubject",
    {
        **dict.fromkeys((Form.USER, Form.TOKEN, Form.ERROR), ("DanglingSubject", "NoMapping")),
        **dict.fromkeys((Form.DOCTOR, Form.DOCTOR_TOKEN), NO_LOGIN),
    },
)
ALL_AT_ONCE = Answers(
    "AllNamespacesRequested",
    dict.fromkeys((Form.DOCTOR, Form.DOCTOR_TOKEN, Form.DOCTOR_LOGIN), NO_REQUEST),
)
ISSUERS: dict[str, tuple[Callable[[str], str], str, Answers]] = {
    "host": (other_host, "IssuerMismatch", Answers("IssuerMismatch")),
    "port": (other_port, "KeycloakUnavailable", WRONG_PORT),
    "case": (realm_in_capitals, "IssuerMismatch", WRONG_REALM),
}
"""How the issuer of a KeycloakDirectory differs, and what the operator says of it."""


@pytest.fixture
def alice(realm: Realm) -> Realm:
    """Give a realm in which alice is in a group."""
    realm.create_user("alice", SRE)
    return realm


@pytest.fixture
def source(alice: Realm, objects: Objects, keycloak: Keycloak, name: str) -> str:
    """Give the name of a KeycloakDirectory for alice's realm."""
    objects.apply(*directory(name, alice, keycloak.ca_file.read_text()))
    return name


@long_form
@pytest.mark.parametrize("case", [("SRE", "GroupAmbiguous"), ("/platform/sre", "GroupNotFound")])
def test_a_group_that_is_not_the_meant_one_is_corrected_as_printed(
    question: Question,
    alice: Realm,
    objects: Objects,
    source: str,
    name: str,
    case: tuple[str, str],
) -> None:
    group, word = case
    alice.create_group(OTHER)
    alice.clients.delete("headlamp")
    alice.clients.create_headlamp(full_path=True)
    objects.apply(access(name, source, mapping("sre", group)))
    objects.wait_reason(f"ga/{name}", word)
    question.check(Answers(word), alice)
    who = ("alice", *LIST, f"--directory={source}")
    assert question.login.paste(question.login.text(*who))
    eventually(lambda: question.is_answered(alice), within=SOON, what="alice gets in")
    eventually(lambda: question.finds_nothing(alice), within=SOON, what="nothing is wrong")


@long_form
@pytest.mark.parametrize(
    ("role", "other", "word"),
    [("no-such-role", "/apps/Dev", "ClusterRoleNotFound"), ("view", OTHER, "ClaimCollision")],
)
def test_a_mapping_that_is_refused_is_named_by_its_reason(
    question: Question,
    alice: Realm,
    objects: Objects,
    source: str,
    role: str,
    other: str,
    word: str,
) -> None:
    alice.create_group(other)
    objects.apply(access(source, source, mapping("sre", SRE, role)))
    objects.wait_reason(f"ga/{source}", word)
    question.check(Answers(word), alice)


@pytest.mark.parametrize("case", mostly_long(ISSUERS, "host"))
def test_an_issuer_that_is_declared_wrongly_is_corrected_as_printed(
    question: Question,
    alice: Realm,
    objects: Objects,
    keycloak: Keycloak,
    name: str,
    case: str,
) -> None:
    change, reason, answers = ISSUERS[case]
    secret, declared = directory(name, alice, keycloak.ca_file.read_text())
    declared["spec"]["issuer"] = change(alice.issuer_url)
    objects.apply(secret, declared, access(name, name, mapping("sre", SRE)))
    objects.wait_reason(f"kcd/{name}", reason)
    question.check(answers, alice)
    token = alice.id_token("alice")
    assert question.plain.paste(question.plain.doctor_text(token=token))
    eventually(lambda: question.is_answered(alice), within=SOON, what="alice gets in")
    eventually(lambda: question.finds_nothing(alice), within=SOON, what="nothing is wrong")


@pytest.mark.parametrize("change", [slash, by_http])
def test_an_issuer_that_no_object_may_declare_is_named_when_it_is_typed(
    question: Question, alice: Realm, change: Callable[[str], str]
) -> None:
    typed = (f"--issuer={change(alice.issuer_url)}", "--client-id=headlamp", "--only=login")
    report = question.plain.doctor(*typed)
    assert report.words == ["IssuerMismatch"], report.body
    assert alice.issuer_url in str(report.body)


@long_form
def test_a_certificate_that_the_operator_does_not_trust_is_named(
    installed: Cluster, alice: Realm, objects: Objects, name: str, tmp_path: Path
) -> None:
    other = CertificateAuthority(tmp_path, "another authority").file
    objects.apply(*directory(name, alice, other.read_text()))
    objects.wait_reason(f"kcd/{name}", "CertificateNotTrusted")
    report = ExplainCommand(installed).doctor()
    mine = [item["reason"] for item in report.body["checks"] if name in item["fact"]]
    assert mine == ["CertificateNotTrusted"]


@long_form
def test_a_group_that_was_made_anew_is_named(
    question: Question, realm: Realm, objects: Objects, granted: str
) -> None:
    realm.delete_group("/SRE")
    realm.create_user("alice", "/SRE")
    objects.wait_reason(f"ga/{granted}", "GroupReplaced")
    question.check(Answers("GroupReplaced"), realm)


@long_form
def test_a_group_that_is_missing_in_its_grace_is_named_by_the_doctor(
    question: Question, realm: Realm, objects: Objects, granted: str
) -> None:
    realm.create_user("alice")
    realm.delete_group("/SRE")
    objects.read_again(granted)
    objects.wait_reason(f"ga/{granted}", "GroupMissing")
    question.check(MISSING, realm)


@long_form
def test_a_directory_that_is_frozen_is_named_and_how_it_goes_on_is_for_a_person(
    command: ExplainCommand,
    question: Question,
    alice: Realm,
    objects: Objects,
    source: str,
    name: str,
) -> None:
    lost = ("/apps/Ops", "/apps/Dev")
    for group in lost:
        alice.create_group(group)
    before = [mapping(f"m{number}", group) for number, group in enumerate(lost)]
    objects.apply(access(name, source, *before))
    objects.wait_reason(f"ga/{name}", "Granted")
    for group in lost:
        alice.delete_group(group)
    objects.read_again(source)
    objects.wait_reason(f"kcd/{source}", "DirectoryFrozen")
    objects.apply(access(f"{name}-new", source, mapping("sre", SRE)))
    objects.wait_reason(f"ga/{name}-new", "DirectoryFrozen")
    token = alice.id_token("alice")
    question.check(Answers("DirectoryFrozen"), alice)
    assert not command.paste(command.text(*LIST, token=token))
    assert "groupaccess.io/acknowledge=" in command.doctor_text(token=token)


@long_form
@pytest.mark.parametrize(("full_path", "bound"), [(False, SRE), (True, "SRE")])
def test_a_path_that_is_bound_for_a_name_and_a_name_for_a_path_are_named(
    question: Question, alice: Realm, source: str, name: str, *, full_path: bool, bound: str
) -> None:
    assert source
    alice.clients.delete("headlamp")
    alice.clients.create_headlamp(full_path=full_path)
    create = ("create", "rolebinding", name, "--namespace=default")
    question.cluster.kubectl(*create, "--clusterrole=view", f"--group={bound}")
    try:
        question.check(SPELLED, alice)
    finally:
        question.cluster.kubectl("delete", "rolebinding", name, "--namespace=default")


@long_form
def test_a_request_for_all_namespaces_of_who_has_one_is_named(
    question: Question, alice: Realm, source: str, bound_by_hand: str
) -> None:
    assert source
    assert bound_by_hand
    everywhere = replace(question, path=ALL_PODS, request=EVERYWHERE)
    everywhere.check(ALL_AT_ONCE, alice)


def test_an_error_that_is_pasted_is_read(installed: Cluster, alice: Realm) -> None:
    command = ExplainCommand(installed)
    denied = installed.get(PODS, alice.id_token("alice"))
    assert denied.status == httpx.codes.FORBIDDEN
    report = command.why(f"--error={denied.message}", "--as-group=SRE")
    assert report.words == ["NoMapping"]
    lost = installed.get(PODS, None)
    assert command.why(f"--error={lost.message}").words == ["NoToken"]
