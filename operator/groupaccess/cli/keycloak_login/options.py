"""The options of the administrator's login to Keycloak."""

from pathlib import Path
from typing import Annotated

import typer

from groupaccess.cli.keycloak_setup.values import not_empty

LOGIN = "Login"

Ca = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The CA of Keycloak's certificate, if it is not a public one.",
        rich_help_panel=LOGIN,
    ),
]
LoginRealm = Annotated[
    str,
    typer.Option(
        callback=not_empty,
        help="The realm in which you log in. User and password come from KEYCLOAK_USER and "
        "KEYCLOAK_PASSWORD, a client's from KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET; what "
        "is missing is asked for on a terminal.",
        rich_help_panel=LOGIN,
    ),
]
Totp = Annotated[
    bool,
    typer.Option(
        "--totp",
        help="Ask for a one-time code, too; or set KEYCLOAK_TOTP.",
        rich_help_panel=LOGIN,
    ),
]
KeycloakToken = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|-",
        help="Log in with an access token from a file or standard input.",
        rich_help_panel=LOGIN,
    ),
]
Device = Annotated[
    bool,
    typer.Option("--device", help="Log in with a browser elsewhere.", rich_help_panel=LOGIN),
]
DeviceClient = Annotated[
    str,
    typer.Option(callback=not_empty, help="The public client of --device.", rich_help_panel=LOGIN),
]
