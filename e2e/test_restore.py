"""A backup brings bindings without owners; and no trick with owners keeps access alive."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from suite import long_form, mostly_long
from testbed.bound import bound
from testbed.cluster import Cluster
from testbed.drill import KINDS, Bodies, Drill
from testbed.installation import USERNAME
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.restore

PATIENCE = 300.0  # seconds that a binding without an owner may wait, where nothing is set
SHORT = 8.0  # the same, as CI sets it
COLLECTED = 60.0  # seconds; the garbage collector takes a while to know a kind that is new


@pytest.fixture
def drill(
    operator: OperatorProcess, realm: Realm, objects: Objects, directory: str, name: str
) -> Iterator[Drill]:
    """Give three GroupAccesses that are granted, everywhere and in namespaces."""
    assert operator.alive
    for group in ("/SRE", "/shop/dev"):
        realm.create_group(group)
    shop = {"name": f"{name}-shop", "labels": {"team": name}}
    objects.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": shop})
    here = {"namespaces": {"names": [f"{name}-shop"]}}
    there = {"namespaces": {"selector": {"matchLabels": {"team": name}}}}
    objects.apply(
        access(f"{name}-a", directory, mapping("sre", "SRE", "cluster-admin")),
        access(f"{name}-b", directory, mapping("dev", "/shop/dev", "edit", **here)),
        access(
            f"{name}-c",
            directory,
            mapping("dev", "dev", "view", **there),
            mapping("sre", "SRE", expiresAt="2099-01-01T00:00:00Z"),
        ),
    )
    for each in "abc":
        objects.wait_reason(f"ga/{name}-{each}", "Granted")
    made = Drill(objects, name)
    yield made
    operator.start()
    objects.close()
    made.delete_bindings()


Order = Callable[[Drill, OperatorProcess, Bodies, Bodies], None]


def bindings_first(
    drill: Drill, operator: OperatorProcess, bindings: Bodies, accesses: Bodies
) -> None:
    drill.create(bindings)
    operator.start()
    drill.create(accesses)


def bindings_first_before_the_start(
    drill: Drill, operator: OperatorProcess, bindings: Bodies, accesses: Bodies
) -> None:
    drill.create(bindings)
    drill.create(accesses)
    operator.start()


def accesses_first(
    drill: Drill, operator: OperatorProcess, bindings: Bodies, accesses: Bodies
) -> None:
    operator.start()
    drill.create(accesses)
    drill.create(bindings)


@pytest.mark.parametrize(
    "order",
    mostly_long(
        [bindings_first, bindings_first_before_the_start, accesses_first],
        bindings_first,
        accesses_first,
    ),
)
def test_a_restore_ends_exactly_where_the_backup_was_made(
    order: Order, drill: Drill, operator: OperatorProcess, installed: Cluster
) -> None:
    assert installed.audit is not None
    bindings, accesses, said = drill.bindings(), drill.accesses(), drill.says()
    assert len(said) == 4
    operator.stop()
    drill.lose_everything()
    mark = installed.audit.mark()
    order(drill, operator, bindings, accesses)
    made_by_then = drill.uids()
    for body in accesses:
        drill.objects.wait_reason(f"ga/{body['metadata']['name']}", "Granted")
    uids = {(body["metadata"]["name"], body["metadata"]["uid"]) for body in drill.accesses()}
    eventually(lambda: drill.owners() == uids, within=10, what="the new owners")
    assert drill.says() == said
    assert not uids & {(body["metadata"]["name"], body["metadata"]["uid"]) for body in accesses}
    told = drill.objects.cluster.kubectl("get", "events", "-ojson").stdout
    about = [e for e in json.loads(told)["items"] if e["reason"] == "Conflict"]
    assert not [e for e in about if drill.prefix in e["involvedObject"]["name"]]
    if order is not accesses_first:  # it took over what was there, and made nothing beside it
        assert drill.uids() == made_by_then
        deleted = [e for e in installed.audit.events(mark, USERNAME) if e["verb"] == "delete"]
        assert not deleted
        assert len(written(installed, mark)) == len(said)


def written(cluster: Cluster, mark: int) -> list[str]:
    """Return the names of the bindings that the operator wrote since a mark."""
    assert cluster.audit is not None
    return [
        event["objectRef"]["name"]
        for event in cluster.audit.events(mark, USERNAME)
        if event["objectRef"]["resource"] in KINDS.split(",") and event["verb"] == "patch"
    ]


@pytest.fixture(params=[True, False], ids=["at work", "away"])
def at_work(request: pytest.FixtureRequest) -> bool:
    """Give whether the operator sees it happen, or finds it when it starts."""
    return bool(request.param)


def while_(operator: OperatorProcess, what: Callable[[], None], *, at_work: bool) -> None:
    """Do something while the operator is at work or away; afterwards it is at work."""
    if not at_work:
        operator.stop()
    what()
    operator.start()


def test_a_second_owner_keeps_no_access(
    drill: Drill, operator: OperatorProcess, *, at_work: bool
) -> None:
    kubectl = drill.objects.cluster.kubectl
    name = f"{drill.prefix}-a"
    (key,) = drill.objects.bindings(name)
    owner = json.loads(kubectl("get", "namespace", f"{drill.prefix}-shop", "-ojson").stdout)
    reference = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    added = [{"op": "add", "path": "/metadata/ownerReferences/-", "value": reference}]

    def act() -> None:
        kubectl("patch", "clusterrolebinding", key, "--type=json", f"-p={json.dumps(added)}")
        kubectl("delete", f"ga/{name}")

    while_(operator, act, at_work=at_work)
    eventually(lambda: not drill.objects.bindings(name), within=5, what="no binding")


def orphan(drill: Drill, name: str, how: str) -> None:
    """Delete a GroupAccess so that the garbage collector strips its bindings of their owner."""
    kubectl = drill.objects.cluster.kubectl
    if how == "finalizer":
        kubectl("patch", f"ga/{name}", "--type=merge", '-p={"metadata":{"finalizers":["orphan"]}}')
        kubectl("delete", f"ga/{name}", "--wait=false")
    else:
        kubectl("delete", f"ga/{name}", "--cascade=orphan", "--wait=false")


def gone(drill: Drill, name: str) -> bool:
    return not drill.objects.cluster.kubectl("get", f"ga/{name}", "--ignore-not-found").stdout


@pytest.mark.parametrize("how", ["cascade", "finalizer"])
def test_orphaning_keeps_no_access(how: str, drill: Drill) -> None:
    name = f"{drill.prefix}-c"
    assert len(drill.objects.all_bindings(name)) == 2
    orphan(drill, name, how)
    eventually(lambda: not drill.objects.all_bindings(name), within=5, what="no binding")
    eventually(lambda: gone(drill, name), within=COLLECTED, what="the object gone")
    assert not drill.objects.all_bindings(name)


@pytest.fixture(
    params=[
        SHORT,
        pytest.param(PATIENCE, marks=long_form),
    ]
)
def patience(request: pytest.FixtureRequest, operator: OperatorProcess) -> Iterator[float]:
    """Give how long the operator, once it is started again, waits for an owner."""
    seconds = float(request.param)
    operator.env = {} if seconds == PATIENCE else {"GROUPACCESS_UNOWNED_SECONDS": str(seconds)}
    yield seconds
    operator.stop()
    operator.env = {}


def test_what_was_orphaned_while_the_operator_was_away_waits_for_a_restore_and_then_goes(
    drill: Drill, operator: OperatorProcess, patience: float
) -> None:
    name = f"{drill.prefix}-c"
    operator.stop()
    before = bound(drill.objects, name)
    orphan(drill, name, "cascade")
    eventually(lambda: gone(drill, name), within=COLLECTED, what="the object gone")
    assert bound(drill.objects, name) == before
    assert len(before) == 2
    operator.start()
    began = time.monotonic()
    while time.monotonic() - began < patience - 3:  # nothing is to happen, for as long as this
        assert bound(drill.objects, name) == before
        time.sleep(0.5)
    eventually(lambda: not drill.objects.all_bindings(name), within=30, what="no binding")
