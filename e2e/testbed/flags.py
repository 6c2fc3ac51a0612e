"""The command lines of a control plane's three programs, from its layout on disk and its ports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testbed.pki import CertificateAuthority, KeyPair
from testbed.ports import free_port

SERVICE_RANGE = "10.96.0.0/16"
CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "validatingadmissionpolicy-status-controller",
)


@dataclass(frozen=True)
class Ports:
    """The TCP ports of one control plane on 127.0.0.1; a component keeps its own over restarts."""

    etcd: int = field(default_factory=free_port)
    etcd_peers: int = field(default_factory=free_port)
    apiserver: int = field(default_factory=free_port)
    controller_manager: int = field(default_factory=free_port)


class Layout:
    """The folder, the ports and the certificates of one control plane."""

    def __init__(self, folder: Path) -> None:
        """Choose ports and issue certificates into `folder`."""
        self.folder = folder
        self.ports = Ports()
        self.authority = CertificateAuthority(folder, "groupaccess testbed")
        self.serving: KeyPair = self.authority.issue_server("serving")
        self.admin: KeyPair = self.authority.issue_client("admin", "admin", "system:masters")
        self.controller_manager: KeyPair = self.authority.issue_client(
            "controller-manager", "system:kube-controller-manager"
        )
        self.service_account_key = self.authority.issue_signing_key("service-accounts")

    @property
    def server(self) -> str:
        """Return kube-apiserver's address."""
        return f"https://127.0.0.1:{self.ports.apiserver}"

    @property
    def etcd(self) -> str:
        """Return etcd's address for clients."""
        return f"http://127.0.0.1:{self.ports.etcd}"

    def log(self, name: str) -> Path:
        """Return where a component's log is."""
        return self.folder / "logs" / f"{name}.log"


def etcd_command(program: Path, layout: Layout) -> list[str]:
    """Return etcd's command line; its data need not survive the machine, so it never syncs."""
    peers = f"http://127.0.0.1:{layout.ports.etcd_peers}"
    return [
        str(program),
        "--name=testbed",
        f"--data-dir={layout.folder / 'etcd'}",
        f"--listen-client-urls={layout.etcd}",
        f"--advertise-client-urls={layout.etcd}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=testbed={peers}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def apiserver_command(
    program: Path, layout: Layout, *, enforce_owner_references: bool, more: Sequence[str]
) -> list[str]:
    """Return kube-apiserver's command line, with more flags (authentication, audit) at its end."""
    admission = ["--disable-admission-plugins=ServiceAccount"]
    if enforce_owner_references:
        admission.append("--enable-admission-plugins=OwnerReferencesPermissionEnforcement")
    return [
        str(program),
        f"--etcd-servers={layout.etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={layout.ports.apiserver}",
        f"--tls-cert-file={layout.serving.certificate}",
        f"--tls-private-key-file={layout.serving.key}",
        f"--client-ca-file={layout.authority.file}",
        f"--service-account-issuer={layout.server}",  # that others can read its keys
        f"--service-account-jwks-uri={layout.server}/openid/v1/jwks",
        f"--service-account-signing-key-file={layout.service_account_key}",
        f"--service-account-key-file={layout.service_account_key}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--authorization-mode=RBAC",
        *admission,
        *more,
    ]


def controller_manager_command(program: Path, layout: Layout, kubeconfig: Path) -> list[str]:
    """Return kube-controller-manager's command line: only the controllers that tests rely on."""
    return [
        str(program),
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        f"--secure-port={layout.ports.controller_manager}",
        f"--tls-cert-file={layout.serving.certificate}",
        f"--tls-private-key-file={layout.serving.key}",
        f"--service-account-private-key-file={layout.service_account_key}",
        f"--root-ca-file={layout.authority.file}",
        "--use-service-account-credentials",
        "--leader-elect=false",
        f"--controllers={','.join(CONTROLLERS)}",
    ]
