"""A rename, a move, another "Full group path", another prefix: nobody is locked out for a while."""

import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.probe import TokenProbe
from testbed.realm import Realm
from testbed.realm_clients import group_mapper
from testbed.waiting import eventually

pytestmark = pytest.mark.rename
long = pytest.mark.skipif(not os.environ.get("RENAME_LONG"), reason="RENAME_LONG")

NAMESPACES = "/api/v1/namespaces"  # which the role view may list
LIFETIME = 20  # seconds that a token lives
SOON = 40.0  # seconds: a round of questions, also while Keycloak is slow
LATE = 3.0  # seconds after its end in which a former subject goes
KEPT = "because older tokens may still need it"


@dataclass(frozen=True)
class RenameScenario:
    """A realm with alice in the group SRE, whose members may view, and what a test does to it."""

    objects: Objects
    realm: Realm
    keycloak: Keycloak
    operator: OperatorProcess
    name: str

    def direct(self, **spec: Any) -> None:  # noqa: ANN401 - JSON
        """Declare the directory with these fields."""
        ca = self.keycloak.ca_file.read_text()
        self.objects.apply(*directory_objects(self.name, self.realm, ca, **spec))

    def declare(self, *mappings: dict[str, Any]) -> None:
        """Declare these mappings."""
        self.objects.apply(access(self.name, self.name, *mappings))

    def binding(self, key: str = "sre") -> dict[str, Any]:
        """Return the binding of a mapping."""
        found = self.objects.bindings(self.name).items()
        return next(body for name, body in found if name.split(":")[2] == key)

    def bound(self, key: str = "sre") -> set[str]:
        """Return whom a mapping binds."""
        return {subject["name"] for subject in self.binding(key).get("subjects") or ()}

    def ends(self, key: str = "sre") -> dict[str, datetime]:
        """Return the former subjects of a mapping, with their ends."""
        annotations = self.binding(key)["metadata"]["annotations"]
        listed = json.loads(annotations.get("groupaccess.io/former-subjects", "{}"))
        return {text: datetime.fromisoformat(one["until"]) for text, one in listed.items()}

    def ask(self) -> None:
        """Have Keycloak asked now; it may be slow, and is asked less often then."""
        self.objects.read_again(self.name)

    def await_bound(self, *subjects: str, key: str = "sre") -> None:
        """Have Keycloak asked, and wait until a mapping binds just these."""
        self.ask()

        def check() -> bool:
            found = self.bound(key)
            assert found == set(subjects)
            return True

        eventually(check, within=SOON, what=f"{key} binds {subjects}")

    def await_end(self, subject: str, key: str = "sre", end: datetime | None = None) -> None:
        """Wait until a former subject goes: at its end, a moment later at most."""
        end = end or self.ends(key)[subject]
        left = (end - datetime.now(UTC)).total_seconds()
        assert left <= LIFETIME + 1
        time.sleep(max(0.0, left - 1))
        if left > 1:
            assert subject in self.bound(key)
        eventually(
            lambda: subject not in self.bound(key), within=1 + LATE, what=f"{subject} is gone"
        )

    def token(self) -> str:
        """Log alice in."""
        return self.realm.id_token("alice")

    def probe(self, token: str) -> TokenProbe:
        """Return a probe with a token."""
        return TokenProbe(self.objects.cluster, token, NAMESPACES)

    def message(self, key: str = "sre") -> str:
        """Return what the status says of a mapping."""
        listed = self.objects.get(f"ga/{self.name}")["status"]["mappings"]
        return str(next(each["message"] for each in listed if each["name"] == key))


@pytest.fixture
def stage(
    operator: OperatorProcess, realm: Realm, objects: Objects, keycloak: Keycloak, name: str
) -> RenameScenario:
    """Give a stage on which tokens live for half a minute, which an example token proves."""
    assert operator.alive
    realm.clients.grant("view-users")
    realm.update(accessTokenLifespan=LIFETIME)
    realm.create_user("alice", "/SRE")
    made = RenameScenario(objects, realm, keycloak, operator, name)
    made.direct()
    return made


@pytest.fixture
def granted(stage: RenameScenario) -> RenameScenario:
    """Give the same with the group granted."""
    return grant(stage)


def grant(stage: RenameScenario, *more: dict[str, Any]) -> RenameScenario:
    """Grant view to SRE, and wait until an example token has shown how long it lives."""
    stage.declare(mapping("sre", "SRE"), *more)
    stage.objects.wait_reason(f"ga/{stage.name}", "Granted", within=40)

    def check() -> bool:
        (client,) = stage.objects.get(f"kcd/{stage.name}")["status"]["clients"]
        return client["tokenLifetimeSeconds"] in {LIFETIME, LIFETIME - 1}  # a second may pass

    eventually(check, within=40, what="the lifetime of tokens is known")
    return stage


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


@pytest.mark.parametrize("change", list(CHANGES))
def test_no_token_is_refused_until_its_end_and_then_the_former_string_is_gone(
    change: str, stage: RenameScenario
) -> None:
    with_path, act, former, new = CHANGES[change]
    if with_path:
        full_path(stage.realm, on=True)
    grant(stage)
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
    grant(stage, mapping("dev", "Dev", "edit"))
    sre, dev = (stage.realm.group_id(path) for path in ("/SRE", "/Dev"))
    for group, name in ((sre, "between"), (dev, "SRE"), (sre, "Dev")):
        stage.realm.admin.update_group(group, {"name": name})
    stage.ask()

    def check() -> bool:
        assert stage.bound("sre") - {"between"} == {"Dev"}
        assert stage.bound("dev") == {"SRE"}
        return True

    eventually(check, within=SOON, what="each has its own")


@long
def test_of_three_renames_each_string_has_its_own_end(granted: RenameScenario) -> None:
    granted.realm.rename_group("/SRE", "b")
    granted.await_bound("SRE", "b")
    granted.operator.restart()
    granted.realm.rename_group("/b", "c")
    granted.await_bound("SRE", "b", "c")
    granted.realm.rename_group("/c", "SRE")
    granted.ask()
    eventually(lambda: "SRE" not in granted.ends(), within=SOON, what="SRE is current again")
    assert granted.bound() >= {"SRE", "c"}
    granted.await_end("c")
    assert granted.bound() == {"SRE"}


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
    "hold",
    [
        pytest.param("outage", marks=long),
        pytest.param("suspend", marks=long),
        "restart in an outage",
    ],
)
def test_its_end_acts_while_nothing_else_does(hold: str, granted: RenameScenario) -> None:
    granted.realm.rename_group("/SRE", "OPS")
    granted.await_bound("SRE", "OPS")
    if hold == "suspend":
        body = access(granted.name, granted.name, mapping("sre", "SRE"))
        body["spec"]["suspend"] = True
        granted.objects.apply(body)
    else:
        granted.keycloak.server.pause()
    if hold.startswith("restart"):
        granted.operator.restart()
    granted.await_end("SRE")
    assert granted.bound() == {"OPS"}


@pytest.mark.parametrize(
    "down",
    [pytest.param(False, marks=long, id="keycloak up"), pytest.param(True, id="keycloak down")],
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
