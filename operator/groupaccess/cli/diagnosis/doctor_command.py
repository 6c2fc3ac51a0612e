"""`groupaccess doctor`."""

import typer

from groupaccess.cli.dataclass_command import from_dataclass
from groupaccess.cli.diagnosis.doctor_options import TypedDoctor
from groupaccess.cli.diagnosis.output.option import check_standard_input
from groupaccess.cli.diagnosis.token_file import read_token_file
from groupaccess.domain.diagnosis.check_name import CHECK_TEXTS


@from_dataclass(TypedDoctor)
def doctor_command(typed: TypedDoctor) -> None:
    """Look for what keeps people out: from Keycloak to kube-apiserver and its bindings.

    It only reads, with your own rights. Exit codes: 0 nothing wrong, 1 findings, 3 something could
    not be checked.

    groupaccess doctor --issuer https://auth.example.com/realms/ADMIN --client-id headlamp
    """
    if typed.list_checks:
        for name, about in CHECK_TEXTS.items():
            typer.echo(f"{name:<13}{about}")
        return
    if typed.issuer is not None and not typed.client_id:
        raise typer.BadParameter("it needs --client-id", param_hint="--issuer")
    if typed.client_id and typed.issuer is None:
        raise typer.BadParameter("it needs --issuer", param_hint="--client-id")
    check_standard_input(typed.keycloak_token, typed.context)
    token = read_token_file(typed.token)
    from groupaccess.cli.diagnosis.doctor_run import run_doctor

    run_doctor(typed, token)
