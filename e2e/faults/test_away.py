"""kube-apiserver is killed, for less than a Lease and for longer, and comes back.

That etcd was compacted while a watch was cut is in test_compaction.py.
"""

import time
from collections.abc import Iterator

import pytest

from suite import long_form
from testbed.cluster import Cluster
from testbed.fault_scene import FaultScene
from testbed.objects import Objects
from testbed.operator import ForkedOperator, leads
from testbed.supervisor import Supervisor
from testbed.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("_local_only")]

HEALED = 60.0  # seconds
LED = 40.0  # seconds
LOST = 30.0  # seconds until an operator that cannot renew its Lease has ended


@pytest.fixture(
    params=[False, pytest.param(True, marks=long_form)], ids=["briefly", "for longer than a Lease"]
)
def supervised(
    request: pytest.FixtureRequest, without_operator: Cluster, name: str
) -> Iterator[Supervisor]:
    """Give an operator that is started again when it ends; it begins with no Lease or with one."""
    process = ForkedOperator(without_operator, name=name)
    process.env = {"GROUPACCESS_LEADER_ELECTION": str(request.param).lower()}
    with Supervisor(process) as made:
        eventually(lambda: leads(process), within=LED, what="it leads")
        yield made


def test_after_a_kill_of_the_api_server_all_is_as_declared(
    supervised: Supervisor,
    installed: Cluster,
    objects: Objects,
    source: str,
    name: str,
    heals: dict[str, float],
) -> None:
    assert installed.audit is not None
    elects = supervised.process.env["GROUPACCESS_LEADER_ELECTION"] == "true"
    scene = FaultScene(objects, source, name, installed.audit)
    pid, began = supervised.process.pid, time.monotonic()
    api_server = installed.component("kube-apiserver")
    api_server.kill()
    try:
        if elects:
            eventually(lambda: supervised.restarts, within=LOST, what="the Lease is lost")
    finally:
        api_server.start()
    ended = time.monotonic()
    scene.change()  # before it is heard again
    eventually(scene.settled, within=HEALED, what="all as declared")
    what = "longer than a Lease (it ends, and is started)" if elects else "briefly"
    heals[f"kube-apiserver killed, {what}"] = time.monotonic() - ended
    assert not scene.untruths()
    assert not scene.excesses(lasted=ended - began)
    if not elects:
        assert (supervised.restarts, supervised.process.pid) == (0, pid)
