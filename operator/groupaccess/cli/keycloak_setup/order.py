"""What was typed, checked and put together."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groupaccess.cli.keycloak_login.credentials import (
    AdminCredentials,
    LoginChoice,
    Terminal,
    UsageError,
    choose_credentials,
    read_text,
)
from groupaccess.cli.keycloak_setup.options import TypedSetup
from groupaccess.domain.keycloak_setup.options import PROVIDER, SUBJECT, ClusterTrust, SetupOptions

STDOUT = "-"  # in place of a file


@dataclass(frozen=True, kw_only=True)
class SetupOrder:
    """What to do where. `ca` is a file; `secret_file` is a file or "-", None for no Secret."""

    url: str
    ca: Path | None
    options: SetupOptions
    apply: bool
    undo: bool
    secret_file: str | None
    namespace: str
    secret_name: str
    login: LoginChoice
    credentials: AdminCredentials


def setup_order(
    typed: TypedSetup, environment: Mapping[str, str], terminal: Terminal
) -> SetupOrder:
    """Return what to do; raise UsageError when options do not fit together or are missing."""
    for contradiction in _contradictions(typed):
        raise UsageError(contradiction)
    return SetupOrder(
        url=typed.url,
        ca=typed.ca,
        options=_options(typed),
        apply=typed.apply,
        undo=typed.undo,
        secret_file=typed.secret_file,
        namespace=typed.namespace,
        secret_name=typed.secret_name,
        login=typed.login,
        credentials=choose_credentials(typed.login, environment, terminal),
    )


def _contradictions(typed: TypedSetup) -> Iterator[str]:
    if typed.apply and typed.dry_run:
        yield "--apply and --dry-run contradict each other: choose one"
    if typed.secret_file is not None and typed.undo:
        yield "--secret-file: after --undo there is no secret"
    if typed.secret_file is not None and typed.pod_token is not None:
        yield "--secret-file: with --pod-token there is no secret"
    for_pods = {
        "--jwks": typed.jwks is not None,
        "--subject": typed.subject != SUBJECT,
        "--provider": typed.provider != PROVIDER,
    }
    for option, is_set in for_pods.items():
        if is_set and typed.pod_token is None:
            yield f"{option} needs --pod-token ISSUER"
    if not typed.canary.strip("/"):
        yield "--canary: a group has a name. For no canary, use --no-canary"
    if typed.create_cli_client and typed.device_client == typed.client:
        yield "--device-client: it must be another client than --client"


def _options(typed: TypedSetup) -> SetupOptions:
    return SetupOptions(
        realm=typed.realm,
        client_id=typed.client,
        groups_claim=typed.groups_claim,
        canary=None if typed.no_canary else f"/{typed.canary.strip('/')}",
        audiences=tuple(typed.login_client or ("headlamp",)),
        classic=typed.classic,
        cluster=None if typed.pod_token is None else _cluster(typed, typed.pod_token),
        cli_client=typed.device_client if typed.create_cli_client else None,
    )


def _cluster(typed: TypedSetup, issuer: str) -> ClusterTrust:
    if not issuer.startswith("https://"):
        raise UsageError(
            f"--pod-token: {issuer!r} is no issuer with https. See kubectl get --raw "
            "/.well-known/openid-configuration"
        )
    jwks = None
    if typed.jwks is not None:
        jwks = read_text("--jwks", typed.jwks)
        if not _has_keys(jwks):
            raise UsageError(
                f"--jwks: {typed.jwks} is no JSON with keys. Write it with kubectl get --raw "
                "/openid/v1/jwks"
            )
    return ClusterTrust(issuer, typed.subject, jwks, typed.provider)


def _has_keys(text: str) -> bool:
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("keys"), list)


def refuse_terminal(target: str | None) -> None:
    """Raise UsageError where a secret would be shown on a terminal."""
    if target == STDOUT and sys.stdout.isatty():
        raise UsageError(
            "--secret-file -: standard output is a terminal, which would show the secret. Pipe it: "
            "… --secret-file - | kubectl apply --server-side -f -"
        )
