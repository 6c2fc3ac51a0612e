"""The main job in a kind cluster: our image and our chart, the operator as a pod."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from testbed.engine import docker, own_name, remove_leftovers
from testbed.installation import ACCOUNT, NAMESPACE, USERNAME, WITH_CLUSTER_ADMIN
from testbed.kind_release import BASE_IMAGE, DIRECTORY, NAME, NAMESPACES, RELEASED, Release
from testbed.objects import Objects, access, mapping
from testbed.realm import Realm
from testbed.realm_clients import OPERATOR
from testbed.realm_setup import pod_token, trust_cluster
from testbed.waiting import eventually

pytestmark = pytest.mark.kind

RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"


def test_a_group_access_from_the_values_stands_when_the_install_returns(
    release: Release, realm: Realm
) -> None:
    assert release.cluster.get(NAMESPACES, realm.id_token("alice")).status == 200
    ready = '{.status.conditions[?(@.type=="Ready")].reason}'
    assert release.kubectl("get", f"ga/{RELEASED}", f"-ojsonpath={ready}") == "Granted"


def test_a_group_access_turns_403_into_200_and_its_deletion_turns_it_back(
    release: Release, realm: Realm, objects: Objects, name: str
) -> None:
    token = realm.id_token("bob")
    assert release.cluster.get(NAMESPACES, token).status == 403
    objects.apply(access(name, DIRECTORY, mapping("dev", "Developer", "cluster-admin")))
    objects.wait_reason(f"ga/{name}", "Granted")
    eventually(lambda: release.cluster.get(NAMESPACES, token).status == 200, within=5)
    objects.delete(f"ga/{name}")
    eventually(lambda: release.cluster.get(NAMESPACES, token).status == 403, within=5)


def test_a_group_in_the_wrong_case_is_not_found(objects: Objects, name: str) -> None:
    objects.apply(access(name, DIRECTORY, mapping("sre", "sre")))
    objects.wait_reason(f"ga/{name}", "GroupNotFound")
    objects.wait_message(f"ga/{name}", "did you mean /SRE?")


def test_a_binding_deleted_by_hand_is_back_within_two_seconds(release: Release) -> None:
    binding = f"groupaccess:{RELEASED}:sre:cluster-admin"
    before = release.kubectl("get", "clusterrolebinding", binding, "-ojsonpath={.metadata.uid}")
    release.kubectl("delete", "clusterrolebinding", binding)
    began = time.monotonic()

    def is_back() -> bool:
        uid = release.kubectl("get", "clusterrolebinding", binding, "-ojsonpath={.metadata.uid}")
        return uid not in {"", before}

    eventually(is_back, within=2, what="the binding")
    print(f"back within {time.monotonic() - began:.2f} s")


def test_the_pod_is_nobody_special(release: Release) -> None:
    assert release.in_pod("id", "-u").strip() == "65532"
    assert "Read-only file system" in release.in_pod("touch", "/opt/x")
    assert "CapEff:\t0000000000000000" in release.in_pod("cat", "/proc/1/status")
    enforced = release.kubectl("get", "namespace", NAMESPACE, "-ojsonpath={.metadata.labels}")
    assert '"pod-security.kubernetes.io/enforce":"restricted"' in enforced


def test_the_operators_account_has_no_admin_rights(release: Release) -> None:
    print(release.kubectl("auth", "can-i", "--list", f"--as={USERNAME}"))
    token = release.cluster.create_token(NAMESPACE, ACCOUNT)
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}
    body = {**review, "spec": {"namespace": NAMESPACE}}
    rules = release.cluster.request("POST", RULES, token, body).body["status"]["resourceRules"]
    assert rules
    for rule in rules:
        assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]], rule
        assert not {"escalate", "impersonate"} & set(rule["verbs"]), rule
        assert "bind" not in rule["verbs"] or rule["resourceNames"], rule


@pytest.mark.parametrize(
    "action",
    [
        "create clusterroles",
        "patch clusterroles",
        "escalate clusterroles",
        "bind clusterroles",
        "bind clusterroles/system:node",
        "impersonate users",
        "list secrets",
        "list secrets --all-namespaces",
        "get secrets --namespace=kube-system",
        "get secret/keycloak --namespace=default",
        "create pods",
        "patch groupaccesses",
        "get pods --subresource=exec",
    ],
)
def test_the_operators_account_may_not(release: Release, action: str) -> None:
    words = action.split()
    where = [] if any("namespace" in word for word in words) else [f"--namespace={NAMESPACE}"]
    asked = ("auth", "can-i", *words, *where, f"--as={USERNAME}")
    assert release.cluster.kubectl(*asked, check=False).stdout.strip() == "no"


def test_the_logs_hold_no_secret_and_no_token(release: Release, realm: Realm) -> None:
    logs = release.kubectl("logs", f"deployment/{NAME}")
    assert logs.count("\n") > 5
    assert realm.clients.credentials().secret not in logs
    assert "eyJ" not in logs  # how every JSON Web Token begins


def test_an_upgrade_that_lets_it_bind_a_role_heals_the_refusal(
    release: Release, objects: Objects, name: str
) -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}],
    }
    objects.apply(role, access(name, DIRECTORY, mapping("dev", "Developer", name)))
    message = objects.wait_reason(f"ga/{name}", "BindForbidden")["message"]
    assert name in message
    assert "bindableClusterRoles" in message

    release.upgrade(bindableClusterRoles=[*WITH_CLUSTER_ADMIN, name])
    began = time.monotonic()
    objects.wait_reason(f"ga/{name}", "Granted", within=90)
    print(f"healed {time.monotonic() - began:.1f} s after the upgrade")


def test_an_upgrade_replaces_the_pod_and_a_rollback_does_so_again(
    release: Release, realm: Realm
) -> None:
    pods = [_pod(release)]
    release.upgrade(workers=8)
    pods.append(_pod(release))
    release.rollback()
    pods.append(_pod(release))
    assert len(set(pods)) == 3
    assert release.cluster.get(NAMESPACES, realm.id_token("alice")).status == 200


def test_the_cluster_reads_tokens_in_another_way_without_a_restart(
    release: Release, realm: Realm
) -> None:
    release.cluster.trust(realm.issuer(groups_prefix="oidc:"))
    try:
        assert "oidc:SRE" in release.cluster.whoami(realm.id_token("alice"))["groups"]
    finally:
        release.cluster.trust(realm.issuer())
    assert "SRE" in release.cluster.whoami(realm.id_token("alice"))["groups"]


def test_the_pods_own_token_takes_the_place_of_the_stored_secret(
    release: Release, realm: Realm, objects: Objects, name: str
) -> None:
    configuration = release.kubectl("get", "--raw", "/.well-known/openid-configuration")
    keys = release.kubectl("get", "--raw", "/openid/v1/jwks")
    issuer = json.loads(configuration)["issuer"]
    trust_cluster(realm.clients.call, "kubernetes", issuer, keys)
    realm.clients.update(OPERATOR, **pod_token("kubernetes", USERNAME))
    spec = release.values["directory"]["spec"]
    by_token = {**spec, "auth": {"serviceAccountToken": {"clientId": OPERATOR}}}
    release.kubectl("delete", "secret", "keycloak")
    release.upgrade(directory={"enabled": True, "spec": by_token})
    objects.wait_reason(f"kcd/{DIRECTORY}", "Read")
    objects.apply(access(name, DIRECTORY, mapping("dev", "Developer")))
    objects.wait_reason(f"ga/{name}", "Granted")
    assert "eyJ" not in release.kubectl("logs", f"deployment/{NAME}")


def test_the_image_is_the_command_too_for_a_kubeconfig_that_its_owner_alone_may_read(
    release: Release,
) -> None:
    kubeconfig = release.cluster.kubeconfig
    kubeconfig.chmod(0o600)
    image = "{repository}:{tag}".format(**release.values["image"])
    mounted = (f"--volume={kubeconfig}:/kubeconfig:ro", "--env=KUBECONFIG=/kubeconfig")
    doctor = ("--rm", *mounted, "--network=host", image, "doctor")
    mine = docker("run", f"--user={os.getuid()}", *doctor, check=False)
    assert mine.returncode in {0, 1, 3}, mine.stderr
    assert f"KeycloakDirectory {DIRECTORY}" in mine.stdout, mine.stderr
    refused = docker("run", *doctor, check=False)
    assert (refused.returncode, refused.stdout) == (3, ""), refused.stderr
    assert "Permission denied: '/kubeconfig'" in refused.stderr


def test_an_uninstall_leaves_only_the_crds(release: Release, realm: Realm) -> None:
    token = realm.id_token("alice")
    release.uninstall()
    left = "clusterroles,clusterrolebindings,roles,rolebindings,deployments,serviceaccounts"
    left += ",validatingadmissionpolicies,validatingadmissionpolicybindings"
    mine = ("get", left, "--all-namespaces", "--selector=app.kubernetes.io/instance=groupaccess")
    assert not release.cluster.kubectl(*mine, "-oname").stdout
    assert not release.cluster.kubectl("get", "ga,kcd", "-oname").stdout
    eventually(lambda: not _bindings(release), within=30, what="no binding of ours")
    eventually(lambda: release.cluster.get(NAMESPACES, token).status == 403, within=5)
    assert release.cluster.kubectl("get", "crds", "-oname").stdout.count("groupaccess.io") == 2


@pytest.mark.usefixtures("_engine")
def test_what_a_killed_run_left_is_removed_by_the_next_one_and_nothing_else() -> None:
    program = f"""
from testbed.engine import docker, own_name
print(own_name("x"), docker("create", "--name", own_name("x"), "{BASE_IMAGE}").stdout)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    dead = subprocess.check_output([sys.executable, "-c", program], env=environment, text=True)
    mine = own_name("y")
    docker("create", "--name", mine, BASE_IMAGE)
    try:
        assert dead.split()[0] in remove_leftovers()
        assert mine in docker("ps", "--all", "--format={{.Names}}").stdout.split()
    finally:
        docker("rm", mine)


def _pod(release: Release) -> str:
    """Return the name of the one pod; an old one may be ending beside it, Lease given back."""

    def alone() -> str | None:
        running = ("get", "pods", "--field-selector=status.phase=Running", "-oname")
        names = release.kubectl(*running).split()
        return names[0] if len(names) == 1 else None

    return eventually(alone, within=30, what="one pod") or ""


def _bindings(release: Release) -> list[Any]:
    names = release.cluster.kubectl("get", "clusterrolebindings", "-oname").stdout.split()
    return [name for name in names if "/groupaccess:" in name]
