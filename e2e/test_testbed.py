"""The testbed itself: the story by hand, without the operator, and that nothing is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from suite import long_form
from testbed.authentication import ClassicFlags, Issuer
from testbed.cluster import Cluster
from testbed.control_plane import COMPONENTS, ControlPlane, ControlPlaneOptions
from testbed.keycloak import Keycloak
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.testbed
IMPORT_ROOT = Path(__file__).parent
NAMESPACES = "/api/v1/namespaces"
CLUSTER_BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"


@pytest.fixture(scope="module")
def own(_local_only: None) -> Iterator[ControlPlane]:
    """Give a control plane that trusts nobody and that these tests may take apart."""
    with ControlPlane() as control_plane:
        yield control_plane


def bind(cluster: Cluster, name: str, group: str) -> None:
    """Bind a group to the role `view` by hand."""
    cluster.kubectl("create", "clusterrolebinding", name, "--clusterrole=view", f"--group={group}")


def is_gone(pid: int) -> bool:
    """Say whether a process has ended; a zombie that nobody collects counts as ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_garbage_is_401(cluster: Cluster) -> None:
    assert cluster.get(NAMESPACES, "garbage").status == httpx.codes.UNAUTHORIZED


def test_a_hand_made_binding_turns_403_into_200(cluster: Cluster, realm: Realm, name: str) -> None:
    realm.create_user("alice", "SRE")
    token = realm.id_token("alice")

    refused = cluster.get(NAMESPACES, token)
    assert refused.status == httpx.codes.FORBIDDEN
    assert f'User "{realm.issuer_url}#alice" cannot list resource "namespaces"' in refused.message

    bind(cluster, name, "SRE")
    try:
        eventually(lambda: cluster.get(NAMESPACES, token).status == httpx.codes.OK, within=5)
    finally:
        cluster.kubectl("delete", "clusterrolebinding", name)


def test_the_api_server_reads_the_groups_claim(cluster: Cluster, realm: Realm) -> None:
    realm.create_user("alice", "/platform/sre", "Developer")
    groups = cluster.whoami(realm.id_token("alice"))["groups"]
    assert set(groups) == {"sre", "Developer", "system:authenticated"}


def test_a_realm_that_is_given_back_comes_again_empty(make_realm: Callable[[], Realm]) -> None:
    first, second = make_realm(), make_realm()
    assert first.name != second.name
    assert first.find_group("SRE") is None


@long_form
def test_keycloak_keeps_its_realms_over_a_restart(
    cluster: Cluster, keycloak: Keycloak, realm: Realm
) -> None:
    realm.create_user("alice", "SRE")
    keycloak.server.restart()
    assert "SRE" in cluster.whoami(realm.id_token("alice"))["groups"]


def test_writes_are_in_the_audit_log(cluster: Cluster, name: str) -> None:
    assert cluster.audit is not None
    mark = cluster.audit.mark()
    cluster.kubectl("create", "namespace", name)
    written = [
        event["objectRef"]["name"]
        for event in cluster.audit.events(mark)
        if event["verb"] == "create" and event["user"]["username"].endswith("admin")
    ]
    cluster.kubectl("delete", "namespace", name, "--wait=false")
    assert written == [name]


def test_a_service_account_has_a_real_token(cluster: Cluster) -> None:
    kubeconfig = cluster.service_account_kubeconfig("default", "default")
    whoami = cluster.kubectl("auth", "whoami", kubeconfig=kubeconfig).stdout
    assert "system:serviceaccount:default:default" in whoami


@long_form
def test_trust_comes_changes_and_goes_without_a_restart(own: ControlPlane, realm: Realm) -> None:
    realm.create_user("alice", "SRE")
    token = realm.id_token("alice")
    apiserver = own.component("kube-apiserver").pid
    assert own.get(NAMESPACES, token).status == httpx.codes.UNAUTHORIZED

    own.trust(realm.issuer(groups_prefix="oidc:"))
    assert "oidc:SRE" in own.whoami(token)["groups"]
    own.distrust(realm.issuer_url)
    # kube-apiserver remembers for ten seconds that it accepted a token: take another one.
    assert own.get(NAMESPACES, realm.id_token("alice")).status == httpx.codes.UNAUTHORIZED
    assert own.component("kube-apiserver").pid == apiserver


@long_form
@pytest.mark.usefixtures("_local_only")
def test_classic_flags_are_corrected_by_a_restart(realm: Realm) -> None:
    realm.create_user("alice", "SRE")
    token = realm.id_token("alice")
    right = realm.issuer()
    wrong = Issuer(f"{right.url}-other", right.ca_pem)
    with ControlPlane(ControlPlaneOptions(oidc=ClassicFlags(wrong))) as classic:
        assert classic.get(NAMESPACES, token).status == httpx.codes.UNAUTHORIZED
        classic.trust(right)
        eventually(
            lambda: classic.get(NAMESPACES, token).status == httpx.codes.FORBIDDEN, within=15
        )


@long_form
@pytest.mark.parametrize("name", COMPONENTS)
def test_a_killed_component_comes_back_at_the_same_address(own: ControlPlane, name: str) -> None:
    component = own.component(name)
    component.kill()
    assert not component.alive
    component.start()
    own.kubectl("get", "namespace", "default")


@long_form
def test_a_paused_api_server_goes_on_where_it_was(own: ControlPlane) -> None:
    component = own.component("kube-apiserver")
    component.pause()
    try:
        assert psutil.Process(component.pid).status() == psutil.STATUS_STOPPED
        assert own.kubectl("get", "namespaces", "--request-timeout=1s", check=False).returncode
    finally:
        component.resume()
    own.kubectl("get", "namespaces")


@long_form
def test_closing_leaves_no_process_and_no_folder() -> None:
    with ControlPlane() as short:
        pids = [short.component(name).pid for name in COMPONENTS]
    assert all(is_gone(pid) for pid in pids)
    assert not short.folder.exists()


@long_form
def test_a_killed_parent_leaves_no_process(tmp_path: Path) -> None:
    program = """
import sys
from testbed.control_plane import COMPONENTS, ControlPlane
plane = ControlPlane().start()
print(*(plane.component(name).pid for name in COMPONENTS), flush=True)
sys.stdin.read()
"""
    environment = {**os.environ, "PYTHONPATH": str(IMPORT_ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == len(COMPONENTS)
        parent.send_signal(signal.SIGKILL)
    eventually(lambda: all(is_gone(pid) for pid in pids), within=10, what="all processes gone")
