"""What was typed, checked and put together."""

import json
from dataclasses import dataclass
from pathlib import Path

from groupaccess.cli.keycloak_setup.credentials import (
    AdminCredentials,
    LoginChoice,
    UsageError,
    read_text,
)
from groupaccess.domain.keycloak_setup.options import PROVIDER, SUBJECT, ClusterTrust, SetupOptions

STDOUT = "-"  # in place of a file


@dataclass(frozen=True, kw_only=True)
class SetupFlags:
    """The options that say what the realm gets."""

    realm: str
    client: str
    groups_claim: str
    login_clients: tuple[str, ...]
    canary: str | None
    classic: bool
    pod_token: str | None
    jwks: Path | None
    subject: str
    provider: str
    cli_client: str | None


@dataclass(frozen=True, kw_only=True)
class SetupOrder:
    """All that was typed. `ca` is a file; `secret_file` is a file or "-", None for no Secret."""

    url: str
    ca: Path | None
    options: SetupOptions
    apply: bool
    dry_run: bool
    undo: bool
    secret_file: str | None
    namespace: str
    secret_name: str
    login: LoginChoice
    credentials: AdminCredentials

    def check(self) -> None:
        """Raise UsageError for options that contradict each other."""
        if self.apply and self.dry_run:
            raise UsageError("--apply and --dry-run contradict each other: choose one")
        if self.undo and self.secret_file is not None:
            raise UsageError("--secret-file: after --undo there is no secret")
        if self.options.cluster is not None and self.secret_file is not None:
            raise UsageError("--secret-file: with --pod-token there is no secret")


def setup_options(flags: SetupFlags) -> SetupOptions:
    """Return what the realm gets; raise UsageError for options that do not fit together."""
    if flags.pod_token is None:
        for option, is_set in (
            ("--jwks", flags.jwks is not None),
            ("--subject", flags.subject != SUBJECT),
            ("--provider", flags.provider != PROVIDER),
        ):
            if is_set:
                raise UsageError(f"{option} needs --pod-token ISSUER")
    canary = None if flags.canary is None else f"/{flags.canary.strip('/')}"
    if canary == "/":
        raise UsageError("--canary: a group has a name. For no canary, use --no-canary")
    if flags.cli_client == flags.client:
        raise UsageError("--device-client: it must be another client than --client")
    return SetupOptions(
        realm=flags.realm,
        client_id=flags.client,
        groups_claim=flags.groups_claim,
        canary=canary,
        audiences=flags.login_clients,
        classic=flags.classic,
        cluster=_cluster(flags, flags.pod_token) if flags.pod_token is not None else None,
        cli_client=flags.cli_client,
    )


def _cluster(flags: SetupFlags, issuer: str) -> ClusterTrust:
    if not issuer.startswith("https://"):
        raise UsageError(
            f"--pod-token: {issuer!r} is no issuer with https. See kubectl get --raw "
            "/.well-known/openid-configuration"
        )
    jwks = None
    if flags.jwks is not None:
        jwks = read_text("--jwks", flags.jwks)
        if not _has_keys(jwks):
            raise UsageError(
                f"--jwks: {flags.jwks} is no JSON with keys. Write it with kubectl get --raw "
                "/openid/v1/jwks"
            )
    return ClusterTrust(issuer, flags.subject, jwks, flags.provider)


def _has_keys(text: str) -> bool:
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("keys"), list)
