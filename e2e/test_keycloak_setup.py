"""`groupaccess keycloak-setup` on a real Keycloak: once, twice, undone, and when it may not."""

import re
import stat
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
from testbed.realm import Realm
from testbed.realm_pool import RealmPool
from testbed.setup_command import (
    SetupCommand,
)
from testbed.waiting import eventually

pytestmark = pytest.mark.setup

NOTHING = "Nothing to change"


def contents(realm: Realm) -> object:
    """Return what a realm has, of what the command may change."""
    call = realm.clients.call
    clients = {each["clientId"]: each.get("protocolMappers") for each in call("GET", "/clients")}
    clients.pop("admin-permissions", None)
    return clients, call("GET", "/groups"), call("GET", "/identity-provider/instances")


def test_it_is_planned_made_once_and_undone(setup: SetupCommand, bare: Realm) -> None:
    before = contents(bare)
    plan = setup(bare.name)
    assert plan.code == 0, plan.error
    assert "would be made" in plan.output.splitlines()[0]
    assert f"POST /admin/realms/{bare.name}/clients " in plan.output
    assert contents(bare) == before
    assert setup(bare.name, "--apply").code == 0
    made = contents(bare)
    again = setup(bare.name, "--apply")
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

            def is_true() -> bool:
                for kind, condition in (("kcd/default", "ApiServer"), ("ga/ordinary", "Verified")):
                    read = objects.conditions(kind)[condition]
                    assert read["status"] == "True", read
                return True

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
