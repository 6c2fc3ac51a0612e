"""kind's configuration: one node whose API server reads and writes in a folder of ours."""

from pathlib import Path

import yaml

# The same path in the node and in kube-apiserver's pod. The whole folder is mounted: a file that
# is mounted by itself would not follow a rename.
INSIDE = "/testbed"
AUTHENTICATION = "authentication.yaml"
AUDIT_POLICY = "audit-policy.yaml"
AUDIT_LOG = "audit.log"
# kubeadm's own plugin, and what the local control plane has as well.
ADMISSION = "NodeRestriction,OwnerReferencesPermissionEnforcement"


def kind_config(folder: Path, *, audit: bool) -> str:
    """Return the configuration, as YAML, of a node with `folder` mounted.

    The folder holds AUTHENTICATION and, with `audit`, AUDIT_POLICY and the log.
    """
    node = {
        "role": "control-plane",
        "extraMounts": [{"hostPath": str(folder), "containerPath": INSIDE}],
        "kubeadmConfigPatches": [yaml.safe_dump(_kubeadm(audit=audit))],
    }
    return yaml.safe_dump(
        {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": [node]}
    )


def _kubeadm(*, audit: bool) -> dict[str, object]:
    flags = {
        "authentication-config": f"{INSIDE}/{AUTHENTICATION}",
        "enable-admission-plugins": ADMISSION,
    }
    if audit:
        flags["audit-policy-file"] = f"{INSIDE}/{AUDIT_POLICY}"
        flags["audit-log-path"] = f"{INSIDE}/{AUDIT_LOG}"
    mount = {"name": "testbed", "hostPath": INSIDE, "mountPath": INSIDE, "pathType": "Directory"}
    return {
        "kind": "ClusterConfiguration",
        "apiServer": {
            "extraArgs": [{"name": name, "value": value} for name, value in flags.items()],
            "extraVolumes": [mount],
        },
    }
