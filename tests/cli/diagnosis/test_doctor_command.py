"""`groupaccess doctor` against a fake API server: usage, exit codes, and no traceback ever."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import unused_port
from typer.testing import Result

from cli.diagnosis.command import ClusterCommand, invoke, served
from cli.importing import kubeconfig
from fakes.api_server import Answer, page, status

NOT_INSTALLED = Answer(status(404), 404)
FORBIDDEN = Answer(status(403), 403)
NOWHERE = "https://127.0.0.1:{port}/realms/ADMIN"


def doctor(*arguments: str) -> Result:
    return invoke("doctor", *arguments)


@pytest_asyncio.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[ClusterCommand]:
    async with served("doctor", tmp_path) as command:
        yield command


@pytest.mark.parametrize(
    "arguments",
    [
        ("--issuer=https://kc/realms/A",),
        ("--client-id=headlamp",),
        ("--output=xml",),
        ("--token=no-such-file",),
        ("--ca=no-such-file",),
        ("--authentication-config=no-such-file",),
        ("--fail-on=never",),
        ("alice",),
        ("--keycloak-token=-", "--context=a", "--context=b"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...]) -> None:
    result = doctor(*arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("--token", "no token"),
        ("--authentication-config", "kind: Config"),
        ("--authentication-config", "{"),
        ("--ca", "no certificate"),
    ],
)
async def test_a_file_that_cannot_be_read_is_one_sentence(
    cluster: ClusterCommand, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    result = await cluster(f"{name}={file}", answers=(page(), page(), page()))
    assert result.exit_code == 2
    assert name in result.stderr
    assert text not in result.stderr or name != "--token"


def test_an_api_server_that_is_away_leaves_everything_unchecked(tmp_path: Path) -> None:
    away = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{unused_port()}")
    result = doctor(f"--kubeconfig={away}")
    assert result.exit_code == 3
    assert "not checked: KeycloakDirectories (no valid answer from the API server" in result.output


def test_kubeconfig_of_the_environment_is_that_of_the_moment_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "missing"))
    result = doctor()
    assert result.exit_code == 3
    assert f"kubeconfig {tmp_path / 'missing'}: " in result.stderr


def test_without_a_kubeconfig_the_way_to_give_one_is_said(tmp_path: Path) -> None:
    result = doctor(f"--kubeconfig={tmp_path / 'missing'}")
    assert result.exit_code == 3
    assert "--kubeconfig" in result.stderr


async def test_before_an_installation_a_keycloak_that_is_away_is_a_finding(
    cluster: ClusterCommand,
) -> None:
    issuer = NOWHERE.format(port=unused_port())
    result = await cluster(
        f"--issuer={issuer}",
        "--client-id=headlamp",
        "--only=settings",
        "--only=login",
        answers=(page(), page(), page(), NOT_INSTALLED),
    )
    assert result.exit_code == 1
    assert "KeycloakUnavailable" in result.output
    assert "1 wrong, 0 to look at, 0 good, 1 not checked" in result.output


async def test_what_may_not_be_read_is_named(cluster: ClusterCommand) -> None:
    only = [f"--only={name}" for name in ("settings", "directories", "mappings")]
    result = await cluster(*only, answers=(FORBIDDEN, FORBIDDEN, FORBIDDEN))
    assert result.exit_code == 3
    assert "(you may not list nodes)" in result.output
    assert "(you may not list keycloakdirectories)" in result.output
    assert "(you may not list groupaccesses)" in result.output


async def test_json_is_all_that_is_on_the_standard_output(cluster: ClusterCommand) -> None:
    result = await cluster("-o", "json", answers=(FORBIDDEN, NOT_INSTALLED, NOT_INSTALLED))
    assert result.stdout.startswith("{")
    assert result.stdout.rstrip().endswith("}")


async def test_quiet_is_the_line_of_numbers(cluster: ClusterCommand) -> None:
    result = await cluster("-q", "--only=settings", answers=(FORBIDDEN,))
    assert result.stdout == "0 wrong, 0 to look at, 0 good, 1 not checked\n"
    assert result.stderr == ""
