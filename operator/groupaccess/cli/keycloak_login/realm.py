"""The realm of a KeycloakDirectory, by the login of whoever runs a command. Slow to import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groupaccess.adapters.keycloak.connection.setting_names import WHY_OPTIONS
from groupaccess.adapters.keycloak.people import KeycloakPeople
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.api.v1alpha1.urls import split_issuer
from groupaccess.cli.keycloak_login.credentials import Terminal, choose_credentials
from groupaccess.cli.keycloak_login.log_in import log_in
from groupaccess.cli.keycloak_login.options import TypedLogin
from groupaccess.cli.keycloak_login.process_terminal import process_environment
from groupaccess.domain.access.keycloak_directory import Directory


@asynccontextmanager
async def open_realm(
    typed: TypedLogin, url: str | None, directory: Directory, terminal: Terminal
) -> AsyncIterator[KeycloakPeople]:
    """Log in and give the realm; `url` is where its admin API is, if not at the issuer.

    Raise UsageError when no login was chosen, SetupRefusedError or SetupUnknownError when it fails.
    """
    at_issuer, realm = split_issuer(directory.issuer)
    session = HttpSession(url or at_issuer, typed.ca, WHY_OPTIONS)
    try:
        login = typed.login
        credentials = choose_credentials(login, process_environment(), terminal)
        session.authorize(await log_in(session, login.realm, credentials))
        yield KeycloakPeople(session, realm)
    finally:
        await session.close()
