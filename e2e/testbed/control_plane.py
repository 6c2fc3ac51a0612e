"""A Kubernetes control plane as three local processes: no nodes, no containers, fast."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from testbed.access import ClusterAccess, http_client
from testbed.audit import AuditLog
from testbed.authentication import ClassicFlags, Issuer, StructuredFile
from testbed.components import apiserver, controller_manager, etcd, write_client_kubeconfig
from testbed.flags import Layout, apiserver_command
from testbed.lifetime import Lifetime
from testbed.node import Node
from testbed.process import ManagedProcess, discard
from testbed.tools import NEWEST, kubernetes
from testbed.trust import ClassicTrust, NoTrust, StructuredTrust, Trust
from testbed.waiting import eventually

BOOTSTRAP_WITHIN = 30.0
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager")


@dataclass(frozen=True)
class ControlPlaneOptions:
    """What a control plane is like.

    `version` is newest, oldest or one of their numbers. `audit_policy` is YAML (`audit.policy()`
    makes one), None for no audit log. `extra_flags` go to kube-apiserver, written `--name=value`.
    """

    version: str = "newest"
    oidc: ClassicFlags | StructuredFile | Node | None = field(default_factory=StructuredFile)
    audit_policy: str | None = None
    extra_flags: tuple[str, ...] = ()
    enforce_owner_references: bool = True


class ControlPlane(ClusterAccess, Lifetime):
    """etcd, kube-apiserver and kube-controller-manager with an own CA, folder and ports.

    Use it as a context manager, or call `start` and `close`. Its programs are built when they are
    not in the cache yet. The folder is removed at the end, and kept when something failed.
    """

    def __init__(self, options: ControlPlaneOptions | None = None) -> None:
        """Prepare everything on disk; nothing runs yet."""
        options = options or ControlPlaneOptions()
        tools = kubernetes(options.version)
        programs, newest = tools.ensure(), NEWEST.ensure()
        folder = Path(tempfile.mkdtemp(prefix="groupaccess-control-plane-"))
        super().__init__(folder, newest / "kubectl")
        self.version = tools.version
        self.options = options
        self.audit: AuditLog | None = None
        self._layout = Layout(folder)
        write_client_kubeconfig(self.kubeconfig, self._layout, self._layout.admin)
        if options.audit_policy is not None:
            (folder / "audit-policy.yaml").write_text(options.audit_policy)
            self.audit = AuditLog(folder / "logs" / "audit.log")
        self._apiserver_program = programs / "kube-apiserver"
        self._trust = self._make_trust()
        self._components = {
            "etcd": etcd(newest / "etcd", self._layout),
            "kube-apiserver": apiserver(self._apiserver_command(), self._layout, self._is_ready),
            "kube-controller-manager": controller_manager(
                programs / "kube-controller-manager", self._layout
            ),
        }

    def start(self) -> Self:
        """Start all three, and wait until the built-in roles and namespaces are there."""
        try:
            for name in COMPONENTS:
                self._components[name].start()
            eventually(self._bootstrapped, within=BOOTSTRAP_WITHIN, what="the built-in objects")
        except BaseException:
            self.close(keep=True)
            raise
        return self

    def close(self, *, keep: bool = False) -> None:
        """End everything and remove the folder, or keep it and say where the logs are."""
        self.disconnect()
        for name in reversed(COMPONENTS):
            # No grace: nothing here outlives the run, and kube-apiserver would take half a minute.
            self._components[name].kill()
        discard(self.folder, keep_logs=keep)

    def component(self, name: str) -> ManagedProcess:
        """Return one of `COMPONENTS`; it keeps its port over stop, kill and restart."""
        return self._components[name]

    def trust(self, *issuers: Issuer) -> None:
        """Accept issuers' tokens, or read them in another way; return when it is in force.

        They must answer. With the structured file this takes about ten seconds, with the
        classic flags a restart of kube-apiserver, and the issuer replaces the one before.
        """
        self._trust.trust(*issuers)

    def distrust(self, *urls: str) -> None:
        """Accept issuers' tokens no longer; return when it is in force."""
        self._trust.distrust(*urls)

    def compact(self) -> int:
        """Compact etcd up to now, so that older resourceVersions are gone; return the revision."""
        with httpx.Client(base_url=self._layout.etcd, trust_env=False) as etcd:
            answer = etcd.post("/v3/kv/range", json={"key": "AA==", "limit": "1"})
            revision = answer.raise_for_status().json()["header"]["revision"]
            body = {"revision": revision, "physical": True}
            etcd.post("/v3/kv/compaction", json=body).raise_for_status()
        return int(revision)

    @property
    def admin_certificate(self) -> tuple[Path, Path]:
        """Return the admin's certificate and its key, as PEM files."""
        admin = self._layout.admin
        return admin.certificate, admin.key

    def read_as_admin(self, path: str) -> httpx.Response:
        """Read a path of kube-apiserver with the admin's certificate; raise on an HTTP error."""
        with http_client(self.ca_file, self.admin_certificate) as client:
            return client.get(f"{self._layout.server}{path}").raise_for_status()

    def _make_trust(self) -> Trust:
        oidc = self.options.oidc
        if isinstance(oidc, Node):
            return oidc
        if isinstance(oidc, ClassicFlags):
            return ClassicTrust(self.folder, oidc.issuer, self.restart_apiserver)
        if isinstance(oidc, StructuredFile):
            log = self._layout.log("kube-apiserver")
            return StructuredTrust(self.folder, oidc.issuers, self._metrics, log)
        return NoTrust()

    def _apiserver_command(self) -> list[str]:
        audit = []
        if self.audit is not None:
            audit.append(f"--audit-policy-file={self.folder / 'audit-policy.yaml'}")
            audit.append(f"--audit-log-path={self.audit.file}")
        return apiserver_command(
            self._apiserver_program,
            self._layout,
            enforce_owner_references=self.options.enforce_owner_references,
            more=[*self._trust.flags(), *audit, *self.options.extra_flags],
        )

    def restart_apiserver(self) -> None:
        """Start kube-apiserver again, with the flags of this moment."""
        process = self._components["kube-apiserver"]
        process.command = self._apiserver_command()
        process.restart()

    def _is_ready(self) -> httpx.Response:
        return self.read_as_admin("/readyz")

    def _metrics(self) -> str:
        return self.read_as_admin("/metrics").text

    def _bootstrapped(self) -> bool:
        """Say whether the controllers have made what every cluster has; raise when not."""
        self.read_as_admin("/api/v1/namespaces/default/serviceaccounts/default")
        roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
        return all(
            self.read_as_admin(f"{roles}/{name}").json().get("rules")
            for name in ("view", "edit", "admin")
        )
