"""`groupaccess keycloak-setup`."""

import typer

from groupaccess.cli.dataclass_command import from_dataclass
from groupaccess.cli.keycloak_setup.options import TypedSetup


@from_dataclass(TypedSetup)
def keycloak_setup_command(typed: TypedSetup) -> None:
    """Make in a Keycloak realm what the operator needs; without --apply, print what that is.

    Run again, it changes only what is missing. Exit codes: 0 done or nothing to do, 1 refused or
    something is wrong, 2 wrong usage, 3 could not tell (Keycloak is away, a right is missing).

    groupaccess keycloak-setup https://auth.example.com ADMIN --apply
    """
    from groupaccess.cli.keycloak_login.credentials import UsageError
    from groupaccess.cli.keycloak_login.process_terminal import ProcessTerminal, process_environment
    from groupaccess.cli.keycloak_setup.order import refuse_terminal, setup_order

    try:
        refuse_terminal(typed.secret_file)
        order = setup_order(typed, process_environment(), ProcessTerminal())
    except UsageError as error:
        typer.echo(f"error: {error}.", err=True)
        raise typer.Exit(2) from error
    from groupaccess.cli.keycloak_setup.run import run_setup

    raise typer.Exit(run_setup(order))
