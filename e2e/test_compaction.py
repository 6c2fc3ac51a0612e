"""A watch that has a gap, because etcd was compacted meanwhile, misses nothing that went in it."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from suite import long_form
from testbed import audit
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.installation import (
    USERNAME,
    WITH_CLUSTER_ADMIN,
    install_crds,
    install_rights,
)
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as objects_of_directory
from testbed.operator import ForkedOperator, OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.compaction, pytest.mark.usefixtures("_local_only")]

RELISTED = 10.0  # seconds
AUDITED = 40.0  # seconds: the audit looks 5 s after a relist, and again 10 s later
DIFFERENCES = "groupaccess_audit_differences_total"
# Without the cache a watch is etcd's own: what was compacted is gone.
UNCACHED = "--watch-cache=false"


@pytest.fixture(scope="module")
def own() -> Iterator[ControlPlane]:
    """Give a cluster of its own, for it is cut off and compacted."""
    policy = audit.policy(whole=audit.REPLAYED)
    options = ControlPlaneOptions(oidc=None, audit_policy=policy, extra_flags=(UNCACHED,))
    with ControlPlane(options) as plane:
        install_crds(plane)
        install_rights(plane)
        yield plane


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm that only the operator reads."""
    made = keycloak.create_realm("compaction")
    made.clients.create_headlamp()
    made.clients.create_operator()
    made.create_group("/SRE")
    yield made
    keycloak.set_aside(made)


@pytest.fixture(scope="module")
def watcher(own: ControlPlane) -> Iterator[OperatorProcess]:
    """Give an operator that may be frozen for long without losing a Lease."""
    process = ForkedOperator(own, name="watcher")
    process.env = {"GROUPACCESS_LEADER_ELECTION": "false"}
    process.start()
    yield process
    process.stop()


@pytest.fixture
def here(own: ControlPlane, watcher: OperatorProcess) -> Iterator[Objects]:
    """Give a maker of objects in the own cluster."""
    assert watcher.alive
    with closing(Objects(own)) as made:
        yield made


@pytest.fixture
def source(here: Objects, realm_here: Realm, keycloak: Keycloak, name: str) -> str:
    """Give the name of a KeycloakDirectory for the realm."""
    here.apply(*objects_of_directory(name, realm_here, keycloak.ca_file.read_text()))
    return name


@contextmanager
def gap(own: ControlPlane, watcher: OperatorProcess) -> Iterator[None]:
    """Let what happens inside be unseen: no connection is left, and no history at the end."""
    watcher.pause()
    try:
        own.component("kube-apiserver").kill()
        own.component("kube-apiserver").start()
        yield
        own.compact()
    finally:
        watcher.resume()


def too_old(log: Path, since: int) -> set[str]:
    """Return the resources whose watch was told since a mark that its version is too old."""
    text = log.read_bytes()[since:].decode()
    return set(re.findall(r"reflector: (\w+): 410: ", text))


def cluster_role(name: str) -> dict[str, object]:
    api = "rbac.authorization.k8s.io/v1"
    return {"apiVersion": api, "kind": "ClusterRole", "metadata": {"name": name}, "rules": []}


def namespace(name: str, label: str) -> dict[str, object]:
    metadata = {"name": name, "labels": {"team": label}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def places(here: Objects, name: str) -> set[str]:
    return {place for place, _ in here.all_bindings(name)}


def test_what_went_and_came_in_the_gap_is_seen_by_the_new_list(
    own: ControlPlane, watcher: OperatorProcess, here: Objects, source: str, name: str
) -> None:
    stays, goes, comes = (f"{name}-{each}" for each in ("stays", "goes", "comes"))
    here.apply(namespace(stays, name), namespace(goes, name))
    selected = {"selector": {"matchLabels": {"team": name}}}
    here.apply(access(name, source, mapping("m", "SRE"), mapping("n", "SRE", namespaces=selected)))
    here.wait_reason(f"ga/{name}", "Granted")
    assert places(here, name) == {"", stays, goes}
    mark = watcher.log.stat().st_size
    before = watcher.metric("groupaccess_drift_corrected_total")

    with gap(own, watcher):
        own.kubectl("delete", "clusterrolebinding", f"groupaccess:{name}:m:view")
        own.kubectl("delete", "namespace", goes)
        here.apply(namespace(comes, name))
        assert places(here, name) == {stays}

    eventually(lambda: places(here, name) == {"", stays, comes}, within=RELISTED)
    assert watcher.metric("groupaccess_drift_corrected_total") > before

    def where() -> dict[str, object]:
        return dict(here.get(f"ga/{name}")["status"]["mappings"][1]["where"])

    expected = {"scope": "Namespaces", "wanted": 2, "granted": 2}
    eventually(lambda: where() == expected, within=RELISTED)
    expected_old = {"clusterrolebindings", "rolebindings", "namespaces"}
    assert too_old(watcher.log, mark) >= expected_old


def test_a_role_that_went_in_the_gap_is_missed_and_one_that_came_is_used(
    own: ControlPlane, watcher: OperatorProcess, here: Objects, source: str, name: str
) -> None:
    went, came = f"{name}-went", f"{name}-came"
    install_rights(own, (*WITH_CLUSTER_ADMIN, went, came))
    here.apply(cluster_role(went))
    here.apply(access(went, source, mapping("m", "SRE", went)))
    here.apply(access(came, source, mapping("m", "SRE", came)))
    here.wait_reason(f"ga/{went}", "Granted")
    here.wait_reason(f"ga/{came}", "ClusterRoleNotFound")
    with gap(own, watcher):
        own.kubectl("delete", "clusterrole", went)
        here.apply(cluster_role(came))
    here.wait_reason(f"ga/{came}", "Granted")
    here.wait_reason(f"ga/{went}", "ClusterRoleNotFound")
    assert here.bindings(went)  # it works again when the role is back


@pytest.fixture
def _no_audit_to_come(own: ControlPlane, watcher: OperatorProcess) -> None:
    """Start the operator where none of our objects is: kopf lists nothing, nothing is audited."""
    eventually(lambda: not own.kubectl("get", "ga,kcd", "-oname").stdout, within=10)
    watcher.restart()


@pytest.mark.usefixtures("_no_audit_to_come")
@pytest.mark.parametrize(
    "left",
    [
        pytest.param(True, id="others are left"),
        pytest.param(False, id="nothing is left", marks=long_form),
    ],
)
def test_a_group_access_that_was_deleted_in_the_gap_ends_and_is_not_granted_again(
    own: ControlPlane,
    watcher: OperatorProcess,
    here: Objects,
    source: str,
    name: str,
    *,
    left: bool,
) -> None:
    assert own.audit is not None
    again, other = f"{name}-again", f"{name}-other"
    here.apply(*(access(each, source, mapping("m", "SRE")) for each in (name, again)))
    for each in (name, again):
        here.wait_reason(f"ga/{each}", "Granted")
    if left:
        here.apply(access(other, source, mapping("m", "SRE", "edit")))
        here.wait_reason(f"ga/{other}", "Granted")
    differences = watcher.metric(DIFFERENCES)

    with gap(own, watcher):
        own.kubectl("delete", f"ga/{name}", f"ga/{again}")
        if left:
            here.apply(access(again, source, mapping("m", "SRE", "admin")))
        else:
            own.kubectl("delete", f"kcd/{source}")
        for each in (name, again):  # as the garbage collector does, once it knows the kind
            binding = f"groupaccess:{each}:m:view"
            own.kubectl("delete", "clusterrolebinding", binding, "--ignore-not-found")
        mark = own.audit.mark()

    if left:
        here.wait_reason(f"ga/{again}", "Granted")
        wanted = {f"groupaccess:{again}:m:admin"}
        eventually(lambda: set(here.bindings(again)) == wanted, within=RELISTED)
    count = 2 if left else 0
    eventually(lambda: watcher.metric("groupaccess_objects") == count, within=AUDITED)
    assert watcher.metric(DIFFERENCES) > differences
    assert not here.bindings(name)
    assert watcher.alive
    written = (event["objectRef"].get("name", "") for event in own.audit.events(mark, USERNAME))
    assert f"groupaccess:{name}:m:view" not in set(written)
