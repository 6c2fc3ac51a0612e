"""What `groupaccess doctor` says of a real installation and, with a login, of a real realm."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from groupaccess.domain.diagnosis.program_rules import REDIRECTS, Program
from testbed import guards
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.installation import install_guards
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.explain

GROUP = "/platform/SRE"
SKIP = "--skip=settings"  # nothing shows how the testbed starts kube-apiserver


@pytest.fixture
def sound(
    realm: Realm, directory: str, objects: Objects, operator: OperatorProcess, name: str
) -> Realm:
    """Give a realm in which alice is in a group that is granted."""
    assert operator.alive
    realm.create_user("alice", GROUP)
    objects.apply(access(name, directory, mapping("sre", GROUP)))
    objects.wait_reason(f"ga/{name}", "Granted")
    return realm


@pytest.fixture
def by_hand(installed: Cluster, name: str) -> Iterator[str]:
    """Give the name of a group that only a binding made by hand knows."""
    installed.kubectl("create", "clusterrolebinding", name, "--clusterrole=view", f"--group={name}")
    yield name
    installed.kubectl("delete", "clusterrolebinding", name)


def test_at_a_sound_installation_nothing_is_wrong(command: ExplainCommand, sound: Realm) -> None:
    report = command.doctor(SKIP, "--for=headlamp", "--fail-on=warning")
    assert (report.words, report.code) == ([], 0)
    assert sound.name
    assert {item["result"] for item in report.body["checks"]} == {"Passed"}


def test_with_a_login_the_client_is_looked_at(command: ExplainCommand, sound: Realm) -> None:
    assert command.doctor(SKIP, f"--for={Program.KUBECTL}").words == ["RedirectUriMissing"]
    sound.clients.update("headlamp", redirectUris=[REDIRECTS[Program.KUBECTL].example])
    assert command.doctor(SKIP, f"--for={Program.KUBECTL}").words == []
    sound.clients.delete_mapper("headlamp")
    assert command.doctor("--only=login").words == ["NoGroupsClaim"]


def test_with_a_login_groups_without_members_and_bindings_without_groups_are_found(
    command: ExplainCommand, sound: Realm, by_hand: str
) -> None:
    report = command.doctor("--only=members", "--only=subjects")
    assert report.words == ["DanglingSubject"]
    assert by_hand in report.body["checks"][-1]["fact"]
    sound.admin.update_user(sound.user_id("alice"), {"enabled": False})
    report = command.doctor("--only=members", "--only=subjects", "--fail-on=warning")
    assert (report.words, report.code) == (["NoMembers", "DanglingSubject"], 1)


def test_a_token_without_groups_is_found(command: ExplainCommand, sound: Realm) -> None:
    sound.create_user("bob")
    token = sound.id_token("bob")
    assert command.doctor("--only=login", token=token).words == ["NotInAGroup"]
    assert command.doctor("--only=login", token=sound.id_token("alice")).words == []


def test_an_operator_that_stopped_is_found(
    command: ExplainCommand, sound: Realm, operator: OperatorProcess
) -> None:
    assert sound.name
    operator.stop()
    assert command.doctor("--only=operator").words == ["NoLeader"]


def test_it_can_wait_until_nothing_is_wrong(
    command: ExplainCommand, sound: Realm, operator: OperatorProcess
) -> None:
    assert sound.name
    operator.stop()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(command.doctor, "--only=operator", "--wait=60s")
        operator.start()
        assert waiting.result().words == []


def test_a_policy_that_is_gone_is_found(
    command: ExplainCommand, sound: Realm, installed: Cluster
) -> None:
    assert sound.name
    installed.kubectl("delete", "validatingadmissionpolicybinding", guards.BIND_GUARD)
    try:
        assert command.doctor("--only=policies").words == ["NotInForce"]
    finally:
        install_guards(installed)
    eventually(lambda: command.doctor("--only=policies").words == [], within=10)
