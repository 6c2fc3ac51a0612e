"""etcd is restored to an older revision while the operator runs: it believes what is there now."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from suite import mostly_long
from testbed.bound import grants
from testbed.control_plane import ControlPlane
from testbed.etcd_backup import EtcdBackup
from testbed.fault_scene import FaultScene
from testbed.objects import Objects, access, mapping
from testbed.operator import ForkedOperator, leads
from testbed.supervisor import Supervisor
from testbed.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("_local_only")]

RESTORED = 60.0  # seconds
LED = 40.0  # seconds until one of two leads: what a Lease takes to run out, and a start
# Writes that a restore forgets. What the watches report after them is newer than anything that is
# written soon after the restore.
WRITES = 200


@contextmanager
def replicas(own: ControlPlane, count: int) -> Iterator[list[Supervisor]]:
    """Run so many operators; only of several one leads."""
    with ExitStack() as stack:
        made = [ForkedOperator(own, name=f"replica-{number}") for number in range(count)]
        for process in made:
            process.env = {"GROUPACCESS_LEADER_ELECTION": str(count > 1).lower()}
        yield [stack.enter_context(Supervisor(process)) for process in made]


def leader(found: list[Supervisor]) -> Supervisor:
    """Wait until one leads."""
    return eventually(
        lambda: next((each for each in found if leads(each.process)), None),
        within=LED,
        what="one leads",
    )


def forget(scene: FaultScene, here: Objects, name: str) -> None:
    """Write what a restore forgets: another object, a role more, an object less."""
    for number in range(WRITES):
        config = {"name": name, "namespace": "default", "labels": {"n": str(number)}}
        here.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": config})
    here.apply(access(f"{name}-forgotten", name, mapping("everywhere", "SRE", "admin")))
    here.wait_reason(f"ga/{name}-forgotten", "Granted")
    here.apply(
        access(scene.kept, name, mapping("everywhere", "SRE"), mapping("more", "SRE", "edit"))
    )
    here.delete(f"ga/{scene.drift}")
    eventually(lambda: not here.bindings(scene.drift), within=10, what="no binding")
    eventually(lambda: len(here.bindings(scene.kept)) == 2, within=10, what="a role more")


@pytest.mark.parametrize(
    "count", mostly_long([2, 1], 2), ids=["two replicas", "without leader election"]
)
def test_after_a_restore_of_etcd_the_bindings_are_what_the_restored_objects_say(
    count: int,
    own: ControlPlane,
    here: Objects,
    directory_objects: Sequence[dict[str, Any]],
    name: str,
    heals: dict[str, float],
) -> None:
    assert own.audit is not None
    here.apply(*directory_objects)
    with replicas(own, count) as running, ExitStack() as stack:
        leader(running)
        scene = FaultScene(here, name, name, own.audit)
        backup = EtcdBackup(own)
        stack.callback(backup.discard)
        scene.keep_history()
        forget(scene, here, name)
        scene.forget_history()
        backup.restore()

        began = time.monotonic()
        eventually(scene.settled, within=RESTORED, what="all as it was")
        scene.change()
        eventually(scene.settled, within=RESTORED, what="all as declared since")
        took = time.monotonic() - began
        heals[f"etcd restored, {count} replica(s)"] = took
        assert not grants(here, f"{name}-forgotten")
        assert not scene.untruths()
        assert not scene.excesses()
        assert all(each.restarts for each in running)  # by itself, as the kubelet sees it

        if count > 1:
            leader(running).kill()
            scene.drift_again()
            eventually(scene.settled, within=LED, what="the other one repairs it")
            assert not scene.excesses()
