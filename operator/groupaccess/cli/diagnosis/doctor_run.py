"""Runs `groupaccess doctor`. Slow to import: only when it runs."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import typer

from groupaccess.adapters.keycloak.discovery import KeycloakDiscovery
from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError
from groupaccess.application.diagnosis.doctor import Check, Doctor, DoctorOptions
from groupaccess.cli.diagnosis.cluster import GIVE_KUBECONFIG, exit_not_checked, open_cluster
from groupaccess.cli.diagnosis.configuration_file import read_configuration_file
from groupaccess.cli.diagnosis.doctor_options import DoctorOutput, TypedDoctor
from groupaccess.cli.diagnosis.doctor_text import report_lines
from groupaccess.cli.diagnosis.exit_code import ExitCode, exit_code
from groupaccess.cli.diagnosis.json_report import doctor_json
from groupaccess.cli.diagnosis.terminal import show
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.diagnosis.finding import Severity
from groupaccess.domain.diagnosis.login_facts import TYPED

SCOPES = ("openid",)  # of a client that is typed: which others its login requests is not known


def run_doctor(typed: TypedDoctor, token: str | None) -> None:
    """Run the command; an error that a person can fix becomes one line, and exit code 3.

    `token` is in the file that was named.
    """
    try:
        options = DoctorOptions(
            directory=_directory(typed),
            authenticators=read_configuration_file(typed.authentication_config),
            configuration=str(typed.authentication_config or ""),
            token=token,
        )
        checks = asyncio.run(_examine(typed, options))
    except NoAccessError as error:
        exit_not_checked(f"no access to the API server: {error}. {GIVE_KUBECONFIG}")
    else:
        _print(typed, checks)


async def _examine(typed: TypedDoctor, options: DoctorOptions) -> list[Check]:
    async with open_cluster(typed.kubeconfig) as cluster:
        doctor = Doctor(cluster, _discovery(typed.ca), datetime.now(UTC))
        return [check async for check in doctor.examine(options)]


def _discovery(ca: Path | None) -> KeycloakDiscovery:
    try:
        return KeycloakDiscovery(ca)
    except OSError as error:  # SSLError is one
        text = f"{ca} holds no certificate authority as PEM ({error})"
        raise typer.BadParameter(text, param_hint="--ca") from error


def _print(typed: TypedDoctor, checks: list[Check]) -> None:
    if typed.output is DoctorOutput.JSON:
        typer.echo(doctor_json(checks))
    else:
        show(report_lines(checks, short=typed.output is DoctorOutput.SHORT))
    code = exit_code(checks, Severity(typed.fail_on))
    if code is not ExitCode.NOTHING_WRONG:
        raise typer.Exit(code)


def _directory(typed: TypedDoctor) -> Directory | None:
    if typed.issuer is None:
        return None
    named = typed.client_id or ()
    clients = tuple(LoginClient(each, id_token=True, scopes=SCOPES) for each in named)
    return Directory(TYPED, typed.issuer, typed.groups_claim, typed.groups_prefix, clients)
