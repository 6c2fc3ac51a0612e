"""The roles that the page names are enough for each command, and without one it is named."""

import re
from pathlib import Path

import pytest

from suite import mostly_long
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.keycloak import Keycloak
from testbed.realm import PASSWORD, Realm
from testbed.setup_command import SetupCommand, TypedResult, create_administrator

pytestmark = pytest.mark.setup

PAGE = (Path(__file__).parents[1] / "docs" / "troubleshooting.md").read_text()
_, _, TABLE = PAGE.partition("| command | roles |\n")
ROLES = {
    command: re.findall(r"`([\w-]+)`", roles)
    for command, roles in re.findall(r"^\| `([^`]+)`[^|]*\| (.*) \|$", TABLE, re.MULTILINE)
}
SETUPS = [command for command in ROLES if command.startswith("keycloak-setup")]
LACKING = [(command, role) for command in SETUPS for role in ROLES[command]]
LOGIN = {"KEYCLOAK_USER": "carol", "KEYCLOAK_PASSWORD": PASSWORD}
ISSUER = "https://cluster.example"


def typed(setup: SetupCommand, realm: Realm, command: str, without: str = "") -> TypedResult:
    """Run a command as an administrator who has its roles but one, where there is work for it."""
    options = command.replace("--pod-token", f"--pod-token {ISSUER}").split()[1:]
    if "--apply" not in options or "--undo" in options:
        made = [each for each in options if each not in {"--undo", "--apply"}]
        assert setup(realm.name, "--apply", *made).code == 0
    roles = [role for role in ROLES[command] if role != without]
    create_administrator(realm, LOGIN["KEYCLOAK_USER"], *roles)
    return setup(realm.name, "--login-realm", realm.name, *options, **LOGIN)


@pytest.mark.parametrize("command", SETUPS)
def test_the_roles_of_the_page_are_enough(setup: SetupCommand, bare: Realm, command: str) -> None:
    done = typed(setup, bare, command)
    assert done.code == 0, done.error


@pytest.mark.parametrize("lacking", mostly_long(LACKING, LACKING[0], LACKING[-1]), ids=str)
def test_a_role_that_is_missing_is_named(
    setup: SetupCommand, bare: Realm, lacking: tuple[str, str]
) -> None:
    command, without = lacking
    refused = typed(setup, bare, command, without)
    assert refused.code == 3, refused.error
    object_of_role = without.partition("-")[2]
    assert re.search(rf'lacks the role "(view|manage)-{object_of_role}"', refused.error)


@pytest.mark.usefixtures("bound_by_hand")  # so that doctor looks for the group
def test_why_and_doctor_need_two_roles(
    installed: Cluster, keycloak: Keycloak, realm: Realm, directory: str
) -> None:
    realm.create_user("alice", "/SRE")
    place = ("list", "pods", "--namespace=default", f"--directory={directory}")
    login_realm = f"--login-realm={realm.name}"
    create_administrator(realm, LOGIN["KEYCLOAK_USER"], *ROLES["why"])
    enough = ExplainCommand(installed, LOGIN, keycloak.ca_file)
    for who in ("alice", "group:/SRE"):
        assert enough.why(who, *place, login_realm).code == 0
    assert ROLES["doctor"] == ROLES["why"]
    assert "lacks the role" not in str(enough.doctor(login_realm).body)
    for number, role in enumerate(ROLES["why"]):
        create_administrator(realm, f"dave-{number}", role)
        login = LOGIN | {"KEYCLOAK_USER": f"dave-{number}"}
        (missing,) = set(ROLES["why"]) - {role}
        lacking = ExplainCommand(installed, login, keycloak.ca_file)
        for who in ("alice", "group:/SRE"):
            assert f'"{missing}"' in lacking.untold(who, *place, login_realm)
        assert f'lacks the role "{missing}"' in str(lacking.doctor(login_realm).body)
