"""A Kubernetes cluster in a container, by kind and pytest-kind, behind the testbed's interface."""

import base64
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import httpx
import yaml
from pytest_kind.cluster import KindCluster  # type: ignore[import-untyped]  # it has no types

from testbed import kind_config
from testbed.access import ClusterAccess, http_client
from testbed.audit import AuditLog
from testbed.authentication import Issuer
from testbed.cluster import Component, NotHereError
from testbed.engine import EngineError, missing, own_name, program, remove_leftovers
from testbed.lifetime import Lifetime
from testbed.process import discard
from testbed.tools import KIND, NEWEST, kubernetes
from testbed.trust import StructuredTrust
from testbed.waiting import eventually

BOOTSTRAP_WITHIN = 60.0
ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"


def node_image(version: str = "newest") -> str:
    """Return kind's node image of `newest`, `oldest`, or a version number."""
    return f"kindest/node:v{kubernetes(version).version}"


class KindTestbed(ClusterAccess, Lifetime):
    """One node with everything on it; its API server trusts the issuers it is told to.

    Use it as a context manager, or call `start` and `close`. Clusters of runs that were killed are
    removed by the next one's start.
    """

    def __init__(
        self,
        part: str = "cluster",
        *,
        version: str = "newest",
        issuers: Sequence[Issuer] = (),
        audit_policy: str | None = None,
    ) -> None:
        """Prepare everything on disk; nothing runs yet. `part` tells apart clusters of one run."""
        if (reason := missing([node_image(version)])) is not None:
            raise EngineError(reason)
        has_go = shutil.which("go") is not None
        kubectl = program("kubectl", NEWEST.ensure() if has_go else None)
        kind = program("kind", KIND.ensure() if has_go else None)
        super().__init__(Path(tempfile.mkdtemp(prefix="groupaccess-kind-")), kubectl)
        self.version = kubernetes(version).version
        self._certificate = self.folder / "admin.crt", self.folder / "admin.key"
        self.audit: AuditLog | None = None
        shared = self.folder / "shared"
        shared.mkdir()
        if audit_policy is not None:
            (shared / kind_config.AUDIT_POLICY).write_text(audit_policy)
            self.audit = AuditLog(shared / kind_config.AUDIT_LOG)
            self.audit.file.touch()  # made by kube-apiserver it would be root's alone
        self._config = self.folder / "kind.yaml"
        self._config.write_text(kind_config.kind_config(shared, audit=audit_policy is not None))
        logs = self.folder / "logs"
        self._trust = StructuredTrust(shared, issuers, lambda: self._read("/metrics").text, logs)
        self._kind = KindCluster(
            own_name(part),
            kubeconfig=self.kubeconfig,
            image=node_image(version),
            kind_path=kind,
            kubectl_path=kubectl,
        )
        _remove_empty(self._kind.path)  # pytest-kind makes it for programs that it downloads

    def start(self) -> Self:
        """Create the cluster, and wait until its node, its DNS and its built-in roles are there."""
        try:
            remove_leftovers()
            self._create()
            self._write_credentials()
            eventually(self._bootstrapped, within=BOOTSTRAP_WITHIN, what="the built-in objects")
            self.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=100s")
            dns = ("deployment/coredns", "--namespace=kube-system", "--timeout=100s")
            self.kubectl("rollout", "status", *dns)
        except BaseException:
            self.close(keep=True)
            raise
        return self

    def close(self, *, keep: bool = False) -> None:
        """Delete the cluster and its folder, or keep its logs and say where they are."""
        if keep:
            logs = self.folder / "logs"
            export = ("export", "logs", f"--name={self._kind.name}", logs)
            subprocess.run([self._kind.kind_path, *export], capture_output=True, check=False)
        self.disconnect()
        self._kind.delete()
        discard(self.folder, keep_logs=keep)

    def load_image(self, image: str) -> None:
        """Copy an image from the engine to the node."""
        self._kind.load_docker_image(image)

    def trust(self, *issuers: Issuer) -> None:
        """Accept issuers' tokens, or read them in another way; return when it is in force."""
        self._trust.trust(*issuers)

    def distrust(self, *urls: str) -> None:
        """Accept issuers' tokens no longer; return when it is in force."""
        self._trust.distrust(*urls)

    def component(self, name: str) -> Component:
        """Refuse: the node's kubelet would bring it back at once."""
        raise NotHereError(f"{name} of a kind cluster cannot be stopped: use --cluster=local")

    def _create(self) -> None:
        try:
            self._kind.create(config_file=self._config)
        except subprocess.CalledProcessError as error:
            message = f"kind create cluster failed (exit code {error.returncode}), see above"
            raise EngineError(message) from error

    def _write_credentials(self) -> None:
        """Take out of kind's kubeconfig what other programs want as files."""
        config = yaml.safe_load(self.kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        for file, text in (
            (self.ca_file, cluster["certificate-authority-data"]),
            (self._certificate[0], user["client-certificate-data"]),
            (self._certificate[1], user["client-key-data"]),
        ):
            file.touch(mode=0o600)
            file.write_bytes(base64.b64decode(text))

    def _read(self, path: str) -> httpx.Response:
        with http_client(self.ca_file, self._certificate) as client:
            return client.get(f"{self.server}{path}").raise_for_status()

    def _bootstrapped(self) -> bool:
        """Say whether the controllers have made what every cluster has; raise when not."""
        self._read("/api/v1/namespaces/default/serviceaccounts/default")
        return all(
            self._read(f"{ROLES}/{name}").json().get("rules") for name in ("view", "edit", "admin")
        )


def _remove_empty(folder: Path) -> None:
    for empty in (folder, folder.parent):
        if not any(empty.iterdir()):
            empty.rmdir()
