"""Settings, from flags and from the environment (GROUPACCESS_NAME), flags first."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def _own_namespace() -> str:
    return OWN_NAMESPACE.read_text().strip() if OWN_NAMESPACE.exists() else "groupaccess"


class Settings(BaseSettings):
    """What the operator can be told. Each field is a flag of `groupaccess run`, too."""

    model_config = SettingsConfigDict(env_prefix="GROUPACCESS_", frozen=True)

    kubeconfig: str | None = Field(
        default=None,
        description="A kubeconfig file. Without it, the operator uses the pod's own credentials; "
        "outside a pod, the file that KUBECONFIG names, or ~/.kube/config.",
    )
    namespace: str = Field(
        default_factory=_own_namespace,
        description="The operator's own namespace. It reads Secrets and ConfigMaps in no other "
        "one.",
    )
    leader_election: bool = Field(
        default=True,
        description="Write only while holding the Lease `groupaccess` in the operator's own "
        "namespace. So one of several replicas writes, and the others are on standby.",
    )
    bind_guard: str = Field(
        default="",
        description="The name of the admission policy (and of its binding) that checks whether "
        "authors of GroupAccesses may bind the ClusterRoles in them. The operator reports when it "
        "is not in force. Empty: no such policy is expected.",
    )
    cage: str = Field(
        default="",
        description="The name of the admission policy for the operator's own writes. When it "
        "changes, the operator soon tries refused writes again. Empty: there is no such policy.",
    )
    workers: int = Field(
        default=16, ge=1, le=64, description="How many GroupAccesses are reconciled at once."
    )
    settle_seconds: float = Field(
        default=2.0,
        ge=0,
        le=60,
        description="For how many seconds a new binding exists before the one that it replaces is "
        "deleted.",
    )
    unowned_seconds: float = Field(
        default=300.0,
        ge=0,
        le=86400,
        description="After how many seconds a binding without an owner reference is deleted if "
        "its GroupAccess does not exist. A restore may create the GroupAccess later.",
    )
    keycloak_timeout_seconds: float = Field(
        default=20.0,
        gt=0,
        le=60,
        description="How many seconds one answer of Keycloak may take. Right after its start, or "
        "when it is overloaded, Keycloak needs some seconds.",
    )
    pod_token_file: Path = Field(
        default=Path("/var/run/secrets/groupaccess/token"),
        description="The pod's projected token, for directories with auth.serviceAccountToken. It "
        "is read again at each login.",
    )
    listen_host: str = Field(
        default="0.0.0.0",  # noqa: S104 -- the kubelet and Prometheus come from outside
        description="The address of /healthz, /readyz and /metrics.",
    )
    listen_port: int = Field(
        default=8080,
        ge=0,
        le=65535,
        description="The port of these paths; 0 selects a free port and logs it.",
    )
    log_format: Literal["human", "json"] = Field(
        default="human", description="Log lines for people, or one JSON object per line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The lowest level that is logged."
    )
