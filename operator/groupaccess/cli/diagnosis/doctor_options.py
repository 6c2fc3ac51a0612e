"""The options of `groupaccess doctor`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from groupaccess.cli.diagnosis.configuration_file import ConfigurationPath
from groupaccess.cli.diagnosis.token_file import TokenFile
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


@dataclass(frozen=True, kw_only=True)
class TypedDoctor:
    """Each field is an option; its type says how it is typed and explained."""

    issuer: Issuer = None
    client_id: ClientId = None
    groups_claim: GroupsClaim = "groups"
    groups_prefix: GroupsPrefix = ""
    token: TokenFile = None
    authentication_config: ConfigurationPath = None
    ca: CaFile = None
    output: Output = DoctorOutput.TEXT
    fail_on: Failing = FailOn.ERROR
    kubeconfig: Kubeconfig = None
