"""RoleBindings by names and by selector, as namespaces come, change and go."""

import json
from collections.abc import Callable, Iterator

import pytest

from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.namespaces

MakeNamespace = Callable[..., str]


@pytest.fixture(autouse=True)
def _ready(operator: OperatorProcess, realm: Realm) -> None:
    """Let the operator run, and a group be there."""
    assert operator.alive
    realm.create_group("/SRE")


@pytest.fixture
def namespace(objects: Objects, name: str) -> Iterator[MakeNamespace]:
    """Give a maker of namespaces, which go with the test."""
    made: list[str] = []

    def make(short: str, **labels: str) -> str:
        whole = f"{name}-{short}"
        body = {"apiVersion": "v1", "kind": "Namespace"}
        objects.cluster.apply({**body, "metadata": {"name": whole, "labels": labels}})
        made.append(whole)
        return whole

    yield make
    for each in made:
        objects.cluster.kubectl("delete", "namespace", each, "--wait=false", "--ignore-not-found")


def where(objects: Objects, name: str) -> set[str]:
    return {namespace for namespace, _ in objects.all_bindings(name)}


def test_names_and_a_selector_are_granted_together(
    objects: Objects, directory: str, name: str, namespace: MakeNamespace
) -> None:
    shop, team = namespace("shop"), namespace("team", team=name)
    namespace("other")
    scope = {"names": [shop], "selector": {"matchLabels": {"team": name}}}
    objects.apply(access(name, directory, mapping("m", "SRE", "edit", namespaces=scope)))
    objects.wait_reason(f"ga/{name}", "Granted")
    assert where(objects, name) == {shop, team}
    (said,) = objects.get(f"ga/{name}")["status"]["mappings"]
    assert said["where"] == {"scope": "Namespaces", "wanted": 2, "granted": 2}


def test_a_selector_follows_namespaces_that_come_change_and_go(
    objects: Objects, directory: str, name: str, namespace: MakeNamespace
) -> None:
    scope = {"selector": {"matchExpressions": [{"key": name, "operator": "In", "values": ["y"]}]}}
    objects.apply(access(name, directory, mapping("m", "SRE", "view", namespaces=scope)))
    objects.wait_reason(f"ga/{name}", "Granted")
    assert not where(objects, name)

    late = namespace("late", **{name: "y"})
    eventually(lambda: where(objects, name) == {late}, within=5)
    objects.cluster.kubectl("label", "namespace", late, f"{name}=n", "--overwrite")
    eventually(lambda: not where(objects, name), within=5)
    objects.cluster.kubectl("label", "namespace", late, f"{name}=y", "--overwrite")
    eventually(lambda: where(objects, name) == {late}, within=5)
    objects.cluster.kubectl("delete", "namespace", late)
    objects.wait_reason(f"ga/{name}", "Granted")
    namespace("late", **{name: "y"})
    eventually(lambda: where(objects, name) == {late}, within=5)


def test_a_missing_namespace_is_named_the_others_are_granted_and_it_comes_later(
    objects: Objects, directory: str, name: str, namespace: MakeNamespace
) -> None:
    shop, missing = namespace("shop"), f"{name}-missing"
    scope = {"names": [shop, missing]}
    objects.apply(access(name, directory, mapping("m", "SRE", "view", namespaces=scope)))
    ready = objects.wait_reason(f"ga/{name}", "NamespaceNotFound")
    assert missing in ready["message"]
    assert objects.conditions(f"ga/{name}")["Reconciling"]["status"] == "True"
    assert where(objects, name) == {shop}
    (said,) = objects.get(f"ga/{name}")["status"]["mappings"]
    assert (said["state"], said["where"]["granted"]) == ("Partial", 1)
    assert [problem["namespace"] for problem in said["where"]["problems"]] == [missing]

    namespace("missing")
    objects.wait_reason(f"ga/{name}", "Granted")
    assert where(objects, name) == {shop, missing}


def test_drift_in_a_namespace_is_repaired(
    objects: Objects, directory: str, name: str, namespace: MakeNamespace
) -> None:
    shop = namespace("shop")
    scope = {"names": [shop]}
    objects.apply(access(name, directory, mapping("m", "SRE", "view", namespaces=scope)))
    objects.wait_reason(f"ga/{name}", "Granted")
    binding = f"groupaccess:{name}:m:view"
    objects.cluster.kubectl("delete", "rolebinding", binding, "--namespace", shop)
    eventually(lambda: where(objects, name) == {shop}, within=2)


def test_many_namespaces_stay_a_bounded_status(
    objects: Objects, directory: str, name: str, namespace: MakeNamespace
) -> None:
    names = [f"{name}-n{number}" for number in range(64)]
    made = namespace("n0")
    objects.apply(access(name, directory, mapping("m", "SRE", "view", namespaces={"names": names})))
    objects.wait_reason(f"ga/{name}", "NamespaceNotFound")
    status = objects.get(f"ga/{name}")["status"]
    (said,) = status["mappings"]
    assert len(said["where"]["problems"]) == 10
    assert (said["where"]["wanted"], said["where"]["granted"]) == (64, 1)
    assert len(json.dumps(status)) < 8000
    assert where(objects, name) == {made}


def test_who_else_grants_the_same_is_said(
    objects: Objects, directory: str, name: str, namespace: MakeNamespace
) -> None:
    shop = namespace("shop")
    scope = {"names": [shop]}
    objects.apply(access(name, directory, mapping("m", "SRE", "view", namespaces=scope)))
    objects.wait_reason(f"ga/{name}", "Granted")
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    by_hand = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{name}-by-hand"},
        "roleRef": role,
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "SRE"},
        ],
    }
    objects.apply(by_hand)

    def said() -> list[str]:
        (mapping,) = objects.get(f"ga/{name}")["status"]["mappings"]
        return list(mapping.get("alsoGrantedBy", {}).get("first", []))

    eventually(lambda: f"ClusterRoleBinding/{name}-by-hand" in said(), within=10)
    objects.delete(f"clusterrolebinding/{name}-by-hand")
    eventually(lambda: f"ClusterRoleBinding/{name}-by-hand" not in said(), within=10)
