"""The contract of an installation, on a real API server with the chart's policies and a Lease."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from contracts.installation import InstallationContract
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.installation import LEASE_NAME, KubernetesInstallation
from testbed.account import client_of, nobody
from testbed.cluster import Cluster

pytestmark = pytest.mark.contract

NAMESPACE = "contract-installation"


class RealInstallation:
    """A real API server, as the admin and as an account without rights sees it."""

    holder, namespace = "somebody", NAMESPACE

    def __init__(self, admin: KubernetesClient, powerless: KubernetesClient) -> None:
        self.port, self.powerless = KubernetesInstallation(admin), KubernetesInstallation(powerless)


@pytest_asyncio.fixture
async def installation(installed: Cluster) -> AsyncIterator[RealInstallation]:
    """Give both accounts, and a Lease that an operator might hold."""
    metadata = {"name": LEASE_NAME, "namespace": NAMESPACE}
    spec = {"holderIdentity": RealInstallation.holder, "leaseDurationSeconds": 15}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    installed.apply(namespace, {**lease, "spec": spec})
    async with client_of(installed.kubeconfig) as admin, client_of(nobody(installed)) as powerless:
        yield RealInstallation(admin, powerless)
    installed.kubectl("delete", "lease", LEASE_NAME, f"--namespace={NAMESPACE}")


class TestKubernetesInstallation(InstallationContract):
    """The contract."""
