"""A machine whose files say how kube-apiserver starts, as those of kubeadm and of k3s do.

A person edits the files; what the kubelet or k3s makes of them, this does: kube-apiserver's flags,
and what the cluster's API shows of them. The files are in a folder that stands for `/`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from testbed.access import ClusterAccess
from testbed.authentication import Issuer
from testbed.printed_fix import PrintedFix, edit_yaml
from testbed.trust import NoTrust

MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
K3S_CONFIGURATION = "/etc/rancher/k3s/config.yaml"
AUTHORITY = "/etc/kubernetes/pki/keycloak-ca.crt"
AUTHENTICATION = "/etc/kubernetes/authentication.yaml"
POD = "kube-apiserver-node"
NODE = "node"
Flags = Mapping[str, str]
"""Flags by their names, without dashes."""


class Node(NoTrust):
    """One machine of a control plane, at first without any OIDC settings."""

    def __init__(self, root: Path) -> None:
        """Keep the files below this folder."""
        self.root = root
        self.kubeadm({})

    def kubeadm(self, flags: Flags) -> None:
        """Write kubeadm's manifest with these flags."""
        given = [f"--{name}={value}" for name, value in flags.items()]
        command = ["kube-apiserver", "--allow-privileged=true", *given]
        container = {"name": "kube-apiserver", "image": "kube-apiserver", "command": command}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": POD,
                "namespace": "kube-system",
                "labels": {"component": "kube-apiserver", "tier": "control-plane"},
            },
            "spec": {"containers": [container]},
        }
        self._start_with(MANIFEST, pod)

    def k3s(self, flags: Flags) -> None:
        """Write k3s' configuration with these flags."""
        passed = [f"{name}={value}" for name, value in flags.items()]
        self._start_with(K3S_CONFIGURATION, {"kube-apiserver-arg": passed} if passed else {})

    def structured(self, configuration: str) -> None:
        """Write an authentication configuration, and kubeadm's manifest with its flag."""
        self.write(AUTHENTICATION, configuration)
        self.kubeadm({"authentication-config": AUTHENTICATION})

    def write(self, path: str, text: str) -> None:
        """Write a file of the machine."""
        file = self.file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def file(self, path: str) -> Path:
        """Return where a path of the machine is here; one from here is already."""
        return Path(path) if path.startswith(str(self.root)) else self.root / path.lstrip("/")

    def edit(self, fix: PrintedFix) -> None:
        """Change the files as it is printed; raise LookupError if they are not as it says."""
        for change in fix.edits:
            file = self.file(change.file)
            file.write_text(edit_yaml(file.read_text(), change.below, change.before, change.after))

    def flags(self) -> list[str]:
        """Return the flags for kube-apiserver's next start, with the machine's paths as here."""
        given = (name.partition("=") for name in self._arguments())
        return [f"{name}={self._here(value)}" for name, _, value in given]

    def show(self, cluster: ClusterAccess) -> None:
        """Let the cluster's API show how kube-apiserver was started, as kubelet or k3s do."""
        cluster.kubectl("delete", "pod", POD, "-nkube-system", "--ignore-not-found", "--now")
        cluster.kubectl("delete", "node", NODE, "--ignore-not-found")
        if self.file(MANIFEST).exists():
            cluster.apply(yaml.safe_load(self.file(MANIFEST).read_text()))
            return
        words = ["server", *(f"--kube-apiserver-arg={each[2:]}" for each in self._arguments())]
        annotations = {"k3s.io/node-args": json.dumps(words)}
        metadata = {"name": NODE, "annotations": annotations}
        cluster.apply({"apiVersion": "v1", "kind": "Node", "metadata": metadata})

    def _arguments(self) -> list[str]:
        if self.file(MANIFEST).exists():
            pod = yaml.safe_load(self.file(MANIFEST).read_text())
            command: list[str] = pod["spec"]["containers"][0]["command"]
            return [each for each in command if each.startswith(("--oidc", "--authentication"))]
        passed = yaml.safe_load(self.file(K3S_CONFIGURATION).read_text()) or {}
        return [f"--{each}" for each in passed.get("kube-apiserver-arg", ())]

    def _start_with(self, path: str, body: Mapping[str, Any]) -> None:
        for other in (MANIFEST, K3S_CONFIGURATION):
            self.file(other).unlink(missing_ok=True)
        self.write(path, yaml.safe_dump(dict(body)))

    def _here(self, value: str) -> str:
        return str(self.file(value)) if value.startswith("/etc/") else value


def oidc_flags(issuer: Issuer, **changes: str | None) -> dict[str, str]:
    """Return the flags for an issuer; None takes one away. `_` stands for `-` in a name."""
    whole = {
        "oidc-issuer-url": issuer.url,
        "oidc-client-id": issuer.audiences[0],
        "oidc-username-claim": "preferred_username",
        "oidc-groups-claim": issuer.groups_claim,
        "oidc-ca-file": AUTHORITY,
        **{f"oidc-{name.replace('_', '-')}": value for name, value in changes.items()},
    }
    return {name: value for name, value in whole.items() if value is not None}
