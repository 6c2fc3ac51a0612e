"""The contracts that the fakes of the fast tests keep, on what they stand for."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.cluster import MAY_BIND, ClusterContract
from contracts.cluster_namespaces import NamespacesContract
from contracts.cluster_objects import FORGED, OwnObjectsContract
from contracts.leases import LeasesContract
from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.adapters.kubernetes.leases import KubernetesLeases
from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.composition import LEASE_NAME
from groupaccess.domain.binding import Binding, BindingKey
from testbed.account import account, client_of
from testbed.cluster import Cluster
from testbed.installation import install_guards, remove_guards
from testbed.objects import access, mapping

pytestmark = pytest.mark.contract

RELEASE = "contract-groupaccess"  # the chart's names, and the namespace
BINDINGS = "clusterrolebindings"
LEASES = f"leases.coordination.k8s.io/{LEASE_NAME}"


class RealSurroundings:
    """A real cluster, and what its administrator does to it by kubectl."""

    def __init__(self, cluster: Cluster, port: KubernetesCluster, name: str) -> None:
        self.port = port
        self.name = name
        self._cluster = cluster

    def declare(self, name: str) -> ObjectRef:
        self._cluster.apply(access(name, "nowhere", mapping("sre", "SRE")))
        return ObjectRef("GroupAccess", name, self._metadata(name)["uid"])

    def remove(self, ref: ObjectRef) -> None:
        self._cluster.admin.delete(f"ga/{ref.name}")

    def version(self, ref: ObjectRef) -> str:
        return str(self._metadata(ref.name)["resourceVersion"])

    def forge_status(self, ref: ObjectRef) -> None:
        patch = json.dumps({"status": FORGED})
        self._cluster.kubectl(
            "patch", f"ga/{ref.name}", "--subresource=status", "--type=merge", f"--patch={patch}"
        )

    def status(self, ref: ObjectRef) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self._cluster.admin.get(f"ga/{ref.name}")["status"]
        return status

    def binding(self, where: BindingKey) -> Binding | None:
        kind = "rolebinding" if where.namespace else "clusterrolebinding"
        read = map(read_binding, self._cluster.admin.list(kind))
        return next((binding for binding in read if binding.key == where), None)

    def label(self, where: BindingKey) -> None:
        self._cluster.kubectl("label", BINDINGS, where.name, "app.kubernetes.io/managed-by-")

    def remove_binding(self, where: BindingKey) -> None:
        self._cluster.admin.delete(f"clusterrolebinding/{where.name}")

    def make_namespace(self, name: str) -> None:
        self._cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def put_secret(self, name: str, data: dict[str, str]) -> None:
        self._put("Secret", name, stringData=data)

    def put_config_map(self, name: str, data: dict[str, str]) -> None:
        self._put("ConfigMap", name, data=data)

    def close(self) -> None:
        """Delete the object and its namespace; garbage collection takes its bindings."""
        for mine in (f"ga/{self.name}", f"namespace/{self.name}"):
            self._cluster.admin.delete(mine)

    def _put(self, kind: str, name: str, **fields: object) -> None:
        metadata = {"name": name, "namespace": RELEASE}
        self._cluster.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields})

    def _metadata(self, name: str) -> dict[str, Any]:
        metadata: dict[str, Any] = self._cluster.admin.get(f"ga/{name}")["metadata"]
        return metadata


@pytest.fixture(scope="module")
def kubeconfig(installed: Cluster, without_operator: None) -> Iterator[Path]:  # noqa: ARG001 -- a fixture
    """Give the kubeconfig of an account that may bind MAY_BIND alone; no operator interferes.

    The guards know another account as the operator's, and would keep this one out.
    """
    remove_guards(installed)
    with account(installed, RELEASE, MAY_BIND) as made:
        yield made
    install_guards(installed)


@pytest.fixture
async def client(kubeconfig: Path) -> AsyncIterator[KubernetesClient]:
    """Give the client of that account."""
    async with client_of(kubeconfig) as made:
        yield made


@pytest.fixture
def world(installed: Cluster, client: KubernetesClient, name: str) -> Iterator[RealSurroundings]:
    """Give the adapter with the rights of the account."""
    port = KubernetesCluster(client, RELEASE, SystemClock().now)
    made = RealSurroundings(installed, port, name)
    yield made
    made.close()


class TestKubernetesCluster(ClusterContract):
    """The contract."""


class TestKubernetesNamespaces(NamespacesContract):
    """The contract of bindings in namespaces."""


class TestKubernetesOwnObjects(OwnObjectsContract):
    """The contract of our two kinds."""


@pytest.fixture
def leases(installed: Cluster, client: KubernetesClient) -> Iterator[KubernetesLeases]:
    """Give the adapter with the rights of the account; there is no Lease yet."""
    yield KubernetesLeases(client, RELEASE, LEASE_NAME)
    installed.kubectl("delete", LEASES, f"--namespace={RELEASE}", "--ignore-not-found")


class TestKubernetesLeases(LeasesContract):
    """The contract."""
