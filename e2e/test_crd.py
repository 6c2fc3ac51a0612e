"""A real API server takes the CRDs, explains them, and refuses bad objects in words."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crd_cases import REFUSED, TAKEN
from crd_objects import Case, Object, access, mapping
from groupaccess.api.crd.generate import KINDS, Kind
from groupaccess.api.v1alpha1 import GroupAccess, KeycloakDirectory
from testbed.admin_api import RefusedError
from testbed.cluster import Cluster
from testbed.waiting import eventually

pytestmark = pytest.mark.crd

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def served(cluster: Cluster, without_operator: None) -> Cluster:  # noqa: ARG001 -- a fixture
    """Return a cluster that serves both kinds, applied with every warning an error."""
    arguments = ("--server-side", "--force-conflicts", "--warnings-as-errors")
    cluster.kubectl("apply", *arguments, f"--filename={ROOT / 'crds'}")
    for kind in KINDS:
        eventually(listed(cluster, kind), within=30, what=f"{kind.name} being served")
    return cluster


def listed(cluster: Cluster, kind: Kind) -> Callable[[], bool]:
    return lambda: cluster.kubectl("get", kind.short, check=False).returncode == 0


@pytest.fixture
def platform(served: Cluster) -> Iterator[Object]:
    """Apply a GroupAccess, and take it away afterwards."""
    given = access(mapping(), mapping(name="shop", namespaces={"names": ["shop"]}))
    given["metadata"]["name"] = "crd-test-platform"
    apply(served, given)
    yield given
    served.kubectl("delete", "ga", "crd-test-platform")


def apply(cluster: Cluster, given: Object) -> None:
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=json.dumps(given))


def read(cluster: Cluster, *what: str) -> Object:
    found: Object = json.loads(cluster.kubectl("get", *what, "--output=json").stdout)
    return found


def refusal(cluster: Cluster, given: Object) -> str:
    """Return the API server's words, on one line; fail when it takes the object."""
    with pytest.raises(RefusedError) as refused:
        cluster.admin.create(given, dry_run="All")
    return str(refused.value)


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_bad_object_is_refused_in_words(served: Cluster, case: Case) -> None:
    given, *words = case
    said = refusal(served, given)
    assert [missing for missing in words if missing not in said] == [], said


@pytest.mark.parametrize("given", TAKEN.values(), ids=TAKEN)
def test_good_object_is_taken_and_read_by_the_models(served: Cluster, given: Object) -> None:
    stored = served.admin.create(given, dry_run="All")
    assert stored["spec"] == given["spec"]
    is_access = given["kind"] == "GroupAccess"
    model: type[GroupAccess | KeycloakDirectory] = GroupAccess if is_access else KeycloakDirectory
    assert model.read(stored).kind == given["kind"]


@pytest.mark.parametrize(
    "example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_example_is_taken(served: Cluster, example: Path) -> None:
    arguments = ("--server-side", "--force-conflicts", "--dry-run=server", "--warnings-as-errors")
    served.kubectl("apply", *arguments, f"--filename={example}")


def test_crds_are_accepted_without_a_complaint(served: Cluster) -> None:
    for kind in KINDS:
        found = read(served, "crd", f"{kind.plural}.groupaccess.io")
        conditions = {each["type"]: each["status"] for each in found["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}


def test_object_that_nobody_has_seen_does_not_look_up_to_date(
    served: Cluster, platform: Object
) -> None:
    found = read(served, "ga", platform["metadata"]["name"])
    assert found["status"] == {"observedGeneration": -1}
    assert found["metadata"]["generation"] == 1


def test_nothing_is_added_to_what_was_declared(served: Cluster, platform: Object) -> None:
    first = read(served, "ga", platform["metadata"]["name"])
    apply(served, platform)
    second = read(served, "ga", platform["metadata"]["name"])
    assert first["spec"] == second["spec"] == platform["spec"]
    assert first["metadata"]["generation"] == second["metadata"]["generation"] == 1


def test_columns_show_what_a_user_looks_for(served: Cluster, platform: Object) -> None:
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Granted",
        "message": "All-stand",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    status = {
        "granted": "2/2",
        "nextExpiry": "2099-12-31T00:00:00Z",
        "directory": "default",
        "conditions": [ready, {**ready, "type": "Verified"}],
    }
    name = platform["metadata"]["name"]
    patch = ("--subresource=status", "--type=merge", f"--patch={json.dumps({'status': status})}")
    served.kubectl("patch", "ga", name, *patch)
    header, line = served.kubectl("get", "ga", name, "--output=wide").stdout.splitlines()
    assert header.split() == [
        *("NAME", "READY", "GRANTED", "VERIFIED", "EXPIRES"),
        *("REASON", "AGE", "DIRECTORY", "MESSAGE"),
    ]
    shown = line.split()
    assert shown[:6] == [name, "True", "2/2", "True", "2099-12-31T00:00:00Z", "Granted"]
    assert shown[7:] == ["default", "All-stand"]


def test_status_is_written_apart_from_the_spec(served: Cluster, platform: Object) -> None:
    apply(served, {**platform, "status": {"granted": "9/9"}})
    assert "granted" not in read(served, "ga", platform["metadata"]["name"])["status"]


def test_both_kinds_are_in_one_category(served: Cluster, platform: Object) -> None:
    name = f"groupaccess.groupaccess.io/{platform['metadata']['name']}"
    assert name in served.kubectl("get", "access", "--output=name").stdout


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("ga", "gives groups of a Keycloak realm"),
        ("ga.spec.mappings", "group <string> -required-"),
        ("ga.spec.mappings.group", "Examples: /platform/sre or SRE"),
        ("ga.status.mappings", "exact strings that were bound"),
        ("kcd.spec", "Absent: `60s`"),
    ],
)
def test_explain_is_a_page_to_read(served: Cluster, what: str, words: str) -> None:
    def said() -> bool:
        done = served.kubectl("explain", what, check=False)
        return words in " ".join(done.stdout.split())  # wherever kubectl breaks its lines

    eventually(said, within=30, what=f"kubectl explain {what}")
