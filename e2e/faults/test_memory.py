"""The operator may take no more memory: it ends, or lives, and all is as declared afterwards.

A memory limit of Kubernetes kills it instead: see test_crash.py.
"""

import resource
import time
from collections.abc import Iterator

import psutil
import pytest

from suite import long_form
from testbed.cluster import Cluster
from testbed.fault_scene import FaultScene
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.supervisor import Supervisor
from testbed.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("_local_only")]

MIB = 2**20
LOAD = 20  # objects
HEAVY = "y" * 250_000  # what one of them brings along
HEALED = 60.0  # seconds
ENDED = 30.0  # seconds


@pytest.fixture
def supervised(without_operator: Cluster, name: str) -> Iterator[Supervisor]:
    """Give an operator that is started again when it ends."""
    process = OperatorProcess(without_operator, name=name)
    process.env = {"GROUPACCESS_LEADER_ELECTION": "false"}
    with Supervisor(process) as made:
        yield made


def limit(process: OperatorProcess, room: int) -> None:
    """Let a process take so many bytes more than it has."""
    running = psutil.Process(process.pid)
    most = running.memory_info().vms + room
    running.rlimit(resource.RLIMIT_AS, (most, most))


@pytest.mark.parametrize("room", [0, pytest.param(4, marks=long_form)])
def test_an_operator_that_gets_no_more_memory_misses_nothing(
    room: int,
    supervised: Supervisor,
    installed: Cluster,
    objects: Objects,
    source: str,
    name: str,
    heals: dict[str, float],
) -> None:
    assert installed.audit is not None
    scene = FaultScene(objects, source, name, installed.audit)
    limit(supervised.process, room * MIB)
    began = time.monotonic()
    for number in range(LOAD):
        body = access(f"{name}-{number}", source, mapping("m", "SRE"))
        body["metadata"]["annotations"] = {"heavy": HEAVY}
        objects.apply(body)
    scene.change()
    eventually(scene.settled, within=HEALED, what="all as declared")
    for number in range(LOAD):
        objects.wait_reason(f"ga/{name}-{number}", "Granted", within=HEALED)
    heals[f"no memory beyond {room} MiB more (it ends, and is started)"] = time.monotonic() - began
    assert supervised.restarts or room
    assert not scene.untruths()
    assert not scene.excesses(lasted=ENDED)
