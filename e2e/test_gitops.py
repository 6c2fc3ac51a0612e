"""A GitOps tool, with Argo CD's habits, sees no drift on objects of ours, and prunes them."""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from testbed.cluster import Cluster
from testbed.installation import ROOT
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as objects_of_directory
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.gitops

SECONDS = float(os.environ.get("GITOPS_SECONDS", "30"))
EVERY = 5.0  # seconds between two looks
COLLECTED = 60.0  # seconds; the garbage collector takes a while to know a kind that is new
MANAGER = "argocd-controller"
TRACKING = "argocd.argoproj.io/tracking-id"
INSTANCE = "app.kubernetes.io/instance"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
SERVER_SIDE = ("--server-side", f"--field-manager={MANAGER}")
Body = Mapping[str, Any]


def tracked(body: Body) -> dict[str, Any]:
    """Return an object as Argo CD applies it: with its marks of whose it is."""
    kind, meta = body["kind"], body["metadata"]
    group, _, _ = body["apiVersion"].rpartition("/")
    mark = f"platform:{group}/{kind}:{meta.get('namespace', '')}/{meta['name']}"
    marks = {"annotations": {TRACKING: mark}, "labels": {INSTANCE: "platform"}}
    return {**body, "metadata": {**meta, **marks}}


def predicted(live: Any, last: Any, wanted: Any) -> Any:  # noqa: ANN401 -- JSON
    """Return what a client-side three-way merge makes of a live object; a list is one value."""
    if not (isinstance(live, dict) and isinstance(wanted, dict)):
        return wanted
    before = last if isinstance(last, dict) else {}
    merged = {key: value for key, value in live.items() if key not in before.keys() - wanted.keys()}
    for key, value in wanted.items():
        merged[key] = predicted(live.get(key), before.get(key), value)
    return merged


def test_the_prediction_shows_a_default_inside_a_list_and_no_other() -> None:
    wanted = {"spec": {"mappings": [{"name": "m"}]}}
    fine = {"spec": {"mappings": [{"name": "m"}], "suspend": False}, "status": {}}
    assert predicted(fine, wanted, wanted) == fine
    drifted = {"spec": {"mappings": [{"name": "m", "namespaces": {}}]}}
    assert predicted(drifted, wanted, wanted) != drifted
    assert predicted({"spec": {"old": 1}}, {"spec": {"old": 1}}, {"spec": {}}) == {"spec": {}}


@dataclass(frozen=True)
class Application:
    """What lies in git: a directory and a GroupAccess, and in which way they are applied."""

    cluster: Cluster
    name: str
    bodies: tuple[Body, ...]
    how: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Return its objects as arguments of kubectl."""
        return [f"{body['kind']}/{body['metadata']['name']}" for body in self.bodies]

    def sync(self) -> None:
        """Apply it, as each sync does."""
        self.cluster.kubectl("apply", "--filename=-", *self.how, stdin=self._list())

    def drift(self) -> str:
        """Return what `kubectl diff` shows; raise when it could not compare."""
        how = ("diff", "--filename=-", *self.how)
        done = self.cluster.kubectl(*how, stdin=self._list(), check=False)
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    def merged_otherwise(self) -> list[str]:
        """Return the objects that a three-way merge without the API server would change."""
        found = []
        for name, body in zip(self.names, self.bodies, strict=True):
            live = json.loads(self.cluster.kubectl("get", name, "-ojson").stdout)
            last = json.loads(live["metadata"]["annotations"].get(LAST_APPLIED, "{}"))
            if predicted(live, last, body) != live:
                found.append(name)
        return found

    def versions(self) -> list[tuple[int, str]]:
        """Return generation and version of each object."""
        items = json.loads(self.cluster.kubectl("get", *self.names, "-ojson").stdout)["items"]
        metas = (body["metadata"] for body in items)
        return [(meta["generation"], meta["resourceVersion"]) for meta in metas]

    def _list(self) -> str:
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": self.bodies})


def unchanged(applications: Iterable[Application]) -> list[list[tuple[int, str]]]:
    """Return all versions when they are the same after a look could still be put off."""
    before = [each.versions() for each in applications]
    time.sleep(4)
    return before if before == [each.versions() for each in applications] else []


MakeApplication = Callable[..., Application]


@pytest.fixture
def application(
    operator: OperatorProcess, realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> MakeApplication:
    """Give a maker of applications with every field of a mapping, granted in one namespace."""
    assert operator.alive
    realm.create_group("/SRE")
    shop = {"name": f"{name}-shop", "labels": {"team": name}}
    objects.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": shop})
    places = {"names": [f"{name}-shop"], "selector": {"matchLabels": {"team": name}}}

    def make(name: str, *how: str) -> Application:
        ca = keycloak.ca_file.read_text()
        # Rounds come meanwhile; no load makes the interval longer, which the status would say.
        secret, directory = objects_of_directory(name, realm, ca, syncInterval="30s")
        declared = access(
            name,
            name,
            mapping("sre", "SRE", "cluster-admin", expiresAt="2099-12-31T00:00:00Z"),
            mapping("shop", "/SRE", "edit", namespaces=places),
        )
        bodies = tracked(directory), tracked(declared)
        objects.apply(secret)
        objects.remember(*bodies)
        made = Application(objects.cluster, name, bodies, how)
        made.sync()
        objects.wait_reason(f"ga/{name}", "Granted")
        return made

    return make


def test_no_drift_is_shown_and_nothing_grows_by_itself_however_often_it_is_applied(
    application: MakeApplication, name: str
) -> None:
    both = application(name), application(f"{name}-too", *SERVER_SIDE)
    before = eventually(lambda: unchanged(both), within=30, what="calm")
    assert {generation for each in before for generation, _ in each} == {1}

    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for each in both:
            assert each.drift() == ""
            assert each.merged_otherwise() == []
            each.sync()
        time.sleep(EVERY)  # time has to pass: a drift may come late
    assert [each.versions() for each in both] == before


def test_no_drift_is_shown_on_what_is_installed(
    operator: OperatorProcess, installed: Cluster
) -> None:
    assert operator.alive
    crds = ("diff", "--server-side", f"--filename={ROOT / 'crds'}")
    done = installed.kubectl(*crds, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_marks_of_whose_an_object_is_are_not_copied_to_bindings(
    application: MakeApplication, objects: Objects, name: str
) -> None:
    made = application(name)
    key = f"groupaccess:{name}:sre:cluster-admin"

    def marks() -> dict[str, Any]:
        meta = objects.bindings(name)[key]["metadata"]
        return {what: meta[what] for what in ("labels", "annotations")}

    before = marks()
    assert before["labels"] == {"app.kubernetes.io/managed-by": "groupaccess"}
    assert all(each.startswith("groupaccess.io/") for each in before["annotations"])

    objects.cluster.kubectl("annotate", made.names[1], f"{TRACKING}=moved", "--overwrite")
    objects.cluster.kubectl("label", made.names[1], f"{INSTANCE}=other", "team=sre", "--overwrite")
    objects.cluster.kubectl("delete", "clusterrolebinding", key)  # it is made anew
    assert eventually(marks, within=5) == before


@pytest.mark.parametrize("policy", ["foreground", "background"])
def test_a_prune_removes_the_object_and_its_bindings(
    policy: str, application: MakeApplication, objects: Objects, name: str
) -> None:
    application(name)
    application(f"{name}-too")
    assert {namespace for namespace, _ in objects.all_bindings(name)} == {"", f"{name}-shop"}
    objects.cluster.kubectl("delete", f"ga/{name}", f"--cascade={policy}", "--wait=false")
    eventually(lambda: not objects.all_bindings(name), within=5, what="no binding")

    def gone() -> bool:
        return not objects.cluster.kubectl("get", f"ga/{name}", "--ignore-not-found").stdout

    eventually(gone, within=COLLECTED, what="the object gone")
    assert len(objects.all_bindings(f"{name}-too")) == 2
