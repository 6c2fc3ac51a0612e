"""The commands. Each imports what it needs only when it runs, so that help is quick."""

import asyncio
from typing import Annotated

import typer

from groupaccess.cli.adoption.command import import_command
from groupaccess.cli.diagnosis.doctor_command import doctor_command
from groupaccess.cli.diagnosis.why_command import why_command
from groupaccess.cli.keycloak_setup.command import keycloak_setup_command
from groupaccess.cli.settings_flags import from_settings
from groupaccess.settings import Settings

app = typer.Typer(
    help="Give Keycloak groups their ClusterRoles, and say why somebody cannot get in.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a server's log needs plain tracebacks without local variables
)

app.command("doctor")(doctor_command)
app.command("import")(import_command)
app.command("keycloak-setup")(keycloak_setup_command)
app.command("why")(why_command)


@app.callback(invoke_without_command=True)
def main(
    *, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Print the version, when asked for."""
    if version:
        from groupaccess import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command("run")
@from_settings(Settings)
def run_command(settings: Settings) -> None:
    """Run the operator until it is told to stop."""
    from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError
    from groupaccess.application.ports.errors import NotInstalledError, RestartError
    from groupaccess.cli.logging_setup import set_up_logs
    from groupaccess.composition import run_operator

    set_up_logs(settings.log_format, settings.log_level)
    try:
        asyncio.run(run_operator(settings))
    except NotInstalledError as error:
        typer.echo(
            f"error: {error}. Install the CRDs: groupaccess crd | kubectl apply -f -", err=True
        )
        raise typer.Exit(1) from error
    except RestartError as error:
        typer.echo(f"error: {error}. A restart corrects this", err=True)
        raise typer.Exit(1) from error
    except NoAccessError as error:
        typer.echo(f"error: no access to the API server: {error}", err=True)
        raise typer.Exit(1) from error


@app.command("crd")
def crd_command() -> None:
    """Print the CustomResourceDefinitions, for `kubectl apply -f -`."""
    from groupaccess.api.crd.generate import render_crds

    typer.echo(render_crds(), nl=False)
