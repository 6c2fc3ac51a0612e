"""The operator's CRDs, rights and guards, as a user installs them: from repository and chart."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import yaml

from testbed import guards
from testbed.cluster import Cluster
from testbed.guards_users import User
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
KINDS_OF_GUARDS = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
BREAK_GLASS = "kubeadm:cluster-admins"  # the group of kind's admin; the local one is a master


def install_crds(cluster: Cluster) -> None:
    """Apply both CRDs and wait until the API server serves them."""
    cluster.kubectl("apply", "--server-side", f"--filename={ROOT / 'crds'}")
    for crd in CRDS:
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{crd}", "--timeout=30s")


def install_rights(cluster: Cluster, bindable: Sequence[str] = WITH_CLUSTER_ADMIN) -> None:
    """Apply all of the chart but the Deployment: ServiceAccount, RBAC and admission policies.

    Return when the API server lets the operator list what it watches, and heeds the policies.
    """
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    cluster.apply(namespace, *rendered(KINDS_OF_RIGHTS, bindable))
    may = ("auth", "can-i", "watch", "clusterrolebindings", f"--as={USERNAME}")
    eventually(
        lambda: cluster.kubectl(*may, check=False).returncode == 0,
        within=10,
        what="the operator's rights",
    )
    install_guards(cluster, bindable)


def install_guards(cluster: Cluster, bindable: Sequence[str] = WITH_CLUSTER_ADMIN) -> None:
    """Apply the chart's admission policies; return when the API server heeds them."""
    cluster.apply(*rendered(KINDS_OF_GUARDS, bindable))
    guards.wait_in_force(cluster, stolen_token(cluster), bindable)


def remove_guards(cluster: Cluster) -> None:
    """Take the admission policies away; return when the API server heeds none any more."""
    for kind in KINDS_OF_GUARDS:
        cluster.kubectl("delete", kind, *guards.GUARDS, "--ignore-not-found")
    guards.wait_gone(cluster, stolen_token(cluster))


def stolen_token(cluster: Cluster) -> User:
    """Return whoever holds a token of the operator's account."""
    return User(cluster, cluster.create_token(NAMESPACE, ACCOUNT))


def rendered(
    kinds: AbstractSet[str],
    bindable: Sequence[str],
    **more: Any,  # noqa: ANN401 -- JSON
) -> Iterator[dict[str, Any]]:
    """Render the chart, with more values, and yield its objects of these kinds."""
    glass = {"breakGlassGroup": BREAK_GLASS}
    values = {"bindableClusterRoles": list(bindable), "guards": glass, **more}
    settings = [f"--set-json={key}={json.dumps(value)}" for key, value in values.items()]
    text = helm("template", NAMESPACE, CHART, "--namespace", NAMESPACE, *settings)
    for body in yaml.safe_load_all(text):
        if body and body["kind"] in kinds:
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
