"""The operator as a process: it starts, ends, outlives its API server, and keeps its secrets."""

import json
import time

import pytest
import yaml

from testbed.cluster import Cluster
from testbed.installation import USERNAME
from testbed.objects import Objects
from testbed.operator import OperatorProcess, running_here
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.lifecycle


def test_sigterm_ends_it_within_five_seconds_with_exit_code_0(
    operator: OperatorProcess, granted: str, objects: Objects
) -> None:
    began = time.monotonic()
    operator.stop(grace=20)
    took, code = time.monotonic() - began, operator.exit_code
    operator.start()
    assert code == 0
    assert took < 5
    assert objects.bindings(granted)


def test_it_outlives_a_restart_of_the_api_server(
    operator: OperatorProcess, granted: str, objects: Objects, installed: Cluster
) -> None:
    component = getattr(installed, "component", None)
    if component is None:
        pytest.skip("only the local control plane lets a test restart kube-apiserver")
    pid = operator.pid
    component("kube-apiserver").restart(grace=0.5)
    binding = f"groupaccess:{granted}:sre:view"
    installed.kubectl("delete", "clusterrolebinding", binding)
    eventually(lambda: binding in objects.bindings(granted), within=60)
    assert operator.alive
    assert operator.pid == pid


def test_events_tell_what_changed(granted: str, objects: Objects) -> None:
    def reasons() -> set[str]:
        found = objects.cluster.kubectl(
            "get", "events", f"--field-selector=involvedObject.name={granted}", "-ojson"
        )
        return {event["reason"] for event in json.loads(found.stdout)["items"]}

    eventually(lambda: reasons() >= {"BindingCreated", "Granted"}, within=5)
    objects.cluster.kubectl("delete", "clusterrolebinding", f"groupaccess:{granted}:sre:view")
    eventually(lambda: "BindingRepaired" in reasons(), within=5)


def test_no_secret_and_no_token_is_told_anywhere(
    operator: OperatorProcess, granted: str, realm: Realm, objects: Objects
) -> None:
    secret = realm.clients.credentials().secret
    user = yaml.safe_load(operator.kubeconfig.read_text())["users"][0]["user"]
    told = [
        operator.log.read_text(),
        operator.get("/metrics").text,
        objects.cluster.kubectl("get", "ga,kcd,events,clusterrolebindings", "-oyaml").stdout,
    ]
    assert granted in told[2]
    for text in told:
        assert secret not in text
        assert user["token"] not in text
        assert "eyJ" not in text  # the beginning of every JWT


def test_probes_and_metrics_answer(operator: OperatorProcess, granted: str) -> None:
    assert granted
    assert operator.get("/healthz").status_code == 200
    assert operator.get("/readyz").status_code == 200
    assert operator.metric("groupaccess_managed_bindings") >= 1
    assert operator.metric("groupaccess_reconcile_total") >= 1
    assert operator.metric("groupaccess_workqueue_adds_total") >= 1


def test_it_has_no_right_that_the_chart_does_not_name(installed: Cluster) -> None:
    def may(verb: str, what: str, *more: str) -> bool:
        asked = ("auth", "can-i", verb, what, f"--as={USERNAME}", *more)
        return installed.kubectl(*asked, check=False).stdout.strip() == "yes"

    assert may("bind", "clusterroles/view")
    assert may("get", "secrets/keycloak", "--namespace=groupaccess")
    assert not may("bind", "clusterroles/system:node")
    assert not may("escalate", "clusterroles/view")
    assert not may("create", "clusterroles")
    assert not may("list", "secrets", "--namespace=groupaccess")
    assert not may("get", "secrets/keycloak", "--namespace=default")
    assert not may("*", "*")


async def test_it_runs_inside_a_test_too(
    operator: OperatorProcess, granted: str, objects: Objects, installed: Cluster
) -> None:
    operator.stop()
    try:
        async with running_here(installed) as here:
            assert granted in here.store.accesses
            binding = f"groupaccess:{granted}:sre:view"
            installed.kubectl("delete", "clusterrolebinding", binding)
            await here.until(lambda: binding in objects.bindings(granted), within=10)
    finally:
        operator.start()
