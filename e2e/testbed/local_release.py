"""The chart, installed by Helm on a control plane without nodes: a process stands for its pod."""

import json
from collections.abc import Iterator
from pathlib import Path

from testbed import guards
from testbed.cluster import Cluster
from testbed.installation import (
    BREAK_GLASS,
    CHART,
    CRDS,
    NAMESPACE,
    WITH_CLUSTER_ADMIN,
    helm,
    stolen_token,
)
from testbed.operator import OperatorProcess
from testbed.probe import Probe, probe_token

RELEASE = NAMESPACE
READ_NODES = {"verb": "list", "resource": "nodes"}
READ_CONFIG = {"verb": "list", "resource": "configmaps"}


class LocalRelease:
    """The release; `operator` is made anew with each installation."""

    def __init__(self, cluster: Cluster) -> None:
        """Prepare; `install` installs."""
        self.cluster = cluster
        self._operator: OperatorProcess | None = None
        self._probe_token = probe_token(cluster)

    @property
    def operator(self) -> OperatorProcess:
        """Return the operator, with the rights of the last installation."""
        assert self._operator is not None
        return self._operator

    def install(self) -> None:
        """Install the chart and start an operator; return when its guards are in force."""
        values = {
            "bindableClusterRoles": WITH_CLUSTER_ADMIN,
            "guards": {"breakGlassGroup": BREAK_GLASS},
        }
        settings = (f"--set-json={key}={json.dumps(value)}" for key, value in values.items())
        self._helm("install", CHART, "--create-namespace", *settings)
        crds = (f"crd/{crd}" for crd in CRDS)
        self.cluster.kubectl("wait", "--for=condition=Established", *crds, "--timeout=30s")
        guards.wait_in_force(self.cluster, stolen_token(self.cluster), WITH_CLUSTER_ADMIN)
        self._operator = OperatorProcess(self.cluster, name="pod").run()

    def uninstall(self) -> None:
        """Uninstall it, if it is installed, as the administrator does; the operator runs on."""
        self._helm("uninstall", "--ignore-not-found")

    def close(self) -> None:
        """Take everything away; without rights the operator cannot give back its Lease."""
        self.operator.stop()
        self.uninstall()
        self.cluster.kubectl("delete", "leases", "--all", f"--namespace={NAMESPACE}")
        self.cluster.kubectl("delete", "crds", *CRDS, "--ignore-not-found")

    def probe(self, group: str, namespace: str = "") -> Probe:
        """Ask all the time whether a group may list nodes, or a namespace's ConfigMaps."""
        wanted = {**READ_CONFIG, "namespace": namespace} if namespace else READ_NODES
        return Probe(self.cluster, self._probe_token, group, wanted)

    def names(self, kinds: str, *more: str) -> list[str]:
        """Return the names of objects of the whole cluster, with their kinds."""
        listed = self.cluster.kubectl("get", kinds, "--all-namespaces", "-oname", *more).stdout
        return listed.split()

    def left(self) -> Iterator[str]:
        """Yield what there is of the release, but for what Helm never removes."""
        kinds = (
            "deployments,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,"
            "validatingadmissionpolicies,validatingadmissionpolicybindings"
        )
        yield from self.names(kinds, f"--selector=app.kubernetes.io/instance={RELEASE}")

    def _helm(self, action: str, *more: str | Path) -> None:
        where = f"--namespace={NAMESPACE}"
        helm(action, RELEASE, *more, where, kubeconfig=self.cluster.kubeconfig)
