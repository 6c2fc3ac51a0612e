"""The main job: a GroupAccess turns somebody's 403 into a 200, and its end turns it back."""

import pytest

from testbed.cluster import Cluster
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.story

NAMESPACES = "/api/v1/namespaces"


@pytest.fixture(autouse=True)
def _operator(operator: OperatorProcess) -> None:
    """Let the operator run."""


def test_a_group_access_turns_403_into_200_and_its_deletion_turns_it_back(
    installed: Cluster, realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_user("alice", "/SRE")
    token = realm.id_token("alice")
    assert installed.get(NAMESPACES, token).status == 403

    objects.apply(access(name, directory, mapping("sre", "SRE", "cluster-admin")))
    objects.wait_reason(f"ga/{name}", "Granted")
    eventually(lambda: installed.get(NAMESPACES, token).status == 200, within=5)
    objects.cluster.kubectl("wait", "--for=condition=Ready", f"ga/{name}", "--timeout=5s")

    objects.delete(f"ga/{name}")
    eventually(lambda: installed.get(NAMESPACES, token).status == 403, within=5)
    assert not objects.bindings(name)


def test_the_binding_says_whom_it_binds_and_whose_it_is(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    group_id = realm.create_group("/platform/sre")
    objects.apply(access(name, directory, mapping("sre", "/platform/sre")))
    objects.wait_reason(f"ga/{name}", "Granted")

    (binding,) = objects.bindings(name).values()
    meta = binding["metadata"]
    assert meta["name"] == f"groupaccess:{name}:sre:view"
    assert meta["labels"]["app.kubernetes.io/managed-by"] == "groupaccess"
    assert meta["annotations"]["groupaccess.io/group"] == "/platform/sre"
    assert meta["annotations"]["groupaccess.io/group-id"] == group_id
    assert [subject["name"] for subject in binding["subjects"]] == ["sre"]
    (owner,) = meta["ownerReferences"]
    assert owner["uid"] == objects.get(f"ga/{name}")["metadata"]["uid"]
    assert "blockOwnerDeletion" not in owner
    assert "finalizers" not in objects.get(f"ga/{name}")["metadata"]


def test_a_removed_mapping_ends_and_the_others_stay(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    realm.create_group("/Developer")
    both = [mapping("sre", "SRE", "admin"), mapping("dev", "Developer", "edit")]
    objects.apply(access(name, directory, *both))
    objects.wait_reason(f"ga/{name}", "Granted")
    assert objects.get(f"ga/{name}")["status"]["granted"] == "2/2"

    objects.apply(access(name, directory, both[1]))
    eventually(
        lambda: set(objects.bindings(name)) == {f"groupaccess:{name}:dev:edit"},
        within=5,
        what="only the remaining binding",
    )


def test_another_role_is_granted_before_the_old_one_goes(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE", "view")))
    objects.wait_reason(f"ga/{name}", "Granted")
    objects.apply(access(name, directory, mapping("sre", "SRE", "edit")))
    new, old = (f"groupaccess:{name}:sre:{role}" for role in ("edit", "view"))
    eventually(lambda: set(objects.bindings(name)) >= {new}, within=5)
    assert old in objects.bindings(name)  # it settles for two seconds
    eventually(lambda: set(objects.bindings(name)) == {new}, within=10)
