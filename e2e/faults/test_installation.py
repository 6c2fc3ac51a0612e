"""What the operator was given goes and comes back: its token, its account, its CRDs.

An operator whose CRD stays away is in test_uninstall.py.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from suite import long_form
from testbed.audit import credential
from testbed.control_plane import ControlPlane
from testbed.fault_scene import FaultScene
from testbed.installation import (
    ACCOUNT,
    CRDS,
    NAMESPACE,
    USERNAME,
    WITH_CLUSTER_ADMIN,
    install_crds,
    rendered,
)
from testbed.objects import Objects
from testbed.operator import leads
from testbed.pod import PodProcess
from testbed.supervisor import Supervisor
from testbed.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("_local_only")]

LED = 40.0  # seconds
ROTATED = 90.0  # seconds: a file is read anew once a minute
HEALED = 60.0  # seconds


@pytest.fixture
def pod(own: ControlPlane, name: str) -> Iterator[Supervisor]:
    """Give an operator with a pod's credentials, which is started again when it ends."""
    with Supervisor(PodProcess(own, name=name)) as made:
        eventually(lambda: leads(made.process), within=LED, what="it leads")
        yield made


@pytest.fixture
def scene(
    pod: Supervisor,
    own: ControlPlane,
    here: Objects,
    directory_objects: Sequence[dict[str, Any]],
    name: str,
) -> FaultScene:
    """Give what is granted before."""
    assert pod.process.alive
    assert own.audit is not None
    here.apply(*directory_objects)
    return FaultScene(here, name, name, own.audit)


@long_form
def test_a_rotated_token_is_read_from_its_file_and_nothing_else_is_noticed(
    pod: Supervisor, scene: FaultScene, own: ControlPlane, heals: dict[str, float]
) -> None:
    log = own.audit
    assert log is not None
    mark, pid, former = log.mark(), pod.process.pid, pod.process.credential
    assert isinstance(pod.process, PodProcess)
    pod.process.project()
    began = time.monotonic()
    scene.change()
    eventually(scene.settled, within=HEALED, what="all as declared")
    heals["token rotated"] = time.monotonic() - began

    def writers() -> set[str]:
        return {credential(event) for event in log.events(mark, USERNAME)}

    assert former != pod.process.credential
    eventually(lambda: pod.process.credential in writers(), within=ROTATED, what="the new token")
    assert (pod.restarts, pod.process.pid) == (0, pid)
    assert not scene.untruths()
    assert not scene.excesses()


def test_an_account_that_was_deleted_and_made_anew_needs_its_new_token_and_no_hand(
    pod: Supervisor, scene: FaultScene, own: ControlPlane, heals: dict[str, float]
) -> None:
    assert isinstance(pod.process, PodProcess)
    own.kubectl("delete", "serviceaccount", ACCOUNT, f"--namespace={NAMESPACE}")
    began = time.monotonic()
    former = pod.process.token
    eventually(lambda: own.get("/api", former).status == 401, within=30, what="it is refused")
    scene.change()
    own.apply(*rendered({"ServiceAccount"}, WITH_CLUSTER_ADMIN))
    pod.process.project()
    ended = time.monotonic()
    eventually(scene.settled, within=HEALED, what="all as declared")
    heals["account deleted and made anew (it ends, and is started)"] = time.monotonic() - ended
    assert pod.restarts  # its own token was of the former account
    assert not scene.untruths()
    assert not scene.excesses(lasted=ended - began)


def test_crds_that_are_deleted_and_made_anew_with_their_objects_leave_what_is_declared(
    pod: Supervisor,
    scene: FaultScene,
    own: ControlPlane,
    here: Objects,
    directory_objects: Sequence[dict[str, Any]],
    heals: dict[str, float],
) -> None:
    own.kubectl("delete", "crd", *CRDS, "--timeout=60s")
    began = time.monotonic()
    install_crds(own)
    ended = time.monotonic()
    here.apply(*directory_objects)
    scene.declare()
    scene.change()
    eventually(scene.settled, within=HEALED, what="all as declared")
    heals["CRDs deleted and made anew"] = time.monotonic() - ended
    assert not scene.untruths()
    assert not scene.excesses(lasted=ended - began)
    assert pod.process.alive
