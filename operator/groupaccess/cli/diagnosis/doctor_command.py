"""The options of `groupaccess doctor`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from groupaccess.cli.diagnosis.token_file import TokenFile, read_token_file
from groupaccess.cli.kubeconfig_option import Kubeconfig


class DoctorOutput(StrEnum):
    """How the report is printed."""

    TEXT = "text"
    SHORT = "short"
    JSON = "json"


class FailOn(StrEnum):
    """What makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"


Issuer = Annotated[
    str | None,
    typer.Option(
        help="The realm's issuer, before there is a KeycloakDirectory: "
        "https://auth.example.com/realms/ADMIN"
    ),
]
ClientId = Annotated[
    list[str] | None,
    typer.Option(help="With --issuer: a client that people log in with. May be repeated."),
]
GroupsClaim = Annotated[str, typer.Option(help="With --issuer: --oidc-groups-claim.")]
GroupsPrefix = Annotated[str, typer.Option(help="With --issuer: --oidc-groups-prefix.")]
ConfigurationPath = Annotated[
    Path | None,
    typer.Option(
        "--authentication-config",
        exists=True,
        dir_okay=False,
        readable=True,
        help="kube-apiserver's AuthenticationConfiguration, which the cluster does not show.",
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        exists=True,
        dir_okay=False,
        readable=True,
        help="A file with the authority of Keycloak's certificate, as PEM.",
    ),
]
Output = Annotated[DoctorOutput, typer.Option("-o", "--output", help="How to print the report.")]
Failing = Annotated[FailOn, typer.Option(help="What makes the exit code 1.")]


def doctor_command(  # noqa: PLR0913 -- one for each flag
    *,
    issuer: Issuer = None,
    client_id: ClientId = None,
    groups_claim: GroupsClaim = "groups",
    groups_prefix: GroupsPrefix = "",
    token: TokenFile = None,
    authentication_config: ConfigurationPath = None,
    ca: CaFile = None,
    output: Output = DoctorOutput.TEXT,
    fail_on: Failing = FailOn.ERROR,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Look for what keeps people out: from Keycloak to kube-apiserver and its bindings.

    It only reads, with your own rights. Exit codes: 0 nothing wrong, 1 findings, 3 something could
    not be checked.

    groupaccess doctor --issuer https://auth.example.com/realms/ADMIN --client-id headlamp
    """
    if issuer is not None and not client_id:
        raise typer.BadParameter("it needs --client-id", param_hint="--issuer")
    if client_id and issuer is None:
        raise typer.BadParameter("it needs --issuer", param_hint="--client-id")
    from groupaccess.cli.diagnosis.doctor_run import DoctorOrder, run_doctor

    run_doctor(
        DoctorOrder(
            issuer=issuer,
            client_ids=tuple(client_id or ()),
            groups_claim=groups_claim,
            groups_prefix=groups_prefix,
            token=read_token_file(token),
            configuration=authentication_config,
            ca=ca,
            output=output,
            fail_on=fail_on,
            kubeconfig=kubeconfig,
        )
    )
