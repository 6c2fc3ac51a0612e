"""Each refusal says why, in words that a person can act on, and grants nothing."""

import pytest

from testbed.installation import WITH_CLUSTER_ADMIN, install_rights
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.policy import apply_policy, denied
from testbed.ports import free_port
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.reasons


@pytest.fixture(autouse=True)
def _operator(operator: OperatorProcess) -> None:
    """Let the operator run."""


def refused(objects: Objects, name: str, reason: str) -> str:
    """Wait for the reason, make sure that nothing was granted, and return the message."""
    ready = objects.wait_reason(f"ga/{name}", reason)
    assert ready["status"] == "False"
    assert not objects.bindings(name)
    return str(ready["message"])


def test_a_group_of_another_case_is_not_found_and_the_right_one_is_suggested(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "sre")))
    refused(objects, name, "GroupNotFound")
    objects.wait_message(f"ga/{name}", "did you mean /SRE?")
    conditions = objects.conditions(f"ga/{name}")
    assert conditions["Reconciling"]["status"] == "True"  # it may come with the same sync
    assert conditions["Stalled"]["status"] == "False"
    assert conditions["Verified"]["status"] == "False"


def test_a_group_that_is_made_later_is_granted_by_itself(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    objects.apply(access(name, directory, mapping("late", "Latecomers")))
    refused(objects, name, "GroupNotFound")
    realm.create_group("/Latecomers")
    objects.wait_reason(f"ga/{name}", "Granted", within=30)


@pytest.fixture
def two_ops(realm: Realm) -> None:
    """Make two groups of one leaf name before the directory is read."""
    realm.create_group("/a/ops")
    realm.create_group("/b/ops")


@pytest.mark.usefixtures("two_ops")
def test_a_leaf_name_of_two_groups_is_ambiguous_and_both_paths_are_named(
    objects: Objects, directory: str, name: str
) -> None:
    objects.apply(access(name, directory, mapping("ops", "ops")))
    message = refused(objects, name, "GroupAmbiguous")
    assert "/a/ops" in message
    assert "/b/ops" in message


@pytest.mark.usefixtures("two_ops")
def test_two_groups_that_put_the_same_string_into_tokens_collide(
    objects: Objects, directory: str, name: str
) -> None:
    objects.apply(access(name, directory, mapping("ops", "/a/ops")))
    assert "/b/ops" in refused(objects, name, "ClaimCollision")


def test_a_prefix_that_would_make_a_reserved_name_is_an_invalid_subject(
    realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    realm.create_group("/m/masters")
    tokens = {"clients": [{"clientId": "headlamp"}], "groupsPrefix": "system"}
    ca = keycloak.ca_file.read_text()
    objects.apply(*directory_objects(name, realm, ca, tokens=tokens))
    realm.create_group("/:masters")
    objects.apply(access(name, name, mapping("m", ":masters")))
    assert "system:masters" in refused(objects, name, "InvalidSubject")


def test_a_missing_cluster_role_is_named_and_waited_for(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE", f"{name}-role")))
    assert f"{name}-role" in refused(objects, name, "ClusterRoleNotFound")


def test_a_role_that_the_operator_may_not_bind_names_the_chart_value(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["delete"]}],
    }
    objects.apply(role, access(name, directory, mapping("sre", "SRE", name)))
    message = refused(objects, name, "BindForbidden")
    assert name in message
    assert "bindableClusterRoles" in message

    install_rights(objects.cluster, [*WITH_CLUSTER_ADMIN, name])  # as an upgrade of the chart does
    objects.wait_reason(f"ga/{name}", "Granted", within=30)
    install_rights(objects.cluster)


def test_a_role_outside_the_directorys_list_is_not_allowed_also_later(
    realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    realm.create_group("/SRE")
    ca = keycloak.ca_file.read_text()
    objects.apply(*directory_objects(name, realm, ca, allowedClusterRoles=["view", "edit"]))
    objects.apply(access(name, name, mapping("sre", "SRE", "edit")))
    objects.wait_reason(f"ga/{name}", "Granted")
    objects.apply(*directory_objects(name, realm, ca, allowedClusterRoles=["view"]))
    ready = objects.wait_reason(f"ga/{name}", "ClusterRoleNotAllowed")
    assert "view" in ready["message"]
    eventually(lambda: not objects.bindings(name), within=5)


def test_a_write_that_a_policy_refuses_carries_the_servers_words(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    words = "no grants on Fridays"
    apply_policy(objects, name, "true", words)
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    assert words in refused(objects, name, "WriteRefused")
    assert objects.conditions(f"ga/{name}")["Stalled"]["status"] == "True"


def test_a_write_that_keeps_failing_says_so_and_heals_by_itself(
    realm: Realm, objects: Objects, directory: str, name: str
) -> None:
    realm.create_group("/SRE")
    webhook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [
            {
                "name": f"{name}.example.com",
                "clientConfig": {"url": f"https://127.0.0.1:{free_port()}/"},  # nobody answers
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "rules": [
                    {
                        "apiGroups": ["rbac.authorization.k8s.io"],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["clusterrolebindings"],
                    }
                ],
                "matchConditions": [
                    {
                        "name": "ours",
                        "expression": f"object.metadata.name.startsWith('groupaccess:{name}:')",
                    }
                ],
            }
        ],
    }
    objects.apply(webhook)
    words = "failed calling webhook"
    eventually(lambda: denied(objects, name, words), within=10, what="the webhook in force")
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    assert words in refused(objects, name, "WriteRefused")
    assert objects.conditions(f"ga/{name}")["Reconciling"]["status"] == "True"
    objects.delete(f"validatingwebhookconfiguration/{name}")
    objects.wait_reason(f"ga/{name}", "Granted", within=40)  # it backs off meanwhile


def test_a_pods_token_that_is_not_mounted_is_named(
    realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    realm.create_group("/SRE")
    auth = {"serviceAccountToken": {"clientId": "groupaccess"}}
    objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text(), auth=auth))
    objects.apply(access(name, name, mapping("sre", "SRE")))
    message = refused(objects, name, "CredentialsNotFound")
    assert "/var/run/secrets/groupaccess/token" in message
    assert "serviceAccountToken" in message


def test_a_directory_that_does_not_exist_yet_is_named_and_waited_for(
    realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    realm.create_group("/SRE")
    objects.apply(access(name, name, mapping("sre", "SRE")))
    assert name in refused(objects, name, "DirectoryNotFound")
    objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text()))
    objects.wait_reason(f"ga/{name}", "Granted")


def test_an_issuer_that_differs_by_a_letter_is_said_in_words(
    realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    realm.create_group("/SRE")
    wrong = realm.issuer_url.replace("localhost", "127.0.0.1")
    assert wrong != realm.issuer_url
    objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text(), issuer=wrong))
    objects.apply(access(name, name, mapping("sre", "SRE")))
    message = refused(objects, name, "IssuerMismatch")
    assert wrong in message
    assert realm.issuer_url in message
    assert objects.wait_reason(f"kcd/{name}", "IssuerMismatch")["status"] == "False"


def test_a_wrong_secret_is_a_failed_login_and_never_shown(
    operator: OperatorProcess, realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    secret, directory = directory_objects(name, realm, keycloak.ca_file.read_text())
    secret["stringData"]["client-secret"] = "a-secret-that-is-wrong"
    objects.apply(secret, directory, access(name, name, mapping("sre", "SRE")))
    refused(objects, name, "LoginFailed")
    told = str(objects.get(f"kcd/{name}")["status"]) + operator.log.read_text()
    assert "a-secret-that-is-wrong" not in told


def test_a_missing_secret_is_named_and_waited_for(
    realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    realm.create_group("/SRE")
    secret, directory = directory_objects(name, realm, keycloak.ca_file.read_text())
    objects.apply(directory, access(name, name, mapping("sre", "SRE")))
    assert f'/{name}" does not exist' in refused(objects, name, "CredentialsNotFound")
    objects.apply(secret)
    objects.wait_reason(f"ga/{name}", "Granted", within=30)
