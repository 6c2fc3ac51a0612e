"""What is wrong with the objects of a cluster, on real servers: `why` names it first."""

from pathlib import Path

import httpx
import pytest

from suite import long_form
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, directory, mapping
from testbed.pki import CertificateAuthority
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.explain, pytest.mark.usefixtures("operator")]

PODS = "/api/v1/namespaces/default/pods"
LIST = ("list", "pods", "--namespace=default")
EVERYWHERE = ("list", "pods", "--all-namespaces")
SRE, OTHER = "/platform/SRE", "/apps/SRE"
SOON = 20.0


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


def await_word(command: ExplainCommand, token: str, word: str) -> None:
    eventually(
        lambda: command.why(*LIST, token=token).words[:1] == [word],
        within=SOON,
        what=f"why says {word}",
    )


@long_form
@pytest.mark.parametrize("case", [("SRE", "GroupAmbiguous"), ("/platform/sre", "GroupNotFound")])
def test_a_group_that_is_not_the_meant_one_is_corrected_as_printed(
    command: ExplainCommand,
    installed: Cluster,
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
    who = ("alice", *LIST, f"--directory={source}")
    assert command.why(*who).words[:1] == [word]
    assert command.paste(command.text(*who))
    token = alice.id_token("alice")
    eventually(
        lambda: installed.get(PODS, token).status == httpx.codes.OK,
        within=SOON,
        what="alice gets in",
    )


@long_form
@pytest.mark.parametrize(
    ("role", "other", "word"),
    [("no-such-role", "/apps/Dev", "ClusterRoleNotFound"), ("view", OTHER, "ClaimCollision")],
)
def test_a_mapping_that_is_refused_is_named_by_its_reason(
    command: ExplainCommand,
    alice: Realm,
    objects: Objects,
    source: str,
    role: str,
    other: str,
    word: str,
) -> None:
    alice.create_group(other)
    objects.apply(access(source, source, mapping("sre", SRE, role)))
    await_word(command, alice.id_token("alice"), word)


def test_an_issuer_that_is_declared_wrongly_is_corrected_as_printed(
    installed: Cluster, alice: Realm, objects: Objects, keycloak: Keycloak, name: str
) -> None:
    command = ExplainCommand(installed, ca=keycloak.ca_file)
    secret, declared = directory(name, alice, keycloak.ca_file.read_text())
    declared["spec"]["issuer"] = alice.issuer_url.replace("localhost", "127.0.0.1")
    objects.apply(secret, declared, access(name, name, mapping("sre", SRE)))
    objects.wait_reason(f"kcd/{name}", "IssuerMismatch")
    token = alice.id_token("alice")
    assert command.doctor(token=token).words[:1] == ["IssuerMismatch"]
    assert command.paste(command.doctor_text(token=token))
    eventually(
        lambda: installed.get(PODS, token).status == httpx.codes.OK,
        within=SOON,
        what="alice gets in",
    )


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
    command: ExplainCommand, realm: Realm, objects: Objects, granted: str
) -> None:
    realm.delete_group("/SRE")
    realm.create_user("alice", "/SRE")
    objects.wait_reason(f"ga/{granted}", "GroupReplaced")
    await_word(command, realm.id_token("alice"), "GroupReplaced")


@long_form
def test_a_group_that_is_missing_in_its_grace_is_named_by_the_doctor(
    command: ExplainCommand, realm: Realm, objects: Objects, granted: str
) -> None:
    realm.delete_group("/SRE")
    objects.read_again(granted)
    eventually(
        lambda: "GroupMissing" in command.doctor().words, within=SOON, what="doctor names it"
    )


@long_form
def test_a_directory_that_is_frozen_is_named_and_how_it_goes_on_is_for_a_person(
    command: ExplainCommand, alice: Realm, objects: Objects, source: str, name: str
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
    token = alice.id_token("alice")
    await_word(command, token, "DirectoryFrozen")
    assert not command.paste(command.text(*LIST, token=token))
    assert "groupaccess.io/acknowledge=" in command.doctor_text(token=token)


@long_form
def test_a_subject_that_nobody_carries_is_named(
    command: ExplainCommand, installed: Cluster, alice: Realm, source: str, name: str
) -> None:
    assert source
    create = ("create", "rolebinding", name, "--namespace=default")
    installed.kubectl(*create, "--clusterrole=view", f"--group={SRE}")
    try:
        report = command.why(*LIST, token=alice.id_token("alice"))
    finally:
        installed.kubectl("delete", "rolebinding", name, "--namespace=default")
    assert report.words[:1] == ["DanglingSubject"]
    assert name in report.body["findings"][0]["fact"]


@long_form
def test_a_request_for_all_namespaces_of_who_has_one_is_named(
    command: ExplainCommand, alice: Realm, source: str, bound_by_hand: str
) -> None:
    assert source
    assert bound_by_hand
    report = command.why(*EVERYWHERE, token=alice.id_token("alice"))
    assert report.words[:1] == ["AllNamespacesRequested"]
    assert "default" in report.body["findings"][0]["fact"]


def test_an_error_that_is_pasted_is_read(installed: Cluster, alice: Realm) -> None:
    command = ExplainCommand(installed)
    denied = installed.get(PODS, alice.id_token("alice"))
    assert denied.status == httpx.codes.FORBIDDEN
    report = command.why(f"--error={denied.message}", "--as-group=SRE")
    assert report.words == ["NoMapping"]
    lost = installed.get(PODS, None)
    assert command.why(f"--error={lost.message}").words == ["NoToken"]
