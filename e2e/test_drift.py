"""What somebody else changes is put right, at once and to the letter."""

import pytest

from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.drift

WITHIN = 2.0  # seconds


@pytest.fixture
def binding(granted: str) -> str:
    """Give the name of a binding that stands as declared."""
    return f"groupaccess:{granted}:sre:view"


def patch(objects: Objects, binding: str, body: str) -> None:
    objects.cluster.kubectl("patch", "clusterrolebinding", binding, "--type=merge", f"-p={body}")


def test_a_deleted_binding_is_back_within_two_seconds(
    operator: OperatorProcess, objects: Objects, binding: str, name: str
) -> None:
    before = operator.metric("groupaccess_drift_corrected_total")
    uid = objects.get(f"clusterrolebinding/{binding}")["metadata"]["uid"]
    objects.cluster.kubectl("delete", "clusterrolebinding", binding)
    made = eventually(lambda: objects.bindings(name).get(binding), within=WITHIN)
    assert made is not None
    assert made["metadata"]["uid"] != uid
    assert operator.metric("groupaccess_drift_corrected_total") == before + 1


def test_edited_subjects_are_put_right(objects: Objects, binding: str, name: str) -> None:
    intruder = '{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"intruders"}'
    patch(objects, binding, f'{{"subjects":[{intruder}]}}')
    eventually(
        lambda: [s["name"] for s in objects.bindings(name)[binding]["subjects"]] == ["SRE"],
        within=WITHIN,
    )


def test_a_removed_label_hides_no_binding(objects: Objects, binding: str, name: str) -> None:
    patch(objects, binding, '{"metadata":{"labels":{"app.kubernetes.io/managed-by":null}}}')
    label = "app.kubernetes.io/managed-by"
    eventually(
        lambda: (
            objects.bindings(name)[binding]["metadata"].get("labels", {}).get(label)
            == "groupaccess"
        ),
        within=WITHIN,
    )


def test_a_stripped_owner_reference_is_put_back(objects: Objects, binding: str, name: str) -> None:
    patch(objects, binding, '{"metadata":{"ownerReferences":null}}')
    eventually(
        lambda: objects.bindings(name)[binding]["metadata"].get("ownerReferences"), within=WITHIN
    )


def test_drift_that_was_made_while_the_operator_was_away_is_repaired_at_its_return(
    operator: OperatorProcess, objects: Objects, binding: str, name: str
) -> None:
    operator.stop()
    try:
        objects.cluster.kubectl("delete", "clusterrolebinding", binding)
    finally:
        operator.start()
    eventually(lambda: binding in objects.bindings(name), within=10)


def test_a_foreign_binding_of_a_reserved_name_is_a_conflict_and_stays_as_it_is(
    operator: OperatorProcess, realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    assert operator.alive
    realm.create_group("/SRE")
    reserved = f"groupaccess:{name}:sre:view"
    foreign = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": reserved},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "edit",
        },
        "subjects": [],
    }
    objects.apply(foreign, access(name, directory, mapping("sre", "SRE", "view")))
    ready = objects.wait_reason(f"ga/{name}", "Conflict")
    assert reserved in ready["message"]
    assert objects.bindings(name)[reserved]["roleRef"]["name"] == "edit"

    objects.cluster.kubectl("delete", "clusterrolebinding", reserved)
    objects.wait_reason(f"ga/{name}", "Granted")
    assert objects.bindings(name)[reserved]["roleRef"]["name"] == "view"
