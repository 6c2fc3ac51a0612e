"""The options of `groupaccess doctor`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
