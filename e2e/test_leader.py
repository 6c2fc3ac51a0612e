"""Of two operators one writes; when it goes, however it goes, the other one takes over."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from suite import long_form
from testbed.audit import credential
from testbed.cluster import Cluster
from testbed.installation import NAMESPACE, USERNAME
from testbed.objects import Objects, access, mapping
from testbed.operator import ForkedOperator, OperatorProcess, leads
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.leader

RELEASED = 8.0  # seconds within which a released Lease is taken, and drift repaired
RUN_OUT = 20.0  # the same for a Lease that has to run out first, which takes 15
EXPIRING = 10  # objects


@dataclass(frozen=True)
class Pair:
    """Two operators, of which one leads."""

    leader: OperatorProcess
    standby: OperatorProcess


@pytest.fixture
def pair(without_operator: Cluster, name: str) -> Iterator[Pair]:
    """Start two operators of the same account, each with a token of its own."""
    both = [ForkedOperator(without_operator, name=f"{name}-{each}") for each in "ab"]
    try:
        for process in both:
            process.start()
        eventually(lambda: any(map(leads, both)), within=RUN_OUT, what="one leads")
        yield Pair(*sorted(both, key=leads, reverse=True))
    finally:
        for process in both:
            process.stop()


@pytest.fixture
def binding(pair: Pair, realm: Realm, objects: Objects, directory: str, name: str) -> str:
    """Give the name of a binding that stands as declared."""
    assert pair.leader.alive
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{name}", "Granted")
    return f"groupaccess:{name}:sre:view"


def delete(objects: Objects, binding: str) -> None:
    objects.cluster.kubectl("delete", "clusterrolebinding", binding)


def writes(cluster: Cluster, since: int, process: OperatorProcess) -> list[dict[str, Any]]:
    """Return what an operator wrote, or tried to, since a mark; the Lease apart."""
    assert cluster.audit is not None
    return [
        event
        for event in cluster.audit.events(since, USERNAME)
        if credential(event) == process.credential and event["objectRef"]["resource"] != "leases"
    ]


def told_of(cluster: Cluster, names: list[str]) -> bool:
    """Tell whether an Event about each of these objects was posted."""
    assert cluster.audit is not None
    posted = [
        str(event["objectRef"].get("name", ""))
        for event in cluster.audit.events(0, USERNAME)
        if event["objectRef"]["resource"] == "events"
    ]
    return all(any(each.startswith(f"{name}-") for each in posted) for name in names)


def holder(objects: Objects) -> str:
    """Return who holds the Lease; "" for nobody."""
    found = objects.cluster.kubectl(
        "get", "lease", "groupaccess", f"--namespace={NAMESPACE}", "-ojson"
    )
    return str(json.loads(found.stdout)["spec"].get("holderIdentity", ""))


def test_one_writes_and_the_other_is_ready_and_writes_nothing(
    pair: Pair, installed: Cluster, objects: Objects, binding: str, name: str
) -> None:
    assert installed.audit is not None
    mark, held = installed.audit.mark(), holder(objects)
    assert (leads(pair.leader), leads(pair.standby)) == (True, False)
    assert pair.standby.get("/readyz").status_code == 200
    delete(objects, binding)
    eventually(lambda: binding in objects.bindings(name), within=5)
    objects.delete(f"ga/{name}")
    eventually(lambda: not objects.bindings(name), within=5)
    assert writes(installed, mark, pair.leader)
    assert not writes(installed, 0, pair.standby)
    assert held
    assert holder(objects) == held


def test_a_leader_that_is_asked_to_end_hands_over_within_seconds(
    pair: Pair, installed: Cluster, objects: Objects, binding: str, name: str
) -> None:
    assert installed.audit is not None
    held, began = holder(objects), time.monotonic()
    pair.leader.stop(grace=20)
    assert pair.leader.exit_code == 0
    mark = installed.audit.mark()
    delete(objects, binding)
    eventually(lambda: leads(pair.standby), within=RELEASED, what="the other leads")
    eventually(lambda: binding in objects.bindings(name), within=RELEASED, what="drift repaired")
    assert time.monotonic() - began < RELEASED
    assert holder(objects) not in {"", held}
    assert writes(installed, mark, pair.standby)


def test_a_leader_that_is_killed_is_replaced_when_its_lease_has_run_out_and_no_sooner(
    pair: Pair, objects: Objects, binding: str, name: str
) -> None:
    pair.leader.kill()
    began = time.monotonic()
    delete(objects, binding)
    eventually(lambda: leads(pair.standby), within=RUN_OUT, what="the other leads")
    assert time.monotonic() - began > 15 - 2 - 1  # the last renewal was at most two seconds old
    eventually(lambda: binding in objects.bindings(name), within=5, what="drift repaired")


def test_a_leader_that_was_frozen_writes_nothing_when_it_thaws_and_ends_with_an_error(
    pair: Pair, installed: Cluster, objects: Objects, binding: str, directory: str
) -> None:
    assert installed.audit is not None
    name = directory
    end = datetime.now(UTC) + timedelta(seconds=12)  # in the freeze: the old one missed it
    expiring = [f"{name}-{number}" for number in range(EXPIRING)]
    ending = mapping("m", "SRE", expiresAt=f"{end:%Y-%m-%dT%H:%M:%SZ}")
    objects.apply(*(access(one, directory, ending) for one in expiring))
    for one in expiring:
        eventually(partial(objects.bindings, one), within=5)
    # A request that is half sent when it freezes is sent to its end when it thaws.
    eventually(partial(told_of, installed, expiring), within=5, what="all events are posted")

    pair.leader.pause()
    delete(objects, binding)
    eventually(lambda: leads(pair.standby), within=RUN_OUT, what="the other leads")
    mark = installed.audit.mark()
    eventually(lambda: binding in objects.bindings(name), within=5, what="drift repaired")
    eventually(
        lambda: not any(objects.bindings(one) for one in expiring), within=10, what="all expired"
    )
    delete(objects, binding)  # once more: what thaws is told of a lot
    eventually(lambda: binding in objects.bindings(name), within=5, what="drift repaired")
    pair.leader.resume()
    assert pair.leader.wait(within=10) == 1
    assert not writes(installed, mark, pair.leader)
    assert leads(pair.standby)


@long_form
def test_each_of_three_replicas_takes_over_in_turn(
    without_operator: Cluster, realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    binding = f"groupaccess:{name}:sre:view"
    left = [ForkedOperator(without_operator, name=f"{name}-{each}") for each in "abc"]
    try:
        for process in left:
            process.start()
        while left:
            eventually(lambda: sum(map(leads, left)) == 1, within=RUN_OUT, what="one leads")
            eventually(lambda: binding in objects.bindings(name), within=RELEASED, what="granted")
            leader = max(left, key=leads)
            left.remove(leader)
            leader.stop(grace=20)
            assert leader.exit_code == 0
            if left:
                delete(objects, binding)
    finally:
        for process in left:
            process.stop()
    assert binding in objects.bindings(name)
