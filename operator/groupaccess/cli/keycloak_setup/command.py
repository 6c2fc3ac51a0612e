"""`groupaccess keycloak-setup`: its options as the command line has them."""

import typer

from groupaccess.cli.keycloak_setup import options as typed
from groupaccess.cli.keycloak_setup.options import CANARY, PROVIDER, SUBJECT


def keycloak_setup_command(  # noqa: PLR0913 -- one for each flag
    url: typed.Url,
    realm: typed.RealmName,
    *,
    apply: typed.Apply = False,
    dry_run: typed.DryRun = False,
    undo: typed.Undo = False,
    client: typed.ClientName = "groupaccess",
    groups_claim: typed.GroupsClaim = "groups",
    login_client: typed.LoginClients = None,
    canary: typed.CanaryName = CANARY,
    no_canary: typed.NoCanary = False,
    classic: typed.Classic = False,
    pod_token: typed.PodToken = None,
    jwks: typed.Jwks = None,
    subject: typed.Subject = SUBJECT,
    provider: typed.Provider = PROVIDER,
    create_cli_client: typed.CliClient = False,
    secret_file: typed.SecretFile = None,
    namespace: typed.Namespace = "groupaccess",
    secret_name: typed.SecretName = "keycloak",  # noqa: S107 -- the name of an object
    ca: typed.Ca = None,
    login_realm: typed.LoginRealm = "master",
    totp: typed.Totp = False,
    keycloak_token: typed.KeycloakToken = None,
    device: typed.Device = False,
    device_client: typed.DeviceClient = "groupaccess-cli",
) -> None:
    """Make in a Keycloak realm what the operator needs; without --apply, print what that is.

    Run again, it changes only what is missing. Exit codes: 0 done or nothing to do, 1 refused or
    something is wrong, 2 wrong usage, 3 could not tell (Keycloak is away, a right is missing).
    """
    from groupaccess.cli.keycloak_setup.credentials import (
        LoginChoice,
        UsageError,
        choose_credentials,
    )
    from groupaccess.cli.keycloak_setup.order import SetupFlags, SetupOrder, setup_options
    from groupaccess.cli.keycloak_setup.process_terminal import (
        ProcessTerminal,
        process_environment,
        refuse_terminal,
    )

    flags = SetupFlags(
        realm=realm,
        client=client,
        groups_claim=groups_claim,
        login_clients=tuple(login_client or ("headlamp",)),
        canary=None if no_canary else canary,
        classic=classic,
        pod_token=pod_token,
        jwks=jwks,
        subject=subject,
        provider=provider,
        cli_client=device_client if create_cli_client else None,
    )
    try:
        refuse_terminal(secret_file)
        choice = LoginChoice(login_realm, totp, keycloak_token, device, device_client)
        order = SetupOrder(
            url=url,
            ca=ca,
            options=setup_options(flags),
            apply=apply,
            dry_run=dry_run,
            undo=undo,
            secret_file=secret_file,
            namespace=namespace,
            secret_name=secret_name,
            login=choice,
            credentials=choose_credentials(choice, process_environment(), ProcessTerminal()),
        )
        order.check()
    except UsageError as error:
        typer.echo(f"error: {error}.", err=True)
        raise typer.Exit(2) from error
    from groupaccess.cli.keycloak_setup.run import run_setup

    raise typer.Exit(run_setup(order))
