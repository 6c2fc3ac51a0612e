"""Killed at any moment, the operator ends up with what is declared, and never granted more."""

import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from testbed.bound import bound_alike
from testbed.cluster import Cluster
from testbed.objects import Objects, access, mapping
from testbed.operator import ForkedOperator, OperatorProcess
from testbed.realm import Realm
from testbed.replay import Event, Grant, binding_writes, excesses, granted
from testbed.waiting import eventually
from testbed.world import GROUPS, RandomObjects

pytestmark = pytest.mark.crash

COUNT = int(os.environ.get("CRASH_OBJECTS", "50"))
KILLS = int(os.environ.get("CRASH_KILLS", "3"))
SEED = int(os.environ.get("CRASH_SEED", str(random.SystemRandom().randrange(10**6))))
LONGEST = 5.0  # seconds of work until a kill: a reading of Keycloak, a settle time
AT_WORK = 0.8  # of the kills; the others may come before it has read anything
LAG = timedelta(seconds=5)
CONVERGED = 60.0 + COUNT / 2  # seconds


@pytest.fixture
def victim(without_operator: Cluster) -> Iterator[OperatorProcess]:
    """Give an operator that may be killed: it waits for no Lease, and `start` not for it."""
    process = ForkedOperator(without_operator, name="victim")
    process.env = {"GROUPACCESS_LEADER_ELECTION": "false"}
    process.ready = None
    process.start()
    yield process
    process.stop()


@pytest.fixture
def world(realm: Realm, objects: Objects, directory: str, name: str) -> RandomObjects:
    """Give a world with four groups and four namespaces, two of which bear a label."""
    for group in GROUPS:
        realm.create_group(group)
    labels = {f"{name}-ns{n}": {"world": name} if n < 2 else {} for n in range(4)}
    for namespace, borne in labels.items():
        metadata = {"name": namespace, "labels": borne}
        objects.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    print(f"CRASH_SEED={SEED}")
    return RandomObjects(random.Random(SEED), directory, name, COUNT, labels)


def standing(cluster: Cluster, world: RandomObjects) -> dict[str, set[Grant]]:
    """Return what is granted now, by object."""
    kinds = "clusterrolebindings,rolebindings"
    found = json.loads(cluster.kubectl("get", kinds, "--all-namespaces", "-ojson").stdout)
    grants: dict[str, set[Grant]] = {name: set() for name in world.declared}
    for body in found["items"]:
        prefix, _, rest = body["metadata"]["name"].partition(":")
        if prefix == "groupaccess" and rest.startswith(f"{world.prefix}-"):
            grants[rest.partition(":")[0]] |= granted(body)
    return grants


def settled(cluster: Cluster, world: RandomObjects) -> bool:
    """Tell whether all that is declared stands, nothing else does, and every object says so."""
    wanted, stands = world.wanted(), standing(cluster, world)
    differing = sorted(name for name in wanted if wanted[name] != stands[name])
    assert not differing, f"{differing[0]}: {wanted[differing[0]]} != {stands[differing[0]]}"
    for body in cluster.admin.list("ga"):
        status = body.get("status", {})
        ready = {each["type"]: each["status"] for each in status.get("conditions", ())}
        if body["metadata"]["name"] in wanted:
            assert status["observedGeneration"] == body["metadata"]["generation"]
            assert ready["Ready"] == "True", status
    return True


def change(objects: Objects, bodies: Sequence[dict[str, Any]], gone: Sequence[str]) -> None:
    """Apply and delete, as people would, while the operator may be killed."""
    if gone:
        objects.cluster.kubectl("delete", "ga", *gone, "--wait=false", "--ignore-not-found")
    objects.apply(*bodies)


def kill_in_the_middle(victim: OperatorProcess, chance: random.Random) -> None:
    """Let a random time pass, which is what this is about, and kill: at work, or as it starts."""
    if chance.random() < AT_WORK:
        eventually(lambda: victim.get("/readyz").status_code == 200, within=30)
    time.sleep(chance.uniform(0, LONGEST))
    assert victim.alive
    victim.kill()
    victim.start()


def test_it_converges_over_kills_and_no_binding_ever_granted_more_than_was_declared(
    victim: OperatorProcess, world: RandomObjects, objects: Objects, installed: Cluster
) -> None:
    assert installed.audit is not None
    mark = installed.audit.mark()
    bodies, gone = world.begin(), list[str]()
    for _ in range(KILLS):
        with ThreadPoolExecutor(1) as people:
            changing = people.submit(change, objects, bodies, gone)
            kill_in_the_middle(victim, world.chance)
            changing.result()
        bodies, gone = world.change()
    change(objects, bodies, gone)

    eventually(lambda: settled(installed, world), within=CONVERGED, every=1, what="all as declared")
    events = [event for event in installed.audit.events(mark) if "responseStatus" in event]
    writes = len(list(binding_writes(events)))
    print(f"{COUNT} objects, {KILLS} kills, {writes} writes of bindings replayed")
    assert writes > COUNT
    assert not excesses(events, world.labels, LAG)

    prefix = f"groupaccess:{world.prefix}-"
    before = bound_alike(objects, prefix)
    victim.kill()
    victim.start()
    count = sum(bool(said) for said in world.declared.values())
    reconciles = "groupaccess_reconcile_total"
    eventually(lambda: victim.metric(reconciles) >= count, within=CONVERGED, what="all judged")
    eventually(lambda: settled(installed, world), within=CONVERGED, every=1, what="all as declared")
    assert bound_alike(objects, prefix).items() <= before.items()  # one may have expired meanwhile


LABELS = {"shop": {"team": "shop"}, "mall": {}}
SCOPES = {
    "m": None,
    "n": {"names": ["mall"], "selector": {"matchLabels": {"team": "shop"}}},
}


def event(second: int, revision: int, resource: str, verb: str, body: dict[str, Any]) -> Event:
    when = f"2026-01-01T00:00:{second:02}.000000Z"
    body["metadata"]["resourceVersion"] = str(revision)
    return {
        "verb": verb,
        "objectRef": {"resource": resource, "name": body["metadata"]["name"]},
        "requestReceivedTimestamp": when,
        "stageTimestamp": when,
        "responseStatus": {"code": 200},
        "responseObject": body,
    }


def declare(second: int, revision: int, **more: Any) -> Event:  # noqa: ANN401 -- JSON
    """Declare view for SRE: in mapping m everywhere, in n in two namespaces."""
    said = [
        mapping(name, "/platform/SRE", **({"namespaces": scope} if scope else {}) | more)
        for name, scope in SCOPES.items()
    ]
    return event(second, revision, "groupaccesses", "patch", access("a", "default", *said))


def bind(second: int, revision: int, name: str, subject: str, where: str = "") -> Event:
    """Bind a group by a binding of that name, whose last part is the role."""
    body = {
        "metadata": {"name": name} | ({"namespace": where} if where else {}),
        "roleRef": {"kind": "ClusterRole", "name": name.rpartition(":")[2]},
        "subjects": [{"kind": "Group", "name": subject}],
    }
    kind = "rolebindings" if where else "clusterrolebindings"
    return event(second, revision, kind, "patch", body)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([declare(0, 1), bind(1, 2, "groupaccess:a:m:view", "SRE")], 0),
        ([declare(0, 1), bind(1, 2, "groupaccess:a:n:view", "SRE", "shop")], 0),
        ([declare(0, 1), bind(1, 2, "groupaccess:a:n:view", "SRE", "mall")], 0),
        ([declare(0, 1), bind(1, 2, "groupaccess:a:n:view", "SRE")], 1),
        ([declare(0, 1), bind(1, 2, "groupaccess:a:m:edit", "SRE")], 1),
        ([declare(0, 1), bind(1, 2, "groupaccess:a:m:view", "sre")], 1),
        ([declare(0, 1), bind(1, 2, "groupaccess:b:m:view", "SRE")], 1),
        ([declare(0, 3), bind(1, 2, "groupaccess:a:m:view", "SRE")], 1),
    ],
    ids=["same", "selected", "named", "wider", "role", "subject", "owner", "too soon"],
)
def test_the_replay_finds_what_was_never_declared(events: list[Event], found: int) -> None:
    assert len(excesses(events, LABELS, LAG)) == found


@pytest.mark.parametrize(("second", "found"), [(14, 0), (16, 1)])
@pytest.mark.parametrize("how", ["deleted", "changed", "expired"])
def test_the_replay_finds_what_was_written_long_after_its_end(
    how: str, second: int, found: int
) -> None:
    gone = {
        "deleted": [event(10, 9, "groupaccesses", "delete", access("a", "default"))],
        "changed": [declare(10, 9, clusterRole="edit")],
        "expired": [],
    }
    end = {"expiresAt": "2026-01-01T00:00:10Z"} if how == "expired" else {}
    late = bind(second, 10, "groupaccess:a:m:view", "SRE")
    assert len(excesses([declare(0, 1, **end), *gone[how], late], LABELS, LAG)) == found
