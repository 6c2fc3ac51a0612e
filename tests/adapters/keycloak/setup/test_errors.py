"""Each error of Keycloak, or on the way to it, is a sentence for whoever sets up a realm."""

from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest

from fakes.keycloak_server import KeycloakServer
from groupaccess.adapters.keycloak.connection.setting_names import WHY_OPTIONS
from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.adapters.keycloak.setup.login import KeycloakDevice, client_token, password_token
from groupaccess.adapters.keycloak.setup.realm import KeycloakRealmAdmin
from groupaccess.application.ports.keycloak_setup import (
    DeviceCode,
    SetupRefusedError,
    SetupUnknownError,
)
from groupaccess.domain.keycloak_setup.calls import AdminCall
from groupaccess.domain.keycloak_setup.options import SetupOptions
from testbed.ports import free_port

OPTIONS = SetupOptions("main")
CODE = DeviceCode("d3vice", "ABCD", "https://auth.example.com/device", 600, 5)


@pytest.fixture
async def server() -> AsyncIterator[KeycloakServer]:
    made = KeycloakServer()
    async with made.serve():
        yield made


@pytest.fixture
async def session(server: KeycloakServer, tmp_path: Path) -> AsyncIterator[HttpSession]:
    ca = tmp_path / "ca.crt"
    ca.write_text(server.ca)
    made = HttpSession(server.url, ca)
    yield made
    await made.close()


async def refused(call: Awaitable[Any]) -> str:
    with pytest.raises(SetupRefusedError) as error:
        await call
    return str(error.value)


async def unknown(call: Awaitable[Any]) -> str:
    with pytest.raises(SetupUnknownError) as error:
        await call
    return str(error.value)


def login(session: HttpSession, totp: str | None = None) -> Awaitable[str]:
    return password_token(session, "main", "admin", "s3cret", totp)


def oauth(code: int, error: str, words: str) -> tuple[int, str]:
    return code, f'{{"error": "{error}", "error_description": "{words}"}}'


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (oauth(401, "invalid_grant", "Invalid user credentials"), "also needs --totp"),
        (oauth(400, "invalid_grant", "Account is not fully set up"), "log in once in a browser"),
        (oauth(400, "invalid_grant", "Account disabled"), "enable the user"),
        (oauth(404, "Realm does not exist", "Realm does not exist"), "correct --login-realm"),
        (
            oauth(400, "unauthorized_client", "Client not allowed for direct access grants"),
            "log in with --device or --keycloak-token",
        ),
    ],
)
async def test_a_refused_login_says_what_to_do(
    server: KeycloakServer, session: HttpSession, answer: tuple[int, str], words: str
) -> None:
    server.answers["token"] = answer
    message = await refused(login(session, "012345"))
    assert words in message
    assert "s3cret" not in message
    assert "012345" not in message


async def test_a_refused_client_says_which_variables_to_check(
    server: KeycloakServer, session: HttpSession
) -> None:
    server.answers["token"] = oauth(401, "unauthorized_client", "Invalid client credentials")
    message = await refused(client_token(session, "main", "ci", "s3cret"))
    assert 'of client "ci"' in message
    assert "KEYCLOAK_CLIENT_SECRET" in message


async def test_a_path_that_keycloak_does_not_have_is_the_url(
    server: KeycloakServer, session: HttpSession
) -> None:
    words = "Unable to find matching target resource method"
    server.answers["token"] = oauth(404, words, words)
    assert "correct URL" in await unknown(login(session))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            (404, "<html>not here</html>"),
            "set URL to Keycloak's own address (with or without /auth",
        ),
        ((200, "<html>log in</html>"), "such as a proxy or its login page"),
        ((502, "bad gateway"), "does not reach Keycloak"),
        ((200, '{"token": 1}'), "the answer cannot be read"),
    ],
)
async def test_an_answer_that_is_not_keycloaks_is_said_to_be(
    server: KeycloakServer, session: HttpSession, answer: tuple[int, str], words: str
) -> None:
    server.answers["token"] = answer
    message = await unknown(login(session))
    assert words in message
    assert "spec." not in message


async def test_a_certificate_that_is_not_trusted_names_the_option(server: KeycloakServer) -> None:
    session = HttpSession(server.url, None)
    assert "add the CA that signed it to --ca" in await unknown(login(session))
    await session.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1:{port}", "the connection was refused"),
        ("http://127.0.0.1:{port}", "the connection was refused"),
        ("https://keycloak.invalid", "the host name was not found"),
        ("http://keycloak.invalid", "this is not https, so this command sends no credentials"),
    ],
)
async def test_a_server_that_is_not_reached_is_named(url: str, words: str) -> None:
    url = url.format(port=free_port())
    session = HttpSession(url, None)
    message = await unknown(login(session))
    assert words in message
    assert url in message
    await session.close()


def test_a_ca_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupRefusedError, match=r"--ca: .* cannot be read: No such file"):
        HttpSession("https://auth.example.com", tmp_path / "nowhere")
    empty = tmp_path / "ca.crt"
    empty.write_text("no certificate")
    with pytest.raises(SetupRefusedError, match=r"--ca: .* has no certificate that can be read"):
        HttpSession("https://auth.example.com", empty)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            (403, '{"error": "HTTP 403 Forbidden"}'),
            'lacks the role "view-realm" of client',
        ),
        ({"realm": "main"}, 'lacks the role "view-realm"'),
        ((401, '{"error": "HTTP 401 Unauthorized"}'), "does not accept the token"),
        ((500, '{"error": "unknown_error"}'), "HTTP 500 from Keycloak: unknown_error"),
    ],
)
async def test_a_realm_that_is_not_shown_names_the_right(
    server: KeycloakServer, session: HttpSession, answer: object, words: str
) -> None:
    server.answers["main"] = answer
    with pytest.raises((SetupRefusedError, SetupUnknownError)) as error:
        await KeycloakRealmAdmin(session, "main").read(OPTIONS)
    assert words in str(error.value)


async def test_why_names_its_own_options(server: KeycloakServer, session: HttpSession) -> None:
    session.names = WHY_OPTIONS
    server.answers["token"] = oauth(404, "x", "Unable to find matching target resource method")
    assert "--url (without it: spec.issuer" in await unknown(login(session))
    server.answers["openid-configuration"] = oauth(404, "Realm does not exist", "Realm does not")
    read = KeycloakRealmAdmin(session, "main").read(OPTIONS)
    assert "correct spec.issuer of the KeycloakDirectory" in await refused(read)


async def test_a_realm_that_does_not_exist_is_named(
    server: KeycloakServer, session: HttpSession
) -> None:
    server.answers["openid-configuration"] = oauth(404, "Realm does not exist", "Realm does not")
    message = await refused(KeycloakRealmAdmin(session, "main").read(OPTIONS))
    assert message.startswith('realm "main" does not exist: correct REALM')


@pytest.mark.parametrize("realm", ["master", "main"])
async def test_a_write_without_the_right_names_it_and_where_it_is(
    server: KeycloakServer, session: HttpSession, realm: str
) -> None:
    server.answers["groups"] = (403, '{"error": "HTTP 403 Forbidden"}')
    call = AdminCall("POST", "/groups", {"name": "canary"}, "manage-users")
    message = await unknown(KeycloakRealmAdmin(session, realm).make(call, {}))
    assert message.startswith('POST /groups: 403. The login lacks the role "manage-users"')
    assert ("master-realm" in message) == (realm == "master")


async def test_what_somebody_else_made_meanwhile_is_said(
    server: KeycloakServer, session: HttpSession
) -> None:
    server.answers["groups"] = (409, '{"errorMessage": "Top level group exists"}')
    call = AdminCall("POST", "/groups", {"name": "canary"}, "manage-users")
    message = await refused(KeycloakRealmAdmin(session, "main").make(call, {}))
    assert "Top level group exists" in message
    assert "run this again" in message


async def test_permissions_that_are_turned_off_in_the_server_are_said(
    server: KeycloakServer, session: HttpSession
) -> None:
    server.answers["clients"] = []
    path = "/clients/{admin-permissions}/authz/resource-server/policy/user"
    call = AdminCall("POST", path, {}, "manage-realm")
    message = await refused(KeycloakRealmAdmin(session, "main").make(call, {}))
    assert "admin-fine-grained-authz:v2" in message


async def test_a_device_login_begins_and_is_polled(
    server: KeycloakServer, session: HttpSession
) -> None:
    server.answers["device"] = {
        "device_code": "d3vice",
        "user_code": "ABCD",
        "verification_uri": "https://auth.example.com/device",
        "expires_in": 600,
    }
    device = KeycloakDevice(session, "main", "groupaccess-cli")
    assert await device.authorize() == CODE
    server.answers["token"] = oauth(400, "slow_down", "Slow down")
    assert await device.poll(CODE) == ("", "slow_down")
    server.answers["token"] = {"access_token": "t0ken"}
    assert await device.poll(CODE) == ("t0ken", "")


async def test_a_client_without_the_device_grant_is_a_sentence(
    server: KeycloakServer, session: HttpSession
) -> None:
    words = "Client is not allowed to initiate OAuth 2.0 Device Authorization Grant."
    server.answers["device"] = oauth(400, "unauthorized_client", words)
    message = await refused(KeycloakDevice(session, "main", "groupaccess-cli").authorize())
    assert "--create-cli-client" in message
