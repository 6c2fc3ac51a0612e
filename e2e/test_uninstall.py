"""What is taken away jams nothing, and what still stands keeps granting: release and CRDs."""

import json
from collections.abc import Iterator

import pytest

from suite import long_form, mostly_long
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.guards_users import binding
from testbed.installation import BREAK_GLASS, CRDS, install_crds
from testbed.keycloak import Keycloak
from testbed.local_release import LocalRelease
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as objects_of_directory
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.uninstall, pytest.mark.usefixtures("_local_only")]

COLLECTED = 60.0  # seconds; the garbage collector takes a while to know a kind that is new
SOON = 10.0  # seconds
FREE = 40.0  # seconds; an operator that lost its rights cannot give its Lease back
ADMINS = "platform-admins"  # may do everything, and are no masters
SHOP = "shop"
BINDINGS = "clusterrolebindings,rolebindings"
OURS = "--selector=app.kubernetes.io/managed-by=groupaccess"


@pytest.fixture(scope="module")
def own() -> Iterator[ControlPlane]:
    """Give a cluster of its own, with a way in for administrators who are no masters."""
    with ControlPlane(ControlPlaneOptions(oidc=None)) as plane:
        for group in (BREAK_GLASS, ADMINS):
            plane.apply(binding(group.replace(":", "-"), "cluster-admin", group))
        yield plane


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm that only the operator reads."""
    made = keycloak.create_realm("uninstall")
    made.clients.create_headlamp()
    made.clients.create_operator()
    for group in ("/SRE", "/Developer"):
        made.create_group(group)
    yield made
    keycloak.set_aside(made)


@pytest.fixture
def release(own: ControlPlane) -> Iterator[LocalRelease]:
    """Give the release, installed, with a running operator."""
    made = LocalRelease(own)
    made.install()
    yield made
    made.close()


@pytest.fixture
def objects(release: LocalRelease, realm_here: Realm, keycloak: Keycloak) -> Iterator[Objects]:
    """Give two GroupAccesses that stand: `platform`, and `shop` in a namespace."""
    made = Objects(release.cluster)
    declare(made, realm_here, keycloak)
    yield made
    made.cluster.kubectl("delete", "namespace", SHOP, "--ignore-not-found")


def declare(objects: Objects, realm: Realm, keycloak: Keycloak) -> None:
    """Apply all that is declared, and wait until it stands."""
    here = {"namespaces": {"names": [SHOP]}}
    objects.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}},
        *objects_of_directory("default", realm, keycloak.ca_file.read_text()),
        access("platform", "default", mapping("sre", "SRE", "cluster-admin")),
        access(SHOP, "default", mapping("dev", "Developer", "edit", **here)),
    )
    for name in ("platform", SHOP):
        objects.wait_reason(f"ga/{name}", "Granted")


def test_an_uninstall_takes_nobodys_access_and_jams_nothing(
    release: LocalRelease, objects: Objects
) -> None:
    kubectl = release.cluster.kubectl
    with release.probe("SRE") as sre, release.probe("Developer", SHOP) as developer:
        release.uninstall()  # the operator loses its rights and its guards while it runs
        assert not [*release.left()]
        assert len(objects.all_bindings("platform") | objects.all_bindings(SHOP)) == 2
        release.operator.stop()
        held = json.loads(kubectl("get", f"ga,kcd,{BINDINGS}", "-A", "-ojson").stdout)["items"]
        assert not [body for body in held if body["metadata"].get("finalizers")]
    assert (sre.denied, developer.denied) == ([], [])

    kubectl("delete", "ga/platform", "--timeout=20s")
    eventually(lambda: not objects.all_bindings("platform"), within=COLLECTED, what="no binding")
    assert not release.probe("SRE").may()
    kubectl("delete", "namespace", SHOP, "--timeout=60s")
    assert not objects.all_bindings(SHOP)
    assert objects.get(f"ga/{SHOP}")["status"]["granted"] == "1/1"


def test_a_new_installation_takes_over_what_an_uninstall_left(
    release: LocalRelease, objects: Objects
) -> None:
    before = objects.bindings("platform")
    with release.probe("SRE") as sre:
        release.uninstall()
        release.operator.stop()
        release.install()
        binding = f"groupaccess:{SHOP}:dev:edit"
        release.cluster.kubectl("delete", "rolebinding", binding, f"--namespace={SHOP}")
        eventually(lambda: objects.all_bindings(SHOP), within=FREE, what="the binding is back")
    assert sre.denied == []
    assert objects.bindings("platform") == before


@pytest.mark.parametrize("group", mostly_long([BREAK_GLASS, ADMINS], BREAK_GLASS))
def test_all_bindings_are_taken_away_at_once_by_their_label(
    release: LocalRelease, objects: Objects, group: str
) -> None:
    everything = ("delete", BINDINGS, "--all-namespaces", OURS)
    who = ("--as=oncall", f"--as-group={group}")
    release.operator.stop()
    refused = release.cluster.kubectl(*everything, *who, check=False)
    if group == ADMINS:  # as long as the policy stands
        assert refused.stderr.count("belong to the GroupAccess operator") == 2
        assert len(objects.all_bindings("platform") | objects.all_bindings(SHOP)) == 2
        release.uninstall()
        eventually(
            lambda: release.cluster.kubectl(*everything, *who, check=False).returncode == 0,
            within=SOON,
            what="the policy is gone",
        )
    assert not objects.all_bindings("platform") | objects.all_bindings(SHOP)
    assert not release.probe("SRE").may()


def test_who_deletes_all_objects_first_leaves_nothing_behind(
    release: LocalRelease, objects: Objects
) -> None:
    release.cluster.kubectl("delete", "ga", "--all", "--as=oncall", f"--as-group={ADMINS}")
    eventually(lambda: not release.names(BINDINGS, OURS), within=5, what="no binding")
    release.uninstall()
    assert not [*release.left()]
    assert objects.get("namespace/shop")


def test_without_its_crd_all_access_ends_but_the_way_prepared_and_it_comes_back_with_it(
    release: LocalRelease, objects: Objects, realm_here: Realm, keycloak: Keycloak
) -> None:
    operator = release.operator
    with release.probe(ADMINS) as prepared:
        release.cluster.kubectl("delete", "crd", CRDS[0], "--timeout=60s")
        eventually(lambda: not release.names(BINDINGS, OURS), within=COLLECTED, what="no binding")
        eventually(lambda: not release.probe("SRE").may(), within=5, what="locked out")
        eventually(lambda: not operator.alive, within=60, what="the operator's end")
        assert operator.exit_code == 1
        assert "the API server does not serve the kind GroupAccess" in operator.log.read_text()
        install_crds(release.cluster)
        operator.start()  # as the kubelet does
        declare(objects, realm_here, keycloak)
        eventually(release.probe("SRE").may, within=5, what="back in")
    assert prepared.denied == []


@long_form
def test_without_the_directorys_crd_what_stands_keeps_standing(
    release: LocalRelease, objects: Objects
) -> None:
    with release.probe("SRE") as sre:
        release.cluster.kubectl("delete", "crd", CRDS[1], "--timeout=60s")
        eventually(lambda: not release.operator.alive, within=60, what="the operator's end")
        assert (
            "the API server does not serve the kind KeycloakDirectory"
            in release.operator.log.read_text()
        )
    assert sre.denied == []
    assert len(objects.all_bindings("platform") | objects.all_bindings(SHOP)) == 2


def test_a_typo_in_ones_own_group_locks_out_and_the_way_prepared_leads_back(
    release: LocalRelease, objects: Objects
) -> None:
    with release.probe(ADMINS) as prepared:
        typo = access("platform", "default", mapping("sre", "sre", "cluster-admin"))
        objects.apply(typo)
        eventually(lambda: not release.probe("SRE").may(), within=5, what="locked out")
        objects.wait_reason("ga/platform", "GroupNotFound")
        objects.wait_message("ga/platform", "did you mean /SRE?")
        typo["spec"]["mappings"][0]["group"] = "SRE"
        who = ("--as=oncall", f"--as-group={ADMINS}")
        release.cluster.kubectl("apply", "--filename=-", *who, stdin=json.dumps(typo))
        eventually(release.probe("SRE").may, within=5, what="back in")
    assert prepared.denied == []
