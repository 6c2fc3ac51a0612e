"""The options of `groupaccess doctor`."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from groupaccess.cli.diagnosis.configuration_file import ConfigurationPath
from groupaccess.cli.diagnosis.output.option import Quiet
from groupaccess.cli.diagnosis.token_file import TokenFile
from groupaccess.cli.keycloak_login.options import KeycloakUrl, TypedLogin
from groupaccess.cli.kubeconfig_option import Contexts, Kubeconfig
from groupaccess.domain.diagnosis.check_name import CheckName
from groupaccess.domain.diagnosis.program_rules import Program


class DoctorOutput(StrEnum):
    """How the report is printed."""

    TEXT = "text"
    SHORT = "short"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "markdown"
    GITHUB = "github"
    JUNIT = "junit"


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
Output = Annotated[DoctorOutput, typer.Option("-o", "--output", help="How to print the report.")]
Failing = Annotated[FailOn, typer.Option(help="What makes the exit code 1.")]


ForProgram = Annotated[
    Program | None,
    typer.Option("--for", help="What people log in with: where Keycloak may send them back to."),
]
Only = Annotated[
    list[CheckName] | None,
    typer.Option(help="Make only this check; --list names them. May be repeated."),
]
Skip = Annotated[
    list[CheckName] | None, typer.Option(help="Leave this check out. May be repeated.")
]
ListChecks = Annotated[bool, typer.Option("--list", help="List the checks, and make none.")]


def _duration(text: str) -> str:
    from groupaccess.api.v1alpha1.durations import parse_duration  # slow to import

    try:
        parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return text


Wait = Annotated[
    str,
    typer.Option(
        metavar="DURATION",
        callback=_duration,
        help="Check again until nothing is wrong and nothing is left unchecked, but no longer than "
        "this: 60s, 2m.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class TypedDoctor(TypedLogin):
    """Each field is an option; its type says how it is typed and explained."""

    issuer: Issuer = None
    client_id: ClientId = None
    groups_claim: GroupsClaim = "groups"
    groups_prefix: GroupsPrefix = ""
    token: TokenFile = None
    program: ForProgram = None
    only: Only = None
    skip: Skip = None
    list_checks: ListChecks = False
    wait: Wait = "0s"
    authentication_config: ConfigurationPath = None
    output: Output = DoctorOutput.TEXT
    fail_on: Failing = FailOn.ERROR
    url: KeycloakUrl = None
    quiet: Quiet = False
    kubeconfig: Kubeconfig = None
    context: Contexts = None

    @property
    def chosen(self) -> AbstractSet[CheckName]:
        """Return the checks to make."""
        return frozenset(self.only or CheckName) - frozenset(self.skip or ())
