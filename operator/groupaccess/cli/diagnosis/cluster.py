"""The cluster that a kubeconfig names, and the end of a command that cannot tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import typer
from kubernetes.aio.client import ApiClient

from groupaccess.adapters.kubernetes.diagnosis import KubernetesDiagnosisCluster
from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError, configure
from groupaccess.adapters.kubernetes.patient_client import PatientClient
from groupaccess.adapters.kubernetes.transport import HttpTransport
from groupaccess.cli.diagnosis.exit_code import ExitCode
from groupaccess.domain.text import printable_text

GIVE_KUBECONFIG = "Give a kubeconfig with --kubeconfig"


@asynccontextmanager
async def open_cluster(kubeconfig: str | None) -> AsyncIterator[KubernetesDiagnosisCluster]:
    """Give the cluster; raise NoAccessError when no kubeconfig can be read."""
    configuration = await configure(kubeconfig)
    try:
        made = ApiClient(configuration)
    except (OSError, ValueError) as error:  # an authority or a certificate that cannot be read
        raise NoAccessError(f"kubeconfig: {error}") from error
    async with made as client:
        yield KubernetesDiagnosisCluster(PatientClient(HttpTransport(client)))


def exit_not_checked(words: str) -> NoReturn:
    """End the command with one line that says why nothing could be checked."""
    typer.echo(f"error: {printable_text(words).rstrip('.')}.", err=True)
    raise typer.Exit(ExitCode.NOT_CHECKED)
