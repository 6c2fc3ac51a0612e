"""What the simulation assumes of kopf, on kopf and a real API server."""

from collections.abc import AsyncIterator

import pytest

from contracts.watch import WatchContract
from fakes.values import API_VERSION, directory_spec
from groupaccess.adapters.kubernetes.kubeconfig import configure
from groupaccess.lifecycle import Watch, kopf_watch
from testbed.cluster import Cluster
from testbed.objects import access, mapping

pytestmark = pytest.mark.contract


class RealStage:
    """A real cluster, and what its administrator writes."""

    def __init__(self, cluster: Cluster, watch: Watch, name: str) -> None:
        self.watch = watch
        self.name, self.other = name, f"{name}-other"
        self._cluster = cluster

    def put_access(self, name: str, group: str) -> None:
        self._cluster.admin.apply(access(name, "nowhere", mapping("sre", group)))

    def put_directory(self, name: str) -> None:
        named = {"kind": "KeycloakDirectory", "metadata": {"name": name}}
        self._cluster.admin.apply({"apiVersion": API_VERSION, **named, "spec": directory_spec()})

    def remove_access(self, name: str) -> None:
        self._cluster.admin.delete(f"ga/{name}")

    def close(self) -> None:
        for mine in (f"ga/{self.name}", f"ga/{self.other}", f"kcd/{self.name}"):
            self._cluster.admin.delete(mine)


@pytest.fixture
async def stage(without_operator: Cluster, name: str) -> AsyncIterator[RealStage]:
    """Give kopf, as the operator uses it; no operator writes statuses."""
    configuration = await configure(str(without_operator.kubeconfig))
    made = RealStage(without_operator, kopf_watch(configuration), name)
    yield made
    made.close()


class TestKopf(WatchContract):
    """The contract."""
