"""What the command prints and how it ends."""

import stat
from pathlib import Path

import pytest
import yaml

from cli.keycloak_setup.setup_run import FailingAt, run
from fakes.keycloak_setup import SECRET, FakeRealmAdmin
from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.keycloak_setup import SetupRefusedError
from groupaccess.domain.keycloak_setup.calls import AdminCall, Ids
from groupaccess.domain.keycloak_setup.options import ClusterTrust, SetupOptions
from groupaccess.domain.keycloak_setup.state import SharedPermission

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def realm() -> FakeRealmAdmin:
    return FakeRealmAdmin("headlamp")


async def test_without_apply_the_calls_are_printed_and_none_is_made(
    realm: FakeRealmAdmin, capsys: Captured
) -> None:
    assert await run(realm) == 0
    assert realm.calls == []
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        '10 changes would be made in realm "ADMIN" of https://auth.example.com; --apply makes them:'
    )
    assert lines[1] == '  create client "groupaccess"'
    assert lines[2].startswith('    POST /admin/realms/ADMIN/clients {"')
    assert "    PUT /admin/realms/ADMIN/users/{account}/groups/{canary}" in lines


async def test_apply_prints_a_line_for_each_change_and_what_to_do_next(
    realm: FakeRealmAdmin, capsys: Captured
) -> None:
    assert await run(realm, apply=True) == 0
    output = capsys.readouterr().out
    assert output.count("  created ") == 9
    assert output.count("  changed ") == 1
    assert "--secret-file - | kubectl apply --server-side -f -" in output
    assert SECRET not in output


async def test_a_second_run_says_that_there_is_nothing_to_change(
    realm: FakeRealmAdmin, capsys: Captured
) -> None:
    await run(realm, apply=True)
    made = len(realm.calls)
    capsys.readouterr()
    assert await run(realm, apply=True) == 0
    assert len(realm.calls) == made
    assert capsys.readouterr().out.startswith('Nothing to change: realm "ADMIN" has')


async def test_undo_is_printed_first_and_then_made(realm: FakeRealmAdmin, capsys: Captured) -> None:
    await run(realm, apply=True)
    made = len(realm.calls)
    capsys.readouterr()
    assert await run(realm, undo=True) == 0
    assert len(realm.calls) == made
    assert '  delete client "groupaccess"' in capsys.readouterr().out
    assert await run(realm, undo=True, apply=True) == 0
    captured = capsys.readouterr()
    assert '  deleted client "groupaccess"' in captured.out
    assert "kubectl" not in captured.out
    assert captured.err == (
        "kept: adminPermissionsEnabled of the realm: other administrators may need it.\n"
    )
    assert await run(realm, undo=True) == 0
    assert capsys.readouterr().out.startswith("Nothing to delete")


async def test_what_was_made_before_an_error_is_counted_and_the_next_run_makes_the_rest(
    realm: FakeRealmAdmin, capsys: Captured
) -> None:
    realm.fail = FailingAt(3)
    with pytest.raises(SetupRefusedError, match="3 of 10 changes were made: run this again"):
        await run(realm, apply=True)
    assert capsys.readouterr().out.count("  c") == 3
    realm.fail = FailingAt(1000)
    assert await run(realm, apply=True) == 0


async def test_what_keycloak_does_not_keep_is_an_error(realm: FakeRealmAdmin) -> None:
    realm.enabled = True

    class Forgetful(FakeRealmAdmin):
        async def make(self, call: AdminCall, ids: Ids) -> Ids:
            del call
            return ids

    with pytest.raises(SetupRefusedError, match='did not keep these changes: client "groupacc'):
        await run(Forgetful("headlamp"), apply=True)


async def test_what_stands_in_the_way_ends_it_before_anything_is_made(
    realm: FakeRealmAdmin, capsys: Captured
) -> None:
    realm.knows_permissions = False
    assert await run(realm, apply=True) == 1
    assert realm.calls == []
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: adminPermissionsEnabled: ")


async def test_what_is_wrong_beside_it_does_not_hold_up_the_rest(
    realm: FakeRealmAdmin, capsys: Captured
) -> None:
    realm.shared = (SharedPermission("team views groups", "Groups", "team"),)
    assert await run(realm, apply=True) == 1
    assert realm.calls
    assert 'permission "team views groups"' in capsys.readouterr().err


async def test_the_secret_goes_into_a_file_that_only_the_owner_reads(
    realm: FakeRealmAdmin, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("older")
    file.chmod(0o644)
    assert await run(realm, apply=True, secret_file=str(file)) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    manifest = yaml.safe_load(file.read_text())
    assert manifest["metadata"] == {"name": "keycloak", "namespace": "groupaccess"}
    assert manifest["stringData"] == {"client-id": "groupaccess", "client-secret": SECRET}
    output = capsys.readouterr().out
    assert f"kubectl apply --server-side -f {file} && rm {file}" in output
    assert SECRET not in output


async def test_a_pipe_gets_the_secret_alone(realm: FakeRealmAdmin, capsys: Captured) -> None:
    assert await run(realm, apply=True, secret_file="-") == 0
    captured = capsys.readouterr()
    assert yaml.safe_load(captured.out)["stringData"]["client-secret"] == SECRET
    assert '  created client "groupaccess"' in captured.err
    assert SECRET not in captured.err


async def test_a_secret_of_a_client_that_is_not_there_needs_apply(realm: FakeRealmAdmin) -> None:
    with pytest.raises(SetupRefusedError, match="does not exist yet; add --apply"):
        await run(realm, secret_file="-")


async def test_a_file_that_cannot_be_written_is_named(
    realm: FakeRealmAdmin, tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "secret.yaml"
    with pytest.raises(SetupRefusedError, match=r"secret\.yaml cannot be written: No such file"):
        await run(realm, apply=True, secret_file=str(file))


@pytest.mark.parametrize(
    ("options", "url", "ca", "expected"),
    [
        (SetupOptions("ADMIN"), "https://auth.example.com", None, {"adminURL": None}),
        (
            SetupOptions("ADMIN"),
            "https://keycloak.keycloak.svc:8443/auth",
            Path("ca.crt"),
            {
                "adminURL": "https://keycloak.keycloak.svc:8443/auth",
                "caBundle": {"configMapRef": {"name": "keycloak-ca"}},
            },
        ),
        (SetupOptions("ADMIN"), "http://localhost:8080", None, {"adminURL": None}),
        (
            SetupOptions("ADMIN", cluster=ClusterTrust("https://cluster.example")),
            "https://auth.example.com",
            None,
            {"auth": {"serviceAccountToken": {"clientId": "groupaccess"}}},
        ),
        (
            SetupOptions("ADMIN", canary=None, audiences=("kubectl", "headlamp")),
            "https://auth.example.com",
            None,
            {"canary": None},
        ),
    ],
)
async def test_the_directory_that_is_printed_fits(
    realm: FakeRealmAdmin,
    capsys: Captured,
    options: SetupOptions,
    url: str,
    ca: Path | None,
    expected: dict[str, object],
) -> None:
    assert await run(realm, apply=True, options=options, url=url, ca=ca) == 0
    _, _, rest = capsys.readouterr().out.partition("<<'EOF'\n")
    body = yaml.safe_load(rest.removesuffix("EOF\n"))
    spec = api.KeycloakDirectory.read(body).spec
    assert spec.issuer == "https://auth.example.com/realms/ADMIN"
    assert tuple(each.client_id for each in spec.tokens.clients) == options.audiences
    assert {key: body["spec"].get(key) for key in expected} == expected
