"""kube-apiserver answers late, wrongly or not at all: the operator lives, heals, and says so."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from suite import long_form
from testbed import kube_faults as faults
from testbed.cluster import Cluster
from testbed.fault_scene import FaultScene
from testbed.kube_proxy import Concerns, Fault, KubeProxy
from testbed.objects import Objects
from testbed.operator import ForkedOperator, OperatorProcess, leads
from testbed.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("_local_only")]

LASTS = 3.0  # seconds
ENDED = 20.0  # seconds


@dataclass(frozen=True)
class Case:
    """A fault; one that is `borne` ends while it lasts.

    With `freeze` what is under way stays open, and with `stays` it does so after the fault, too.
    """

    fault: Fault
    on: Concerns | None = None
    freeze: bool = False
    stays: bool = False
    borne: bool = False
    within: float = 30.0  # seconds


CASES = {
    "each answer 2 s late": Case(faults.late(2), borne=True),
    "connections reset": Case(faults.resetting),
    "half-open, then reset": Case(faults.silent, freeze=True),
    "half-open for ever": Case(faults.silent, freeze=True, stays=True, within=100),
    "429 with Retry-After: 2": Case(
        faults.refusing(429, "TooManyRequests", **{"Retry-After": "2"})
    ),
    "500": Case(faults.refusing(500, "InternalError")),
    "503": Case(faults.refusing(503, "ServiceUnavailable")),
    "409 on writes": Case(faults.refusing(409, "Conflict"), on=faults.is_write),
    "410 in the middle of watches": Case(faults.expiring, on=faults.is_watch, borne=True),
    "watches closed every second": Case(faults.closing(1), on=faults.is_watch, borne=True),
    # Not even a moment: it is nobody's grant that hangs.
    "posting events hangs": Case(faults.silent, on=faults.is_event, borne=True, within=5),
}


@pytest.fixture(scope="module")
def proxy(installed: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeProxy]:
    """Give a proxy in front of the run's kube-apiserver."""
    folder = tmp_path_factory.mktemp("proxy")
    with KubeProxy(folder, installed.server, installed.ca_file) as made:
        yield made


@pytest.fixture(scope="module")
def behind(without_operator: Cluster, proxy: KubeProxy) -> Iterator[OperatorProcess]:
    """Give an operator that knows kube-apiserver by the proxy alone.

    Without a Lease: an operator that cannot renew one for ten seconds ends (see test_away.py).
    """
    process = ForkedOperator(without_operator, name="behind")
    process.env = {"GROUPACCESS_LEADER_ELECTION": "false"}
    proxy.redirect(process.kubeconfig)
    try:
        process.start()
        eventually(lambda: leads(process), within=40, what="the operator leads")
        yield process
    finally:
        process.stop()


@pytest.fixture
def scene(
    behind: OperatorProcess, installed: Cluster, objects: Objects, source: str, name: str
) -> FaultScene:
    """Give what is granted before the fault."""
    behind.start()  # should the fault before have ended it
    assert installed.audit is not None
    return FaultScene(objects, source, name, installed.audit)


# Complete as HTTP and not as JSON: kopf takes that for a defect, and ends.
CUT_SHORT = {
    "lists cut short": Case(faults.truncating_lists, on=faults.is_list_or_watch),
    "watch events cut short": Case(faults.truncating, on=faults.is_watch),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(each, marks=[long_form] if case.stays else []) for each, case in CASES.items()],
)
def test_it_heals_by_itself_and_grants_no_more_than_is_declared(
    case: str,
    scene: FaultScene,
    proxy: KubeProxy,
    behind: OperatorProcess,
    heals: dict[str, float],
) -> None:
    pid, fault = behind.pid, CASES[case]
    began = ended = time.monotonic()
    with proxy.fault(fault.fault, on=fault.on, freeze=fault.freeze):
        scene.change()
        if fault.borne:
            eventually(scene.settled, within=fault.within, what="all as declared, during the fault")
        else:
            time.sleep(LASTS)  # it is about time
        assert proxy.hits
    if not fault.borne:
        ended = time.monotonic()
        if not fault.stays:
            proxy.cut()
    eventually(scene.settled, within=fault.within, what="all as declared")
    heals[case] = time.monotonic() - ended
    assert not scene.untruths()
    assert not scene.excesses(lasted=ended - began)
    assert (behind.alive, behind.pid) == (True, pid), behind.tail()


@pytest.mark.parametrize("case", CUT_SHORT)
def test_what_kopf_cannot_read_ends_the_operator_and_its_restart_heals(
    case: str,
    scene: FaultScene,
    proxy: KubeProxy,
    behind: OperatorProcess,
    heals: dict[str, float],
) -> None:
    fault = CUT_SHORT[case]
    began = time.monotonic()
    with proxy.fault(fault.fault, on=fault.on):
        scene.change()
        assert behind.wait(within=ENDED) == 1
    ended = time.monotonic()
    behind.start()  # as the kubelet does
    eventually(scene.settled, within=fault.within, what="all as declared")
    heals[f"{case} (it ends, and is started)"] = time.monotonic() - ended
    assert not scene.untruths()
    assert not scene.excesses(lasted=ended - began)
