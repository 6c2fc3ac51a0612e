"""What is revoked is gone within two seconds, whatever else goes on, and no status lies of it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from revoke_cases import (
    BUSY,
    CROWD,
    CROWD_WAYS,
    CROWDED,
    HANG,
    SAID,
    SITUATIONS,
    UNDER_WAY,
    WAYS,
    Outcome,
    crowd,
    held_collector,
    play,
    shown,
    tell,
    until_crowded,
)
from suite import LONG, NOT_LONG, long_form
from testbed.cluster import Cluster
from testbed.guards_users import EVERYTHING, User, binding, make_user, remove_user
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess, leads
from testbed.realm import Realm
from testbed.revoke_scenario import Gone, RevokeScenario
from testbed.waiting import eventually
from testbed.watch import Watch
from testbed.webhook import Webhook, fails, hangs

pytestmark = [pytest.mark.revoke, pytest.mark.usefixtures("_local_only")]

WITHIN = 2.0  # seconds, of each revocation
EDITOR = "revoke-editor"
LANDED = 40.0  # seconds: what hangs, and what is tried again
Stage = Callable[[], AbstractContextManager[RevokeScenario]]


def namespace(name: str, **labels: str) -> dict[str, Any]:
    """Return a namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm that only the operator reads."""
    made = keycloak.create_realm("revoke")
    made.clients.create_headlamp()
    made.clients.create_operator()
    for group in ("/SRE", "/Developer"):
        made.create_group(group)
    yield made
    keycloak.set_aside(made)


@pytest.fixture(scope="module")
def editor(installed: Cluster) -> Iterator[User]:
    """Give somebody who may edit and read everything."""
    yield make_user(installed, EDITOR, EVERYTHING)
    remove_user(installed, EDITOR)


@pytest.fixture(scope="module")
def webhook(installed: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    """Give the webhook, which is asked for nothing yet."""
    with Webhook(installed, tmp_path_factory.mktemp("webhook")) as made:
        yield made


@pytest.fixture(scope="module")
def label(installed: Cluster) -> Iterator[str]:
    """Give the label of the namespaces in which an object may write very many bindings."""
    value = f"t-{uuid.uuid4().hex[:8]}"
    names = [f"{value}-{number}" for number in range(BUSY)]
    installed.apply(*(namespace(name, crowd=value) for name in names))
    yield value
    installed.kubectl("delete", "namespace", *names, "--wait=false")


@pytest.fixture(scope="module")
def stage(
    operator_process: OperatorProcess,
    installed: Cluster,
    realm_here: Realm,
    keycloak: Keycloak,
    editor: User,
    webhook: Webhook,
    label: str,
) -> Stage:
    """Give a function that opens a scene, for a `with`, and leaves nothing of it behind."""
    operator_process.start()
    eventually(lambda: leads(operator_process), within=40, what="the operator leads")

    @contextmanager
    def opened() -> Iterator[RevokeScenario]:
        name = f"t-{uuid.uuid4().hex[:8]}"
        good, bad = f"{name}-good", f"{name}-bad"
        objects = Objects(installed)
        objects.apply(namespace(good), namespace(bad))
        assert installed.audit is not None
        mark = installed.audit.mark()
        ca = keycloak.ca_file.read_text()
        with Watch(editor) as watch:
            scene = RevokeScenario(
                name, realm_here, ca, objects, editor, watch, webhook, good, bad, label, mark
            )
            try:
                yield scene
            finally:
                objects.close()
                eventually(
                    lambda: not watch.present(name) and not watch.present(scene.big),
                    within=120,
                    what="no binding left",
                )

    return opened


@pytest.fixture(scope="module", params=list(SITUATIONS))
def situation(request: pytest.FixtureRequest) -> str:
    """Give what else goes on."""
    return str(request.param)


@pytest.fixture(scope="module", params=list(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    """Give how the grant is taken back."""
    return str(request.param)


@pytest.fixture(scope="module")
def outcome(stage: Stage, situation: str, way: str) -> Outcome:
    """Give what came of it."""
    if situation == CROWD and way not in CROWD_WAYS and not LONG:
        pytest.skip(NOT_LONG)
    with stage() as scene:
        return play(scene, situation, way)


def late(gone: Gone) -> dict[str, str]:
    """Return what was not gone in time."""
    return {key: shown(after) for key, after in gone.items() if after is None or after > WITHIN}


def test_what_is_revoked_is_gone_within_two_seconds(outcome: Outcome) -> None:
    assert outcome.gone
    assert not late(outcome.gone)


def test_each_status_is_true_at_its_own_resource_version(outcome: Outcome) -> None:
    assert not outcome.lies, "\n".join(outcome.lies)


@long_form
def test_a_revocation_does_not_wait_for_very_many_deletes_of_another_object(stage: Stage) -> None:
    with stage() as scene:
        scene.grant(ends=False)
        scene.create(crowd(scene))
        until_crowded(scene)
        with held_collector(scene):
            scene.delete(access(scene.big, scene.name))
            some = CROWDED - UNDER_WAY
            eventually(lambda: len(scene.watch.present(scene.big)) <= some, within=30, every=0.02)
            began = scene.change(access(scene.name, scene.name), {"mappings": [scene.stays]})
            gone = scene.until_gone([scene.target], began)
            left = len(scene.watch.present(scene.big))
        tell(f"a removed mapping beside {CROWDED} deletes, of which {left} were left", gone)
        assert not late(gone)


def test_a_binding_whose_own_update_hangs_is_gone_and_does_not_come_back(stage: Stage) -> None:
    with stage() as scene:
        here = {"namespaces": {"names": [scene.bad]}}
        there = mapping("v", "SRE", namespaces={"names": [scene.good]})
        body = scene.declare(mapping("m", "SRE", "admin", **here), there)
        key = (scene.bad, f"groupaccess:{scene.name}:m:admin")
        with scene.webhook.on(hangs(HANG), scene.bad):
            changed = mapping("m", "Developer", "admin", **here)
            scene.change(body, {"mappings": [changed, there]})
            eventually(lambda: scene.webhook.in_flight, within=30, every=0.02, what="it hangs")
            began = scene.change(body, {"mappings": [there]})
            gone = scene.until_gone([key], began)
            eventually(lambda: not scene.webhook.in_flight, within=LANDED, what="no write hangs")
        eventually(lambda: scene.watch.gone(scene.name, key), within=LANDED, what="it is gone")
        tell("a removed mapping whose own update hangs", gone)
        assert not late(gone)
        assert max(scene.watch.spells(scene.name, key)[1:], default=0) <= WITHIN
        assert not scene.lies(scene.name)


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside one that is accepted"])
def test_a_refused_update_is_not_said_to_be_done(stage: Stage, *, alone: bool) -> None:
    with stage() as scene:
        names = [scene.bad] if alone else [scene.good, scene.bad]
        here = {"namespaces": {"names": names}}
        body = scene.declare(mapping("m", "SRE", "admin", **here))
        eventually(lambda: len(scene.watch.present(scene.name)) == len(names), within=WITHIN)
        with scene.webhook.on(fails, scene.bad):
            scene.change(body, {"mappings": [mapping("m", "Developer", "admin", **here)]})
            eventually(lambda: judged(scene), within=SAID, what="a status of the new generation")
            lies = scene.lies(scene.name)
        assert not lies, "\n".join(lies)


def test_a_binding_that_waits_for_its_replacement_is_said_to_be_bound(stage: Stage) -> None:
    with stage() as scene:
        body = scene.declare(mapping("m", "SRE", "view"))
        scene.change(body, {"mappings": [mapping("m", "SRE", "edit")]})
        old = ("", f"groupaccess:{scene.name}:m:view")
        eventually(lambda: scene.watch.gone(scene.name, old), within=LANDED, what="the old gone")
        scene.objects.wait_reason(f"ga/{scene.name}", "Granted")
        lies = scene.lies(scene.name)
        assert not lies, "\n".join(lies)


def judged(scene: RevokeScenario) -> bool:
    """Tell whether the last status speaks of the last change."""
    *_, last = scene.watch.statuses(scene.name)
    return bool(last.body["status"]["observedGeneration"] == scene.generation)


def test_a_status_is_behind_what_others_wrote_by_two_seconds_at_most(
    stage: Stage, rounds: int
) -> None:
    with stage() as scene:
        everywhere = {"namespaces": {"names": [scene.good, scene.bad]}}
        key = binding(f"groupaccess:{scene.name}:m:admin", "admin", namespace=scene.good)
        body = scene.declare(mapping("m", "SRE", "admin", **everywhere))
        for number in range(rounds * 2):
            scene.objects.wait_reason(f"ga/{scene.name}", "Granted")
            scene.editor.delete(key)
            end = f"2099-01-01T00:00:{number:02}Z"
            again = mapping("m", "SRE", "admin", **everywhere, expiresAt=end)
            scene.change(body, {"mappings": [again]})
            eventually(lambda: judged(scene), within=SAID, what="a status of the new generation")
        lies = scene.lies(scene.name)
        assert not lies, "\n".join(lies)
