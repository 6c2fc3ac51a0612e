"""A real API server takes what the chart renders, and who may view the cluster reads both kinds."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from testbed.cluster import Cluster
from testbed.installation import CHART, NAMESPACE, helm
from testbed.waiting import eventually

pytestmark = pytest.mark.chart

FILES = sorted((CHART / "ci").glob("*-values.yaml"))
MONITORING = "monitoring"  # the namespace in some of the files
NOT_SERVED = {"monitoring.coreos.com/v1", "external-secrets.io/v1"}
KINDS = ("groupaccesses", "keycloakdirectories")


@pytest.fixture(scope="module")
def served(installed: Cluster) -> Iterator[Cluster]:
    """Give a cluster with the namespaces that the files name."""
    metadata = {"name": MONITORING}
    installed.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    yield installed
    installed.kubectl("delete", "namespace", MONITORING, "--wait=false")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_api_server_takes_each_object_with_every_field(served: Cluster, file: Path) -> None:
    said = helm("template", NAMESPACE, CHART, "--namespace", NAMESPACE, f"--values={file}")
    bodies = [body for body in yaml.safe_load_all(said) if body]
    ours = [body for body in bodies if body["apiVersion"] not in NOT_SERVED]
    how = ("--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict")
    done = served.kubectl("apply", *how, "--filename=-", stdin=yaml.safe_dump_all(ours))
    assert len(done.stdout.splitlines()) == len(ours)
    assert "Warning" not in done.stderr, done.stderr


@pytest.fixture(params=["view", "edit", "admin"])
def person(installed: Cluster, request: pytest.FixtureRequest, name: str) -> Iterator[str]:
    """Give somebody who has this role in the whole cluster."""
    user = f"{name}-{request.param}"
    role = f"--clusterrole={request.param}"
    installed.kubectl("create", "clusterrolebinding", user, role, f"--user={user}")
    yield user
    installed.kubectl("delete", "clusterrolebinding", user)


def test_who_may_view_the_cluster_reads_both_kinds_and_writes_neither(
    installed: Cluster, person: str
) -> None:
    def may(verb: str, kind: str) -> bool:
        asked = ("auth", "can-i", verb, kind, f"--as={person}")
        return installed.kubectl(*asked, check=False).returncode == 0

    for kind in KINDS:
        for verb in ("get", "list", "watch"):
            eventually(partial(may, verb, kind), within=10, what=f"{verb} {kind}")
        for verb in ("create", "update", "patch", "delete", "deletecollection"):
            assert not may(verb, kind)
