"""A rename, a move, another "Full group path", another prefix: nobody is locked out for a while."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from suite import long_form, mostly_long
from testbed.keycloak import Keycloak
from testbed.objects import Objects, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.realm_clients import group_mapper
from testbed.rename_scenario import LATE, LIFETIME, SOON, RenameScenario
from testbed.waiting import eventually

pytestmark = pytest.mark.rename

KEPT = "because older tokens may still need it"


@pytest.fixture
def stage(
    operator: OperatorProcess, realm: Realm, objects: Objects, keycloak: Keycloak, name: str
) -> RenameScenario:
    """Give a realm on which tokens live for seconds, with its directory."""
    return RenameScenario(objects, realm, keycloak, operator, name).prepare()


@pytest.fixture
def granted(stage: RenameScenario) -> RenameScenario:
    """Give the same with the group granted."""
    return stage.grant()


def full_path(realm: Realm, *, on: bool) -> None:
    """Replace the mapper by one with, or without, "Full group path"."""
    realm.clients.delete_mapper("headlamp")
    realm.clients.add_mapper("headlamp", group_mapper(full_path=on))


CHANGES: dict[str, tuple[bool, Callable[[Realm], None], str, str]] = {
    "rename": (False, lambda realm: realm.rename_group("/SRE", "OPS"), "SRE", "OPS"),
    "move": (True, lambda realm: realm.move_group("/SRE", "/new"), "/SRE", "/new/SRE"),
    "full path on": (False, lambda realm: full_path(realm, on=True), "SRE", "/SRE"),
    "full path off": (True, lambda realm: full_path(realm, on=False), "/SRE", "SRE"),
}


@pytest.mark.parametrize("change", mostly_long(CHANGES, "rename"))
def test_no_token_is_refused_until_its_end_and_then_the_former_string_is_gone(
    change: str, stage: RenameScenario
) -> None:
    with_path, act, former, new = CHANGES[change]
    if with_path:
        full_path(stage.realm, on=True)
    stage.grant()
    stage.await_bound(former)
    old, ends = stage.probe(stage.token()), time.monotonic() + LIFETIME - 1
    with ExitStack() as until_then:
        until_then.enter_context(old)
        act(stage.realm)
        stage.await_bound(former, new)
        with stage.probe(stage.token()) as fresh:
            eventually(lambda: KEPT in stage.message(), within=5, what="the status says so")
            ((bound, end),) = stage.ends().items()
            assert bound == former
            time.sleep(max(0.0, ends - time.monotonic()))
            until_then.close()
            stage.await_end(former, end=end)
    assert stage.bound() == {new}
    assert old.asked > 10
    assert not old.denied
    assert fresh.asked > 10
    assert not fresh.denied
    eventually(lambda: KEPT not in stage.message(), within=5, what="the status says no more of it")
    assert "FormerSubject" in stage.objects.events(stage.name)


def test_a_prefix_may_be_edited_before_kube_apiserver_takes_it(stage: RenameScenario) -> None:
    stage.realm.update(accessTokenLifespan=20 * LIFETIME)
    stage.declare(mapping("sre", "SRE"))
    stage.objects.wait_reason(f"ga/{stage.name}", "Granted", within=40)
    with stage.probe(stage.token()) as probe:
        prefix = f"{stage.name}:"
        tokens = {"clients": [{"clientId": "headlamp"}], "groupsPrefix": prefix}
        stage.direct(tokens=tokens)
        stage.await_bound("SRE", f"{prefix}SRE")
        stage.objects.cluster.trust(stage.realm.issuer(groups_prefix=prefix))
        reads = stage.objects.cluster.whoami
        token = stage.token()
        eventually(
            lambda: f"{prefix}SRE" in reads(token)["groups"], within=60, what="the new prefix"
        )
        time.sleep(1)
    assert probe.asked > 10
    assert not probe.denied


def test_a_rename_into_a_string_of_others_binds_nobody_anew_and_ends(
    granted: RenameScenario,
) -> None:
    granted.realm.create_group("/x/OPS")
    old = granted.token()
    granted.realm.rename_group("/SRE", "OPS")
    granted.ask()
    granted.objects.wait_reason(f"ga/{granted.name}", "ClaimCollision", within=SOON)
    assert granted.bound() == {"SRE"}
    assert granted.probe(old).may()
    assert not granted.probe(granted.token()).may()
    granted.await_end("SRE")
    assert granted.bound() == set()


def test_a_swap_of_two_granted_groups_keeps_nothing_of_the_other(stage: RenameScenario) -> None:
    stage.realm.create_user("bob", "/Dev")
    stage.grant(mapping("dev", "Dev", "edit"))
    sre, dev = (stage.realm.group_id(path) for path in ("/SRE", "/Dev"))
    for group, name in ((sre, "between"), (dev, "SRE"), (sre, "Dev")):
        stage.realm.admin.update_group(group, {"name": name})
    stage.ask()

    def check() -> bool:
        assert stage.bound("sre") - {"between"} == {"Dev"}
        assert stage.bound("dev") == {"SRE"}
        return True

    eventually(check, within=SOON, what="each has its own")


def test_another_group_of_the_former_name_ends_it_at_the_next_answer(
    granted: RenameScenario,
) -> None:
    granted.realm.rename_group("/SRE", "OPS")
    granted.await_bound("SRE", "OPS")
    granted.realm.create_user("mallory", "/SRE")
    granted.await_bound("OPS")
    assert not granted.probe(granted.realm.id_token("mallory")).may()
    assert granted.probe(granted.token()).may()


@pytest.mark.parametrize(
    "down",
    [
        pytest.param(False, marks=long_form, id="keycloak up"),
        pytest.param(True, id="keycloak down"),
    ],
)
def test_the_edit_in_git_that_follows_a_rename_changes_nothing(
    granted: RenameScenario, *, down: bool
) -> None:
    old, ends = granted.probe(granted.token()), time.monotonic() + LIFETIME - 1
    with ExitStack() as until_then:
        until_then.enter_context(old)
        granted.realm.rename_group("/SRE", "OPS")
        granted.await_bound("SRE", "OPS")
        end = granted.ends()["SRE"]
        with granted.probe(granted.token()) as fresh:
            if down:
                granted.keycloak.server.pause()
            granted.declare(mapping("sre", "OPS"))
            time.sleep(LATE)
            assert granted.bound() == {"SRE", "OPS"}
            assert granted.ends() == {"SRE": end}
            time.sleep(max(0.0, ends - time.monotonic()))
            until_then.close()
            granted.await_end("SRE", end=end)
    assert granted.bound() == {"OPS"}
    assert not old.denied
    assert not fresh.denied


def test_under_drop_it_goes_at_once(granted: RenameScenario) -> None:
    granted.direct(onRenamed="Drop")
    granted.realm.rename_group("/SRE", "OPS")
    granted.await_bound("OPS")
    assert granted.ends() == {}
