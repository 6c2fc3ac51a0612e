"""The contract of what `groupaccess import` needs, on a real API server."""

from collections.abc import AsyncIterator

import pytest

from adopt_cases import binding
from contracts.adoption import LABEL, AdoptionContract
from groupaccess.adapters.kubernetes.adoption import KubernetesAdoptionCluster
from groupaccess.domain.binding import RBAC_GROUP, BindingKey
from testbed.account import client_of, nobody
from testbed.cluster import Cluster
from testbed.objects import access, mapping

pytestmark = pytest.mark.contract

NAMESPACE = "default"
GROUP = {"apiGroup": RBAC_GROUP, "kind": "Group", "name": "SRE"}


class RealSurroundings:
    """A real cluster, and what its administrator does to it."""

    def __init__(
        self,
        cluster: Cluster,
        port: KubernetesAdoptionCluster,
        powerless: KubernetesAdoptionCluster,
        name: str,
    ) -> None:
        self.port = port
        self.powerless = powerless
        self.name = name
        self._admin = cluster.admin

    def bind(self, *, namespaced: bool = False) -> BindingKey:
        where = BindingKey(NAMESPACE if namespaced else "", self.name)
        self._apply(where, self.name)
        return where

    def annotate(self, where: BindingKey) -> None:
        self._apply(where, "changed")

    def remove_binding(self, where: BindingKey) -> None:
        kind = "rolebinding" if where.namespace else "clusterrolebinding"
        self._admin.delete(f"{kind}/{where.name}", where.namespace or None)

    def declare(self) -> None:
        self._admin.apply(access(self.name, "nowhere", mapping("sre", "SRE")))

    def close(self) -> None:
        """Delete whatever a test made."""
        self._admin.delete(f"ga/{self.name}")
        for namespace in ("", NAMESPACE):
            self.remove_binding(BindingKey(namespace, self.name))

    def _apply(self, where: BindingKey, annotation: str) -> None:
        labels, annotations = {LABEL: self.name}, {LABEL: annotation}
        place = where.namespace
        self._admin.apply(
            binding(
                where.name, "view", GROUP, namespace=place, labels=labels, annotations=annotations
            )
        )


@pytest.fixture
async def adoption(installed: Cluster, name: str) -> AsyncIterator[RealSurroundings]:
    """Give the adapter with the rights of the administrator, and with those of nobody."""
    async with client_of(installed.kubeconfig) as admin, client_of(nobody(installed)) as weak:
        ports = KubernetesAdoptionCluster(admin), KubernetesAdoptionCluster(weak)
        made = RealSurroundings(installed, *ports, name)
        yield made
        made.close()


class TestKubernetesAdoptionCluster(AdoptionContract):
    """The contract."""
