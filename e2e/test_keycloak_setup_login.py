"""Who logs in to run `groupaccess keycloak-setup`, and what is said when that fails."""

import re
import signal
from contextlib import closing

import pytest

from testbed.keycloak import Keycloak
from testbed.ports import free_port
from testbed.realm import PASSWORD, Realm
from testbed.setup_command import (
    Browser,
    SetupCommand,
    TypedResult,
    create_administrator,
    one_time_code,
)

pytestmark = pytest.mark.setup

NOTHING = "Nothing to change"


def test_an_administrator_of_the_realm_logs_in_there_with_a_one_time_code(
    setup: SetupCommand, bare: Realm
) -> None:
    create_administrator(bare, "carol", totp=True)
    carol = {"KEYCLOAK_USER": "carol", "KEYCLOAK_PASSWORD": PASSWORD}
    refused = setup(bare.name, "--login-realm", bare.name, **carol)
    assert refused.code == 1
    assert "--totp" in refused.error
    no_terminal = setup(bare.name, "--login-realm", bare.name, "--totp", **carol)
    assert no_terminal.code == 2
    assert "KEYCLOAK_TOTP is not set" in no_terminal.error
    code = one_time_code()
    let_in = setup(bare.name, "--login-realm", bare.name, KEYCLOAK_TOTP=code, **carol)
    assert let_in.code == 0, let_in.error


def test_a_client_with_a_service_account_and_a_token_log_in(
    setup: SetupCommand, bare: Realm
) -> None:
    bare.clients.create("automation", serviceAccountsEnabled=True)
    bare.clients.grant("realm-admin", client_id="automation")
    secret = bare.clients.secret("automation") or ""
    client = {"KEYCLOAK_CLIENT_ID": "automation", "KEYCLOAK_CLIENT_SECRET": secret}
    own = ("--login-realm", bare.name)
    by_client = setup(bare.name, *own, "--apply", KEYCLOAK_USER=None, **client)
    assert by_client.code == 0, by_client.error
    create_administrator(bare, "carol")
    token = str(bare.token("carol")["access_token"])
    by_token = setup(bare.name, "--keycloak-token", "-", stdin=token, KEYCLOAK_USER=None)
    assert NOTHING in by_token.output, by_token.error


def by_device(setup: SetupCommand, realm: Realm, keycloak: Keycloak, *options: str) -> TypedResult:
    """Run the command with a device login, which carol approves in a browser."""
    device = ("--device", "--login-realm", realm.name)
    with setup.begin(realm.name, *device, *options, KEYCLOAK_USER=None) as process:
        assert process.stderr is not None
        (address,) = re.findall(r"Open (\S+) and enter", process.stderr.readline())
        with closing(Browser(keycloak.ca_file)) as browser:
            browser.answer(address, "carol")
        output, error = process.communicate(timeout=60)
    assert "Traceback" not in error
    return TypedResult(process.returncode, output, error)


def test_a_device_login_reads_and_is_refused_to_write(
    setup: SetupCommand, bare: Realm, keycloak: Keycloak
) -> None:
    create_administrator(bare, "carol")
    assert setup(bare.name, "--apply", "--create-cli-client").code == 0
    read = by_device(setup, bare, keycloak)
    assert NOTHING in read.output, read.error
    written = by_device(setup, bare, keycloak, "--undo", "--apply")
    assert written.code == 3
    assert "error: DELETE " in written.error
    assert "The login lacks the role " in written.error
    assert "0 of 7 changes were made" in written.error


def test_each_missing_right_is_named(setup: SetupCommand, bare: Realm) -> None:
    assert setup(bare.name, "--apply", "--no-canary").code == 0
    for number, (roles, named) in enumerate(
        (
            (("view-users",), "view-realm"),
            (("manage-realm",), "view-clients"),
            (("manage-realm", "manage-clients"), "manage-users"),
        )
    ):
        create_administrator(bare, f"admin-{number}", *roles)
        login = {"KEYCLOAK_USER": f"admin-{number}", "KEYCLOAK_PASSWORD": PASSWORD}
        refused = setup(bare.name, "--login-realm", bare.name, "--apply", **login)
        assert refused.code == 3, refused.error
        assert f'lacks the role "{named}"' in refused.error


@pytest.mark.parametrize(
    ("options", "variables", "code", "words"),
    [
        ((), {"KEYCLOAK_PASSWORD": "wrong"}, 1, "Invalid user credentials. Please check"),
        ((), {"KEYCLOAK_USER": None}, 2, "KEYCLOAK_USER is not set"),
        (("--login-realm", "nowhere"), {}, 1, "correct --login-realm"),
        (("--device",), {}, 1, "refused the login with client"),
        (("--keycloak-token", "/nowhere"), {}, 2, "--keycloak-token: /nowhere cannot be read"),
        (
            (),
            {"KEYCLOAK_USER": None, "KEYCLOAK_CLIENT_ID": "x", "KEYCLOAK_CLIENT_SECRET": "x"},
            1,
            "check KEYCLOAK_CLIENT_ID",
        ),
    ],
)
def test_a_login_that_fails_is_a_sentence(
    setup: SetupCommand,
    options: tuple[str, ...],
    variables: dict[str, str | None],
    code: int,
    words: str,
) -> None:
    failed = setup("master", *options, stdin="", **variables)
    assert (failed.code, failed.output) == (code, "")
    assert words in failed.error
    assert len(failed.error.splitlines()) == 1


def test_a_realm_or_an_address_that_is_wrong_is_a_sentence(
    setup: SetupCommand, keycloak: Keycloak
) -> None:
    url, ca = keycloak.url, ("--ca", str(keycloak.ca_file))
    for arguments, code, words in (
        ((url, "nowhere", *ca), 1, 'realm "nowhere" does not exist: correct REALM'),
        ((f"{url}/auth", "master", *ca), 3, "Keycloak has no such path: correct URL"),
        ((f"{url}/realms/master", "master", *ca), 2, "leave out /realms"),
        ((url, "master"), 3, "add the CA that signed it to --ca"),
        ((url, "master", "--ca", __file__), 1, "has no certificate that can be read"),
        ((f"https://localhost:{free_port()}", "master", *ca), 3, "the connection was refused"),
        (("https://keycloak.invalid", "master", *ca), 3, "the host name was not found"),
        (("http://keycloak.invalid", "master"), 2, "is not https"),
    ):
        failed = setup.at(*arguments)
        assert failed.code == code, failed.error
        assert words in re.sub(r"[\s│]+", " ", failed.error)


def test_ctrl_c_is_a_sentence(setup: SetupCommand, bare: Realm) -> None:
    assert setup(bare.name, "--apply", "--create-cli-client").code == 0
    device = ("--device", "--login-realm", bare.name)
    with setup.begin(bare.name, *device, KEYCLOAK_USER=None) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Open ")
        process.send_signal(signal.SIGINT)
        try:
            _, error = process.communicate(timeout=30)
        finally:
            process.kill()  # if it did not hear
    assert process.returncode == 130
    assert error == "error: interrupted. Nothing was written.\n"
