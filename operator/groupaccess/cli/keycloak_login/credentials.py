"""How the administrator logs in: chosen from options and the environment, never from arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class UsageError(Exception):
    """Something is missing or contradicts itself. The text says what to do."""


class Terminal(Protocol):
    """A terminal, if there is one, and standard input."""

    @property
    def is_interactive(self) -> bool:
        """Return whether a person can be asked."""

    def ask(self, question: str, *, hidden: bool) -> str:
        """Ask a person; `hidden` shows nothing of the answer."""

    def read_input(self) -> str:
        """Return all of standard input."""


@dataclass(frozen=True, slots=True)
class LoginChoice:
    """The options of the login."""

    realm: str = "master"
    totp: bool = False
    token_file: str | None = None
    device: bool = False
    device_client: str = "groupaccess-cli"


@dataclass(frozen=True, slots=True)
class PasswordCredentials:
    """A user, the password, and a one-time code if there is one."""

    user: str
    password: str = field(repr=False)
    totp: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client with a service account."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that somebody else got."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceCredentials:
    """A public client for the device login."""

    client_id: str


AdminCredentials = PasswordCredentials | ClientCredentials | AccessToken | DeviceCredentials


def choose_credentials(
    choice: LoginChoice, environment: Mapping[str, str], terminal: Terminal
) -> AdminCredentials:
    """Return the credentials; raise UsageError when they are missing or more than one is set."""
    by_client = environment.get("KEYCLOAK_CLIENT_ID", "")
    by_user = environment.get("KEYCLOAK_USER", "")
    if choice.device and choice.token_file is not None:
        raise UsageError("--device and --keycloak-token are two logins: choose one")
    if choice.token_file is not None:
        return AccessToken(_token(choice.token_file, terminal))
    if choice.device:
        return DeviceCredentials(choice.device_client)
    if by_client and by_user:
        raise UsageError(
            "KEYCLOAK_USER and KEYCLOAK_CLIENT_ID are both set, which are two logins: unset one"
        )
    if by_client:
        secret = _value("KEYCLOAK_CLIENT_SECRET", environment, terminal, hidden=True)
        return ClientCredentials(by_client, secret)
    user = _value("KEYCLOAK_USER", environment, terminal, hidden=False)
    password = _value("KEYCLOAK_PASSWORD", environment, terminal, hidden=True)
    code = environment.get("KEYCLOAK_TOTP") or None
    if code is None and choice.totp:
        code = _value("KEYCLOAK_TOTP", environment, terminal, hidden=False)
    return PasswordCredentials(user, password, code)


def is_login_given(choice: LoginChoice, environment: Mapping[str, str]) -> bool:
    """Tell whether somebody wants to log in: nobody is asked for a login that is optional."""
    named = any(environment.get(name) for name in ("KEYCLOAK_USER", "KEYCLOAK_CLIENT_ID"))
    return named or choice.device or choice.token_file is not None


QUESTIONS = {
    "KEYCLOAK_USER": "Keycloak administrator",
    "KEYCLOAK_PASSWORD": "Password",
    "KEYCLOAK_CLIENT_SECRET": "Client secret",
    "KEYCLOAK_TOTP": "One-time code",
}


def _value(name: str, environment: Mapping[str, str], terminal: Terminal, *, hidden: bool) -> str:
    if value := environment.get(name, ""):
        return value
    if not terminal.is_interactive:
        raise UsageError(
            f"{name} is not set, and there is no terminal to ask on: set it, or log in with "
            "--device or --keycloak-token"
        )
    if answer := terminal.ask(QUESTIONS[name], hidden=hidden):
        return answer
    raise UsageError(f"{QUESTIONS[name]}: nothing was typed. Set {name}, or type it")


def _token(file: str, terminal: Terminal) -> str:
    text = terminal.read_input() if file == "-" else read_text("--keycloak-token", Path(file))
    token = text.strip()
    if not token or not token.isascii() or any(c.isspace() for c in token):
        source = "standard input" if file == "-" else file
        raise UsageError(f"--keycloak-token: {source} holds no access token")
    return token


def read_text(option: str, file: Path) -> str:
    """Return the text of a file; raise UsageError, which names the option, if it is not there."""
    try:
        return file.read_text()
    except OSError as error:
        raise UsageError(f"{option}: {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{option}: {file} is no text") from error
