"""Runs `groupaccess doctor`. Slow to import: only when it runs."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from groupaccess.adapters.keycloak.discovery import KeycloakDiscovery
from groupaccess.adapters.kubernetes.client import NoAccessError
from groupaccess.application.diagnosis.doctor import Check, Doctor, DoctorOptions
from groupaccess.cli.diagnosis.cluster import GIVE_KUBECONFIG, exit_not_checked, open_cluster
from groupaccess.cli.diagnosis.configuration_file import read_configuration_file
from groupaccess.cli.diagnosis.doctor_options import DoctorOutput, FailOn
from groupaccess.cli.diagnosis.doctor_text import report_lines
from groupaccess.cli.diagnosis.exit_code import ExitCode, exit_code
from groupaccess.cli.diagnosis.json_report import doctor_json
from groupaccess.cli.diagnosis.terminal import show
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.diagnosis.finding import Severity
from groupaccess.domain.diagnosis.jwt import NoTokenError, token_text
from groupaccess.domain.diagnosis.login_facts import TYPED

SCOPES = ("openid",)  # of a client that is typed: which others its login requests is not known


@dataclass(frozen=True, kw_only=True)
class DoctorOrder:
    """What was typed; `token` is the text of the file that was named."""

    issuer: str | None
    client_ids: tuple[str, ...]
    groups_claim: str
    groups_prefix: str
    token: str | None
    configuration: Path | None
    ca: Path | None
    output: DoctorOutput
    fail_on: FailOn
    kubeconfig: str | None


def run_doctor(order: DoctorOrder) -> None:
    """Run the command; an error that a person can fix becomes one line, and exit code 3."""
    try:
        options = DoctorOptions(
            directory=_typed(order),
            authenticators=read_configuration_file(order.configuration),
            token=_token(order.token),
        )
        checks = asyncio.run(_examine(order, options))
    except NoAccessError as error:
        exit_not_checked(f"no access to the API server: {error}. {GIVE_KUBECONFIG}")
    except NoTokenError as error:
        exit_not_checked(f"--token: {error}")
    else:
        _print(order, checks)


async def _examine(order: DoctorOrder, options: DoctorOptions) -> list[Check]:
    async with open_cluster(order.kubeconfig) as cluster:
        doctor = Doctor(cluster, _discovery(order.ca), datetime.now(UTC))
        return [check async for check in doctor.examine(options)]


def _discovery(ca: Path | None) -> KeycloakDiscovery:
    try:
        return KeycloakDiscovery(ca)
    except OSError as error:  # SSLError is one
        text = f"{ca} holds no certificate authority as PEM ({error})"
        raise typer.BadParameter(text, param_hint="--ca") from error


def _print(order: DoctorOrder, checks: list[Check]) -> None:
    if order.output is DoctorOutput.JSON:
        typer.echo(doctor_json(checks))
    else:
        show(report_lines(checks, short=order.output is DoctorOutput.SHORT))
    code = exit_code(checks, Severity(order.fail_on))
    if code is not ExitCode.NOTHING_WRONG:
        raise typer.Exit(code)


def _typed(order: DoctorOrder) -> Directory | None:
    if order.issuer is None:
        return None
    clients = tuple(LoginClient(each, id_token=True, scopes=SCOPES) for each in order.client_ids)
    return Directory(TYPED, order.issuer, order.groups_claim, order.groups_prefix, clients)


def _token(text: str | None) -> str | None:
    """Return the token without the space around it; raise NoTokenError if it is none."""
    return None if text is None else token_text(text)
