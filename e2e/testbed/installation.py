"""The operator's CRDs and rights, as a user installs them: from the repository and the chart."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from testbed.cluster import Cluster
from testbed.tools import HELM
from testbed.waiting import eventually

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "groupaccess"
NAMESPACE = "groupaccess"
ACCOUNT = "groupaccess"
USERNAME = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"
WITH_CLUSTER_ADMIN = ("view", "edit", "admin", "cluster-admin")
CRDS = ("groupaccesses.groupaccess.io", "keycloakdirectories.groupaccess.io")
KINDS_OF_RIGHTS = {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}


def install_crds(cluster: Cluster) -> None:
    """Apply both CRDs and wait until the API server serves them."""
    cluster.kubectl("apply", "--server-side", f"--filename={ROOT / 'crds'}")
    for crd in CRDS:
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{crd}", "--timeout=30s")


def install_rights(cluster: Cluster, bindable: Sequence[str] = WITH_CLUSTER_ADMIN) -> None:
    """Apply the chart's ServiceAccount and RBAC, and nothing else of it.

    Return when the API server lets the operator list what it watches.
    """
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    cluster.apply(namespace, *rights(bindable))
    may = ("auth", "can-i", "watch", "clusterrolebindings", f"--as={USERNAME}")
    eventually(
        lambda: cluster.kubectl(*may, check=False).returncode == 0,
        within=10,
        what="the operator's rights",
    )


def rights(bindable: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Render the chart and yield what gives the operator its rights."""
    value = f"bindableClusterRoles={json.dumps(list(bindable))}"
    rendered = helm("template", NAMESPACE, CHART, "--namespace", NAMESPACE, "--set-json", value)
    for body in yaml.safe_load_all(rendered):
        if body and body["kind"] in KINDS_OF_RIGHTS:
            yield body


def helm(*args: str | Path, kubeconfig: Path | None = None) -> str:
    """Run Helm and return what it prints; raise with its words when it fails."""
    more: tuple[str | Path, ...] = () if kubeconfig is None else ("--kubeconfig", kubeconfig)
    command: tuple[str | Path, ...] = (HELM.ensure() / "helm", *args, *more)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"helm {args[0]}: exit code {done.returncode}: {done.stderr.strip()}"
        raise RuntimeError(message)
    return done.stdout
