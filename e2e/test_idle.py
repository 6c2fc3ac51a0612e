"""An idle cluster sees no write, neither while the operator runs nor when it starts anew."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from testbed.cluster import Cluster
from testbed.installation import USERNAME
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.idle

COUNT = int(os.environ.get("IDLE_OBJECTS", "50"))
NAMESPACES = int(os.environ.get("IDLE_NAMESPACES", "60"))
SELECTED = NAMESPACES * 3 // 10
SECONDS = float(os.environ.get("IDLE_SECONDS", "20"))


def writes(cluster: Cluster, since: int) -> Counter[str]:
    """Count the operator's writes since a mark, by verb and resource; it renews its Lease.

    A review changes nothing, and is made after a start and every ten minutes.
    """
    assert cluster.audit is not None
    events = cluster.audit.events(since, USERNAME)
    return Counter(
        f"{event['verb']} {event['objectRef']['resource']}"
        for event in events
        if event["verb"] not in {"get", "list", "watch"}
        and event["objectRef"]["resource"] not in {"leases", "selfsubjectaccessreviews"}
    )


def watch_idle(cluster: Cluster, operator: OperatorProcess, seconds: float) -> Counter[str]:
    """Let time pass, which is what this is about, and return what was written in it."""
    assert cluster.audit is not None
    mark = cluster.audit.mark()
    reads = operator.metric("groupaccess_directory_reads_total")
    time.sleep(seconds)
    assert operator.metric("groupaccess_directory_reads_total") > reads  # it was at work
    return writes(cluster, mark)


def namespaces(name: str) -> Iterator[dict[str, Any]]:
    """Yield namespaces, of which three in ten bear a label that is selected."""
    for number in range(NAMESPACES):
        labels = {"idle": name} if number < SELECTED else {"idle": "no"}
        metadata = {"name": f"{name}-{number}", "labels": labels}
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def is_calm(cluster: Cluster) -> bool:
    """Tell whether no write comes while a look could still be put off: all is done."""
    assert cluster.audit is not None
    mark = cluster.audit.mark()
    time.sleep(4)
    return not writes(cluster, mark)


def test_an_idle_operator_writes_nothing_and_is_alive(
    installed: Cluster,
    operator: OperatorProcess,
    realm: Realm,
    objects: Objects,
    directory: str,
    name: str,
) -> None:
    assert installed.audit is not None
    realm.create_group("/SRE")
    names = [f"{name}-{number}" for number in range(COUNT)]
    objects.apply(*(access(one, directory, mapping("sre", "SRE")) for one in names))
    scope = {"selector": {"matchLabels": {"idle": name}}}
    selecting = access(f"{name}-ns", directory, mapping("sre", "SRE", "edit", namespaces=scope))
    objects.apply(*namespaces(name), selecting)
    for one in (*names, f"{name}-ns"):
        objects.wait_reason(f"ga/{one}", "Granted", within=60)
    eventually(lambda: len(objects.all_bindings(f"{name}-ns")) == SELECTED, within=60)
    eventually(lambda: is_calm(installed), within=60, what="calm")

    assert not watch_idle(installed, operator, SECONDS)

    mark = installed.audit.mark()
    operator.restart()
    reads = operator.metric("groupaccess_directory_reads_total")
    eventually(lambda: operator.metric("groupaccess_directory_reads_total") > reads, within=30)
    assert not watch_idle(installed, operator, SECONDS)
    assert not writes(installed, mark)

    binding = f"groupaccess:{names[0]}:sre:view"
    installed.kubectl("delete", "clusterrolebinding", binding)
    eventually(lambda: binding in objects.bindings(names[0]), within=2)
    assert writes(installed, mark)["patch clusterrolebindings"] == 1
