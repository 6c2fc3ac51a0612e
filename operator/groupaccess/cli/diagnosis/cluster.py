"""The cluster that a kubeconfig names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kubernetes.aio.client import ApiClient

from groupaccess.adapters.kubernetes.diagnosis import KubernetesDiagnosisCluster
from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError, configure
from groupaccess.adapters.kubernetes.patient_client import PatientClient
from groupaccess.adapters.kubernetes.transport import HttpTransport


@asynccontextmanager
async def open_cluster(
    kubeconfig: str | None, context: str | None = None
) -> AsyncIterator[KubernetesDiagnosisCluster]:
    """Give the cluster; raise NoAccessError when no kubeconfig can be read."""
    configuration = await configure(kubeconfig, context)
    try:
        made = ApiClient(configuration)
    except (OSError, ValueError) as error:  # an authority or a certificate that cannot be read
        raise NoAccessError(f"kubeconfig: {error}") from error
    async with made as client:
        yield KubernetesDiagnosisCluster(PatientClient(HttpTransport(client)))
