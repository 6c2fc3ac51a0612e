"""Runs `groupaccess doctor`. Slow to import: only when it runs."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from groupaccess.adapters.keycloak.discovery import KeycloakDiscovery
from groupaccess.adapters.kubernetes.installation import KubernetesInstallation
from groupaccess.api.v1alpha1.durations import parse_duration
from groupaccess.application.diagnosis.doctor import Doctor
from groupaccess.application.diagnosis.doctor_facts import DoctorOptions, DoctorServers
from groupaccess.application.ports.people import RealmPeople
from groupaccess.cli.diagnosis.cluster import open_cluster
from groupaccess.cli.diagnosis.configuration_file import read_configuration_file
from groupaccess.cli.diagnosis.doctor_options import DoctorOutput, TypedDoctor
from groupaccess.cli.diagnosis.doctor_text import report_lines, summary_line
from groupaccess.cli.diagnosis.exit_code import ExitCode, exit_code
from groupaccess.cli.diagnosis.output.answer import Answer
from groupaccess.cli.diagnosis.output.contexts import answer_contexts
from groupaccess.cli.diagnosis.output.documents import DoctorReportList
from groupaccess.cli.diagnosis.output.from_facts import doctor_report
from groupaccess.cli.keycloak_login.credentials import is_login_given
from groupaccess.cli.keycloak_login.process_terminal import ProcessTerminal, process_environment
from groupaccess.cli.keycloak_login.realm import open_realm
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.diagnosis.finding import Check, Severity
from groupaccess.domain.diagnosis.login_facts import TYPED

SCOPES = ("openid",)  # of a client that is typed: which others its login requests is not known
PAUSE = 2.0  # seconds between two attempts of --wait


def run_doctor(typed: TypedDoctor, token: str | None) -> None:
    """Run the command; `token` is in the file that was named."""
    discovery = _discovery(typed.ca, typed.url)
    options = DoctorOptions(
        directory=_directory(typed),
        authenticators=read_configuration_file(typed.authentication_config),
        configuration=str(typed.authentication_config or ""),
        token=token,
        program=typed.program,
    )

    terminal = ProcessTerminal()

    async def ask(context: str | None) -> Answer:
        target = _Target(typed, options, discovery, terminal, context)
        return _said(typed, await _examine_until_sound(target))

    answer_contexts(ask, typed, DoctorReportList)


def _said(typed: TypedDoctor, checks: list[Check]) -> Answer:
    fail_on = Severity(typed.fail_on)
    report = doctor_report(checks, fail_on)
    return Answer(
        document=report,
        code=exit_code(checks, fail_on),
        summary=summary_line(report),
        lines=report_lines(report, short=typed.output is DoctorOutput.SHORT),
    )


@dataclass(frozen=True, slots=True)
class _Target:
    """What one cluster is asked, and how."""

    typed: TypedDoctor
    options: DoctorOptions
    discovery: KeycloakDiscovery
    terminal: ProcessTerminal
    context: str | None


async def _examine_until_sound(target: _Target) -> list[Check]:
    """Examine again while something is wrong or not known, as long as --wait says."""
    end = time.monotonic() + parse_duration(target.typed.wait).total_seconds()
    while True:
        checks = await _examine(target)
        sound = exit_code(checks, Severity(target.typed.fail_on)) is ExitCode.NOTHING_WRONG
        if sound or time.monotonic() + PAUSE > end:
            return checks
        await asyncio.sleep(PAUSE)


async def _examine(target: _Target) -> list[Check]:
    typed, terminal = target.typed, target.terminal
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(open_cluster(typed.kubeconfig, target.context))

        async def log_in(directory: Directory) -> RealmPeople:
            realm = open_realm(typed, typed.url, directory, terminal)
            return await stack.enter_async_context(realm)

        given = is_login_given(typed.login, process_environment())
        installation = KubernetesInstallation(cluster.client)
        servers = DoctorServers(cluster, installation, target.discovery, log_in if given else None)
        doctor = Doctor(servers, datetime.now(UTC), typed.chosen)
        return [check async for check in doctor.examine(target.options)]


def _discovery(ca: Path | None, url: str | None) -> KeycloakDiscovery:
    try:
        return KeycloakDiscovery(ca, url)
    except OSError as error:  # SSLError is one
        text = f"{ca} holds no certificate authority as PEM ({error})"
        raise typer.BadParameter(text, param_hint="--ca") from error


def _directory(typed: TypedDoctor) -> Directory | None:
    if typed.issuer is None:
        return None
    named = typed.client_id or ()
    clients = tuple(LoginClient(each, id_token=True, scopes=SCOPES) for each in named)
    return Directory(TYPED, typed.issuer, typed.groups_claim, typed.groups_prefix, clients)
