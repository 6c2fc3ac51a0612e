"""An account with the rights that the chart gives the operator, beside that of the run's own."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio.client import ApiClient

from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.kubeconfig import configure
from groupaccess.adapters.kubernetes.transport import HttpTransport
from testbed.access import write_kubeconfig
from testbed.cluster import Cluster
from testbed.installation import CHART, KINDS_OF_RIGHTS, helm
from testbed.waiting import eventually


@contextmanager
def account(cluster: Cluster, release: str, bindable: Sequence[str]) -> Iterator[Path]:
    """Give the kubeconfig of an account that may bind these roles alone.

    Account, namespace, and the chart's other names are `release`.
    """
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": release}}
    cluster.apply(namespace, *_rights(release, bindable))
    may = ("auth", "can-i", "bind", f"clusterroles/{bindable[0]}")
    who = f"--as=system:serviceaccount:{release}:{release}"
    eventually(
        lambda: cluster.kubectl(*may, who, check=False).returncode == 0,
        within=10,
        what=f"the rights of {release}",
    )
    yield cluster.service_account_kubeconfig(release, release)
    cluster.kubectl("delete", "namespace", release, "--wait=false")


def nobody(cluster: Cluster) -> Path:
    """Return the kubeconfig of an account without rights."""
    return cluster.service_account_kubeconfig("default", "default")


def anonymous(cluster: Cluster) -> Path:
    """Return a kubeconfig without credentials."""
    file = cluster.folder / "anonymous.kubeconfig"
    write_kubeconfig(file, server=cluster.server, ca_file=cluster.ca_file, user={})
    return file


def _rights(release: str, bindable: Sequence[str]) -> Iterator[dict[str, Any]]:
    value = f"bindableClusterRoles={json.dumps(bindable)}"
    command = ("template", release, CHART, "--namespace", release, "--set-json", value)
    for body in yaml.safe_load_all(helm(*command)):
        if body and body["kind"] in KINDS_OF_RIGHTS:
            yield body


@asynccontextmanager
async def client_of(kubeconfig: Path, server: str = "") -> AsyncIterator[KubernetesClient]:
    """Give the operator's client with these rights, for another server if one is named."""
    configuration = await configure(str(kubeconfig))
    configuration.host = server or configuration.host
    async with ApiClient(configuration) as client:
        yield KubernetesClient(HttpTransport(client))
