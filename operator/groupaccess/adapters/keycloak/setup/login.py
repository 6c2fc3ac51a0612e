"""The administrator's login: by password, client credentials or a device."""

from collections.abc import Iterator
from contextlib import contextmanager

from keycloak.exceptions import KeycloakConnectionError, KeycloakError

from groupaccess.adapters.keycloak.connection.errors import MALFORMED_ANSWER, NOT_FOUND
from groupaccess.adapters.keycloak.connection.setting_names import SettingNames
from groupaccess.adapters.keycloak.setup.errors import (
    own_words,
    unreachable,
    unreadable,
    wrong_address,
)
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.application.ports.keycloak_setup import (
    DeviceCode,
    SetupRefusedError,
    SetupUnknownError,
)

ADMIN_CLI = "admin-cli"  # a client that each realm has
DEVICE_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL_SECONDS = 5.0  # RFC 8628, where the answer has none
ADVICE = {
    "invalid user credentials": (
        "check KEYCLOAK_USER, KEYCLOAK_PASSWORD and --login-realm; an account with a second factor "
        "also needs --totp"
    ),
    "account is not fully set up": (
        "log in once in a browser and do what Keycloak asks for (a new password, a second factor)"
    ),
    "account disabled": "enable the user, or log in as another one",
    "invalid client": "check KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET",
    "not allowed for direct access grants": (
        "the realm's client admin-cli refuses passwords: log in with --device or --keycloak-token"
    ),
    "not enabled to retrieve service account": (
        "turn on Service account roles of this client, or log in as a user"
    ),
    "device authorization grant": (
        "turn on OAuth 2.0 Device Authorization Grant of the client, or make the client with "
        "--create-cli-client; a login in another realm needs --login-realm"
    ),
}


async def password_token(
    session: HttpSession, realm: str, user: str, password: str, totp: str | None
) -> str:
    """Log a user in by password, and by a one-time code if there is one; return the token."""
    fields = {"grant_type": "password", "client_id": ADMIN_CLI}
    fields |= {"username": user, "password": password}
    if totp is not None:
        fields["totp"] = totp
    with login_errors(session.names, realm, f'of user "{user}"'):
        return str((await session.form(realm, "token", fields))["access_token"])


async def client_token(session: HttpSession, realm: str, client_id: str, secret: str) -> str:
    """Log in as the service account of a client; return the token."""
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    with login_errors(session.names, realm, f'of client "{client_id}"'):
        return str((await session.form(realm, "token", fields))["access_token"])


class KeycloakDevice:
    """The port `DeviceEndpoint`: a login in a realm with a public client."""

    def __init__(self, session: HttpSession, realm: str, client_id: str) -> None:
        self._session, self._realm, self._client_id = session, realm, client_id

    async def authorize(self) -> DeviceCode:
        """Begin a login; raise SetupRefusedError if the client may not."""
        fields = {"client_id": self._client_id, "scope": "openid"}
        with login_errors(self._session.names, self._realm, f'with client "{self._client_id}"'):
            answer = await self._session.form(self._realm, "auth/device", fields)
            return DeviceCode(
                device_code=str(answer["device_code"]),
                user_code=str(answer["user_code"]),
                verification_uri=str(answer["verification_uri"]),
                expires_in=float(answer["expires_in"]),
                interval=float(answer.get("interval", INTERVAL_SECONDS)),
                verification_uri_complete=answer.get("verification_uri_complete"),
            )

    async def poll(self, code: DeviceCode) -> tuple[str, str]:
        """Return an access token and "", or "" and the error's name."""
        fields = {"grant_type": DEVICE_GRANT_TYPE, "client_id": self._client_id}
        fields["device_code"] = code.device_code
        with login_errors(self._session.names, self._realm, f'with client "{self._client_id}"'):
            try:
                answer = await self._session.form(self._realm, "token", fields)
            except KeycloakConnectionError:
                raise
            except KeycloakError as error:
                name, words = own_words(error)
                return "", name or words
            return str(answer["access_token"]), ""


@contextmanager
def login_errors(names: SettingNames, realm: str, who: str) -> Iterator[None]:
    """Turn every error of a login into a sentence."""
    try:
        yield
    except KeycloakConnectionError as error:
        raise SetupUnknownError(f"the login: {unreachable(error, names)}") from error
    except KeycloakError as error:
        name, words = own_words(error)
        if error.response_code == NOT_FOUND and "realm" in words.lower():
            raise SetupRefusedError(
                f'realm "{realm}", in which the login is, does not exist: correct --login-realm'
            ) from error
        if error.response_code == NOT_FOUND:
            raise SetupUnknownError(f"the login: 404, {wrong_address(names)}") from error
        advice = _advice(f"{name} {words}")
        raise SetupRefusedError(
            f"Keycloak refused the login {who} in realm {realm}: {words}{advice}"
        ) from error
    except MALFORMED_ANSWER as error:
        raise SetupUnknownError(unreadable("the login", error, names)) from error


def _advice(words: str) -> str:
    for start, advice in ADVICE.items():
        if start in words.lower():
            return f". Please {advice}"
    return ""
