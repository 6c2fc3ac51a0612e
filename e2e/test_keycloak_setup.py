"""`groupaccess keycloak-setup` on a real Keycloak: once, twice, undone, and when it may not."""

import re
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from testbed import canary
from testbed.cluster import Cluster
from testbed.installation import NAMESPACE
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.ports import free_port
from testbed.realm import PASSWORD, Realm
from testbed.realm_pool import RealmPool
from testbed.setup_command import (
    Browser,
    SetupCommand,
    create_administrator,
    one_time_code,
)
from testbed.waiting import eventually

pytestmark = pytest.mark.setup

NOTHING = "Nothing to change"


@pytest.fixture
def setup(keycloak: Keycloak) -> SetupCommand:
    """Give the command."""
    return SetupCommand(keycloak)


@pytest.fixture
def bare(keycloak: Keycloak, name: str) -> Iterator[Realm]:
    """Give a realm as a new user has it: with people's client, without the operator's."""
    made = keycloak.create_realm(name)
    made.clients.create_headlamp()
    yield made
    keycloak.set_aside(made)


def contents(realm: Realm) -> object:
    """Return what a realm has, of what the command may change."""
    call = realm.clients.call
    clients = {each["clientId"]: each.get("protocolMappers") for each in call("GET", "/clients")}
    clients.pop("admin-permissions", None)
    return clients, call("GET", "/groups"), call("GET", "/identity-provider/instances")


@pytest.mark.parametrize(
    "options",
    [(), ("--classic",), ("--no-canary",), ("--create-cli-client", "--login-client", "kubectl")],
    ids=" ".join,
)
def test_it_is_planned_made_once_and_undone(
    setup: SetupCommand, bare: Realm, options: tuple[str, ...]
) -> None:
    before = contents(bare)
    plan = setup(bare.name, *options)
    assert plan.code == 0, plan.error
    assert "would be made" in plan.output.splitlines()[0]
    assert f"POST /admin/realms/{bare.name}/clients " in plan.output
    assert contents(bare) == before
    assert setup(bare.name, *options, "--apply").code == 0
    made = contents(bare)
    again = setup(bare.name, *options, "--apply")
    assert (again.code, again.output.splitlines()[0]) == (
        0,
        f'{NOTHING}: realm "{bare.name}" has what the operator needs.',
    )
    assert contents(bare) == made
    undone = setup(bare.name, "--undo", "--apply")
    assert undone.code == 0, undone.error
    assert contents(bare) == before
    assert "Nothing to delete" in setup(bare.name, "--undo").output


def test_a_realm_that_is_half_made_is_completed(setup: SetupCommand, bare: Realm) -> None:
    assert setup(bare.name, "--apply").code == 0
    bare.clients.drop_permission("groups")
    bare.clients.delete_mapper("groupaccess", "groupaccess audience headlamp")
    bare.delete_group("/groupaccess-canary")
    assert setup(bare.name).output.count("  create ") == 5
    assert setup(bare.name, "--apply").code == 0
    bare.clients.delete("groupaccess")  # and with it its account, its policy's user
    assert setup(bare.name, "--apply").code == 0
    assert NOTHING in setup(bare.name).output


def test_the_classic_roles_in_realm_master_are_those_of_another_client(
    setup: SetupCommand, keycloak: Keycloak
) -> None:
    client = ("--client", "groupaccess-classic", "--canary", "classic-canary", "--classic")
    assert setup("master", *client, "--apply").code == 0
    master = keycloak.realm("master")
    user = master.user_id("service-account-groupaccess-classic")
    management = master.clients.internal_id("master-realm")
    roles = master.clients.call("GET", f"/users/{user}/role-mappings/clients/{management}")
    assert {each["name"] for each in roles} == {"view-users", "view-clients"}
    assert NOTHING in setup("master", *client).output
    assert setup("master", *client[:4], "--undo", "--apply").code == 0
    assert master.admin.get_client_id("groupaccess-classic") is None


def test_the_pods_token_is_trusted_and_keys_take_the_place_of_the_issuer(
    setup: SetupCommand, bare: Realm, tmp_path: Path
) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys": []}')
    issuer = ("--pod-token", "https://cluster.example")
    for options in (issuer, (*issuer, "--jwks", str(keys))):
        assert setup(bare.name, *options, "--apply").code == 0
        assert NOTHING in setup(bare.name, *options).output
    provider = bare.clients.call("GET", "/identity-provider/instances/kubernetes")
    assert provider["providerId"] == "oidc"
    assert setup(bare.name, "--undo", "--apply").code == 0
    assert bare.clients.call("GET", "/identity-provider/instances") == []


def test_a_permission_of_others_keeps_its_rights(setup: SetupCommand, bare: Realm) -> None:
    assert setup(bare.name, "--apply", "--client", "other", "--no-canary").code == 0
    refused = setup(bare.name, "--apply")
    assert refused.code == 1
    assert 'permission "other views groups" lets others view all Groups' in refused.error
    server = bare.clients.setup().permissions_path()
    (policy,) = bare.clients.call("GET", f"{server}/policy/user?name=other")
    users = [bare.user_id(f"service-account-{each}") for each in ("other", "groupaccess")]
    path = f"{server}/policy/user/{policy['id']}"
    bare.clients.call("PUT", path, {**policy, "users": users})
    agreed = setup(bare.name, "--apply")
    assert agreed.code == 0, agreed.error


def test_the_secret_goes_to_a_pipe_or_a_private_file_and_nowhere_else(
    setup: SetupCommand, bare: Realm, tmp_path: Path
) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("older")
    file.chmod(0o644)
    filed = setup(bare.name, "--apply", "--secret-file", str(file))
    secret = bare.clients.secret("groupaccess") or ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    manifest = yaml.safe_load(file.read_text())
    assert manifest["stringData"] == {"client-id": "groupaccess", "client-secret": secret}
    assert secret not in filed.output + filed.error
    piped = setup(bare.name, "--secret-file", "-")
    assert yaml.safe_load(piped.output) == manifest
    assert secret not in piped.error
    assert secret not in setup(bare.name, "--apply").output


def test_what_is_printed_makes_verified_and_api_server_true(
    setup: SetupCommand,
    operator_process: OperatorProcess,
    installed: Cluster,
    realm_pool: RealmPool,
    keycloak: Keycloak,
) -> None:
    realm = realm_pool.take(installed)
    realm.clients.delete("groupaccess")
    realm.create_group("/SRE")
    canary.let_review(installed, yes=True)
    try:
        operator_process.start()
        with closing(Objects(installed)) as objects:
            made = setup(realm.name, "--apply")
            assert made.code == 0, made.error
            objects.apply(*printed(setup, realm, made.output, keycloak.ca_file.read_text()))
            objects.apply(access("ordinary", "default", mapping("sre", "SRE")))

            def is_true() -> None:
                for kind, condition in (("kcd/default", "ApiServer"), ("ga/ordinary", "Verified")):
                    read = objects.conditions(kind)[condition]
                    assert read["status"] == "True", read

            eventually(is_true, within=60, what="Verified and ApiServer are True")
    finally:
        canary.let_review(installed, yes=False)
        realm_pool.give_back(realm, installed)


def printed(setup: SetupCommand, realm: Realm, output: str, ca: str) -> list[dict[str, object]]:
    """Return the objects that the command prints, and the CA that it says to make."""
    (directory,) = re.findall(r"<<'EOF'\n(.*?)\nEOF", output, re.DOTALL)
    secret = yaml.safe_load(setup(realm.name, "--secret-file", "-").output)
    authority = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "keycloak-ca", "namespace": NAMESPACE},
        "data": {"ca.crt": ca},
    }
    return [secret, authority, yaml.safe_load(directory)]


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


def test_a_device_login_reads_and_is_refused_to_write(
    setup: SetupCommand, bare: Realm, keycloak: Keycloak
) -> None:
    create_administrator(bare, "carol")
    assert setup(bare.name, "--apply", "--create-cli-client").code == 0
    for options, code in (((), 0), (("--undo", "--apply"), 3)):
        device = ("--device", "--login-realm", bare.name)
        with setup.begin(bare.name, *device, *options, KEYCLOAK_USER=None) as process:
            assert process.stderr is not None
            (address,) = re.findall(r"Open (\S+) and enter", process.stderr.readline())
            with closing(Browser(keycloak.ca_file)) as browser:
                browser.approve(address, "carol")
            output, error = process.communicate(timeout=60)
        assert process.returncode == code, error
        assert "Traceback" not in error
    assert "error: DELETE " in error
    assert 'lacks the role "manage-realm"' in error
    assert "changes would be made" not in output


def test_each_missing_right_is_named(setup: SetupCommand, bare: Realm) -> None:
    assert setup(bare.name, "--apply", "--no-canary").code == 0
    for number, (roles, named) in enumerate(
        (
            (("view-users",), "view-realm"),
            (("manage-realm",), "view-clients"),
            (("manage-realm", "manage-clients"), "view-users"),
            (("manage-realm", "manage-clients", "view-users"), "manage-users"),
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
    failed = setup("master", *options, **variables)
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
        process.send_signal(2)
        _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert error == "error: interrupted. Nothing was written.\n"
