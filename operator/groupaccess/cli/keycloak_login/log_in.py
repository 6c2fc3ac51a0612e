"""Logs in to Keycloak as whoever runs a command. Slow to import: only when it runs."""

import asyncio

import typer

from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.adapters.keycloak.setup.login import (
    KeycloakDevice,
    client_token,
    password_token,
)
from groupaccess.application.device_login import log_in_by_device
from groupaccess.application.ports.keycloak_setup import DeviceCode
from groupaccess.cli.keycloak_login.credentials import (
    AccessToken,
    AdminCredentials,
    ClientCredentials,
    DeviceCredentials,
    PasswordCredentials,
)
from groupaccess.cli.progress import without_progress
from groupaccess.domain.text import printable_text


async def log_in(session: HttpSession, realm: str, credentials: AdminCredentials) -> str:
    """Log in in a realm; return an access token.

    Raise SetupRefusedError or SetupUnknownError, whose text says what to do.
    """
    match credentials:
        case AccessToken(token):
            return token
        case ClientCredentials(client_id, secret):
            return await client_token(session, realm, client_id, secret)
        case PasswordCredentials(user, password, totp):
            return await password_token(session, realm, user, password, totp)
        case DeviceCredentials(client_id):
            device = KeycloakDevice(session, realm, client_id)
            return await log_in_by_device(device, _show_code, asyncio.sleep)


def _show_code(code: DeviceCode) -> None:
    address = printable_text(code.verification_uri_complete or code.verification_uri)
    minutes = max(1, round(code.expires_in / 60))
    with without_progress():
        typer.echo(
            f"Open {address} and enter the code {printable_text(code.user_code)}. It is good for "
            f"{minutes} min; waiting for you …",
            err=True,
        )
