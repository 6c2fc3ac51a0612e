"""The list of ClusterRoles that the operator may bind grows and shrinks, as upgrades write it."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from testbed.bound import bound
from testbed.cluster import Cluster
from testbed.guards import CAGE
from testbed.installation import (
    KINDS_OF_GUARDS,
    KINDS_OF_RIGHTS,
    USERNAME,
    WITH_CLUSTER_ADMIN,
    install_guards,
    rendered,
)
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.reasons

WITHIN = 5.0  # seconds from the upgrade to the grant
QUIET = 8.0  # seconds without a try: the back-off is longer than what is promised
Upgrade = Callable[[Sequence[str]], float]


@pytest.fixture
def upgrade(installed: Cluster) -> Iterator[Upgrade]:
    """Give a function that writes the chart's rights and guards; it returns when that was done."""

    def write(bindable: Sequence[str]) -> float:
        installed.apply(*rendered(KINDS_OF_RIGHTS | KINDS_OF_GUARDS, bindable))
        return time.monotonic()

    yield write
    write(WITH_CLUSTER_ADMIN)
    install_guards(installed)  # returns when they are in force


def tries(cluster: Cluster, name: str, mark: int) -> list[datetime]:
    """Return when the operator tried to write the bindings of a GroupAccess."""
    assert cluster.audit is not None
    return [
        datetime.fromisoformat(event["stageTimestamp"])
        for event in cluster.audit.events(mark, USERNAME)
        if event["objectRef"].get("name", "").startswith(f"groupaccess:{name}:")
    ]


def test_a_role_that_an_upgrade_adds_is_granted_within_five_seconds(
    operator: OperatorProcess,
    realm: Realm,
    objects: Objects,
    directory: str,
    name: str,
    upgrade: Upgrade,
) -> None:
    cluster = objects.cluster
    assert operator.alive
    assert cluster.audit is not None
    mark = cluster.audit.mark()
    realm.create_group("/SRE")
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["delete"]}],
    }
    objects.apply(role, access(name, directory, mapping("sre", "SRE", name)))
    objects.wait_reason(f"ga/{name}", "BindForbidden")
    eventually(
        lambda: (datetime.now(UTC) - tries(cluster, name, mark)[-1]).total_seconds() > QUIET,
        within=120,
        every=1,
        what="a long back-off",
    )

    reads = cluster.audit.events(mark, USERNAME, reads=True)
    assert any(event["objectRef"].get("name") == CAGE for event in reads)
    done = upgrade([*WITH_CLUSTER_ADMIN, name])
    objects.wait_reason(f"ga/{name}", "Granted", within=60)
    took = time.monotonic() - done
    print(f"\ngranted {took:.1f} s after the upgrade")
    assert took < WITHIN
    assert len(bound(objects, name)) == 1


def test_what_stays_bound_and_could_not_be_made_again_is_reported(
    operator: OperatorProcess,
    realm: Realm,
    objects: Objects,
    directory: str,
    name: str,
    upgrade: Upgrade,
) -> None:
    assert operator.alive
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE", "admin"), mapping("v", "SRE")))
    objects.wait_reason(f"ga/{name}", "Granted")
    before = bound(objects, name)

    upgrade(["view", "edit"])

    def reported() -> bool:
        listed = objects.get(f"ga/{name}")["status"]["mappings"]
        said = {each["name"]: each["message"] for each in listed}
        assert "bindableClusterRoles" in said["sre"], said
        assert "admin" in said["sre"]
        assert "bindableClusterRoles" not in said["v"]
        return True

    eventually(reported, within=15, what="what could not be created again")
    assert bound(objects, name) == before
    upgrade(WITH_CLUSTER_ADMIN)
    eventually(
        lambda: "bindableClusterRoles" not in str(objects.get(f"ga/{name}")["status"]),
        within=15,
        what="nothing is reported any more",
    )
