"""The options of a login to Keycloak."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from groupaccess.cli.keycloak_login.credentials import LoginChoice
from groupaccess.cli.keycloak_login.values import keycloak_url, not_empty

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


KeycloakUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        callback=lambda typed: typed and keycloak_url(typed),
        help="Where you reach Keycloak, if not at the issuer: https://keycloak.keycloak.svc:8443",
        rich_help_panel=LOGIN,
    ),
]


@dataclass(frozen=True, kw_only=True)
class TypedLogin:
    """The options of a login, as they were typed; for a command whose options are a dataclass."""

    ca: Ca = None
    login_realm: LoginRealm = "master"
    totp: Totp = False
    keycloak_token: KeycloakToken = None
    device: Device = False
    device_client: DeviceClient = "groupaccess-cli"

    @property
    def login(self) -> LoginChoice:
        """Return how whoever runs the command logs in."""
        return LoginChoice(
            self.login_realm, self.totp, self.keycloak_token, self.device, self.device_client
        )
