"""Reserved names: bindings named groupaccess:* are the operator's, whoever asks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from testbed.cluster import Cluster
from testbed.guards import GUARDS, RESERVED_NAMES, accepted, refusal
from testbed.guards_users import EVERYTHING, User, binding, make_user, remove_user
from testbed.installation import BREAK_GLASS, install_guards, remove_guards
from testbed.objects import Objects, access, mapping
from testbed.waiting import eventually

pytestmark = pytest.mark.attacks

KUBE_SYSTEM = "system:serviceaccount:kube-system"


@pytest.fixture(scope="module")
def admin(without_operator: Cluster) -> Iterator[User]:
    """Give a cluster-admin who is not in system:masters."""
    yield make_user(without_operator, "guards-admin", EVERYTHING)
    remove_user(without_operator, "guards-admin")


@pytest.fixture(params=["", "default"], ids=["cluster", "namespace"])
def reserved(request: pytest.FixtureRequest, objects: Objects, name: str) -> dict[str, Any]:
    """Give a binding with a reserved name, which stands."""
    body = binding(f"groupaccess:{name}:sre:view", "view", name, namespace=request.param)
    objects.cluster.apply(body)
    return body


@pytest.fixture(autouse=True)
def _clean(without_operator: Cluster, name: str) -> Iterator[None]:
    """Take away, as a master, the bindings that a test left."""
    yield
    kinds = "clusterrolebindings,rolebindings"
    listed = without_operator.kubectl("get", kinds, "--namespace=default", "-oname").stdout
    left = [each for each in listed.split() if f"/groupaccess:{name}:" in each]
    if left:
        without_operator.kubectl("delete", *left, "--namespace=default")


def test_bindings_of_other_names_are_everybodys(admin: User, name: str) -> None:
    body = binding(name, "view", "SRE")
    body["metadata"]["labels"] = {"of": name}
    accepted(admin.create(body))
    accepted(admin.update({**admin.read(body), "subjects": []}))
    accepted(admin.delete_all(body, f"of={name}"))
    for odd in ("groupaccess-x", "groupaccessor:x", "not-groupaccess:x", "Groupaccess:x"):
        accepted(admin.create(binding(odd, "view"), dry=True))


def test_a_storage_migration_writes_what_it_has_read(admin: User, reserved: dict[str, Any]) -> None:
    accepted(admin.update(admin.read(reserved)))


@pytest.fixture(scope="module")
def all_rights(without_operator: Cluster) -> Iterator[str]:
    """Give a group whose members may do everything, by RBAC."""
    group = "guards-all-rights"
    without_operator.apply(binding(group, "cluster-admin", group))
    may = ("auth", "can-i", "*", "*", "--as=x", f"--as-group={group}")
    eventually(lambda: without_operator.kubectl(*may, check=False).returncode == 0, within=10)
    yield group
    without_operator.kubectl("delete", f"clusterrolebinding/{group}")


def delete_as(cluster: Cluster, name: str, user: str, *groups: str) -> str:
    """Make a binding with a reserved name and delete it as somebody; return the refusal."""
    reserved = f"groupaccess:{name}:sre:view"
    cluster.apply(binding(reserved, "view"))
    who = (f"--as={user}", *(f"--as-group={group}" for group in groups))
    return cluster.kubectl("delete", "clusterrolebinding", reserved, *who, check=False).stderr


@pytest.mark.parametrize(
    ("user", "group"),
    [
        (f"{KUBE_SYSTEM}:generic-garbage-collector", ""),
        (f"{KUBE_SYSTEM}:namespace-controller", ""),
        ("system:kube-controller-manager", ""),  # without accounts for each controller
        ("alice", "system:masters"),
        ("alice", BREAK_GLASS),
    ],
)
def test_controllers_and_whoever_breaks_the_glass_may_write_reserved_names(
    without_operator: Cluster, all_rights: str, name: str, user: str, group: str
) -> None:
    groups = [each for each in (all_rights, group) if each]
    assert not delete_as(without_operator, name, user, *groups)


def test_garbage_collection_and_the_end_of_a_namespace_go_through(
    objects: Objects, name: str
) -> None:
    objects.apply(access(name, "default", mapping("a", "/g")))
    uid = objects.get(f"ga/{name}")["metadata"]["uid"]
    owned = binding(f"groupaccess:{name}:a:view", "view", name)
    kind = {"apiVersion": "groupaccess.io/v1alpha1", "kind": "GroupAccess"}
    owned["metadata"]["ownerReferences"] = [{**kind, "name": name, "uid": uid}]
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    objects.cluster.apply(namespace, owned)
    objects.cluster.apply(binding(f"groupaccess:{name}:b:view", "view", name, namespace=name))
    objects.delete(f"ga/{name}")
    objects.delete(f"namespace/{name}")
    eventually(lambda: not objects.all_bindings(name), within=60)


def test_guards_that_are_taken_away_and_put_back_lock_nobody_out(
    without_operator: Cluster, admin: User, reserved: dict[str, Any]
) -> None:
    remove_guards(without_operator)
    try:
        accepted(admin.update({**admin.read(reserved), "subjects": []}))
    finally:
        install_guards(without_operator)
    refusal(RESERVED_NAMES, admin.delete(reserved))


def test_no_policy_has_an_expression_that_does_not_fit_its_object(
    without_operator: Cluster,
) -> None:
    listed = ("get", "validatingadmissionpolicies", *GUARDS, "-ojson")

    def checked() -> list[dict[str, Any]]:
        found = json.loads(without_operator.kubectl(*listed).stdout)["items"]
        return [each["status"]["typeChecking"] for each in found]

    for warnings in eventually(checked, within=10):
        assert not warnings.get("expressionWarnings")
