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
        description="A kubeconfig file. Without it the pod's own credentials are used, or what "
        "KUBECONFIG names where no pod is around.",
    )
    namespace: str = Field(
        default_factory=_own_namespace,
        description="The operator's own namespace: the only one in which Secrets and ConfigMaps "
        "are read.",
    )
    leader_election: bool = Field(
        default=True,
        description="Write only while holding the Lease `groupaccess` of the own namespace: of "
        "several replicas one writes, the others stand by.",
    )
    bind_guard: str = Field(
        default="",
        description="The name of the admission policy, and of its binding, that refuses who may "
        "not bind what a GroupAccess hands out. That it is not in force is reported. Empty: "
        "none is expected.",
    )
    cage: str = Field(
        default="",
        description="The name of the admission policy on the operator's own writes. When it "
        "changes, what was refused is tried again at once. Empty: there is none.",
    )
    workers: int = Field(
        default=16, ge=1, le=64, description="How many GroupAccesses are worked on at once."
    )
    settle_seconds: float = Field(
        default=2.0,
        ge=0,
        le=60,
        description="How long a new binding settles before the one that it replaces goes.",
    )
    unowned_seconds: float = Field(
        default=300.0,
        ge=0,
        le=86400,
        description="How long a binding without an owner reference may wait for its GroupAccess, "
        "which a restore may bring later, before it goes.",
    )
    keycloak_timeout_seconds: float = Field(
        default=20.0,
        gt=0,
        le=60,
        description="How long one answer of Keycloak may take; a realm with very many groups needs "
        "some seconds.",
    )
    pod_token_file: Path = Field(
        default=Path("/var/run/secrets/groupaccess/token"),
        description="The pod's projected token, for directories with auth.serviceAccountToken. It "
        "is read anew at each login.",
    )
    listen_host: str = Field(
        default="0.0.0.0",  # noqa: S104 -- the kubelet and Prometheus come from outside
        description="The address of /healthz, /readyz and /metrics.",
    )
    listen_port: int = Field(
        default=8080, ge=0, le=65535, description="Their port; 0 takes a free one and logs it."
    )
    log_format: Literal["human", "json"] = Field(
        default="human", description="Log lines for people, or one JSON object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important lines that are logged."
    )
