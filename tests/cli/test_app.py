"""What a person types, and what they read."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from cli.environment import environment, whole_environment
from groupaccess import __version__
from groupaccess.cli.app import app
from groupaccess.cli.settings_flags import from_settings
from groupaccess.settings import Settings

ROOT = Path(__file__).parents[2]
CRDS = ("groupaccesses.yaml", "keycloakdirectories.yaml")
HEAVY = ("kopf", "kubernetes", "keycloak", "aiohttp", "httpx", "prometheus_client")

shown = typer.Typer()


@shown.command()
@from_settings(Settings)
def show(settings: Settings) -> None:
    typer.echo(settings.model_dump_json())


def typed(
    *arguments: str, program: typer.Typer = app, variables: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Return exit code and all that was printed, in one line of words without frames."""
    result = CliRunner().invoke(program, arguments, env=environment(variables))
    return result.exit_code, re.sub(r"[\s│╭╮╰╯─]+", " ", result.output)


def execute(
    *arguments: str, program: Path = Path(sys.executable)
) -> subprocess.CompletedProcess[str]:
    """Run a program of its own."""
    command: list[str | Path] = [program, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=whole_environment()
    )


def settings(*arguments: str, variables: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that a command would get."""
    result = CliRunner().invoke(shown, arguments, env=environment(variables))
    assert result.exit_code == 0, result.output
    return Settings.model_validate_json(result.output)


def test_crd_prints_the_committed_files() -> None:
    result = CliRunner().invoke(app, ["crd"], env=environment())
    committed = [(ROOT / "crds" / name).read_text() for name in CRDS]
    assert result.output == "---\n".join(committed)
    kinds = [document["spec"]["names"]["kind"] for document in yaml.safe_load_all(result.output)]
    assert kinds == ["GroupAccess", "KeycloakDirectory"]


def test_version_is_printed() -> None:
    assert typed("--version") == (0, f"{__version__} ")


def test_the_shell_completes_commands() -> None:
    program = Path(sys.executable).with_name("groupaccess")
    words = {"COMP_WORDS": "groupaccess wh", "COMP_CWORD": "1"}
    asked = {**whole_environment(), **words, "_GROUPACCESS_COMPLETE": "complete_bash"}
    done = subprocess.run([program], capture_output=True, text=True, check=False, env=asked)
    assert done.stdout.split() == ["why"]


def test_kubectl_completes_a_word_of_its_plugin_with_what_it_means() -> None:
    program = Path(sys.executable).with_name("kubectl_complete-groupaccess")
    assert execute("wh", program=program).stdout.startswith("why\tSay why ")
    assert execute("doctor", "--output", "", program=program).stdout.split()[0] == "text"
    assert execute("why", "no such word", program=program).stdout.strip() == ""


@pytest.mark.parametrize("command", ["doctor", "import", "keycloak-setup", "why"])
def test_help_has_an_example_to_type(command: str) -> None:
    _, words = typed(command, "--help")
    about, _, _ = words.partition(" Options ")
    assert f" groupaccess {command} " in about.partition("OPTIONS]")[2]


def test_without_a_command_help_lists_them() -> None:
    _, words = typed()
    assert "run" in words
    assert "crd" in words
    assert "Run the operator until it is told to stop." in words


@pytest.mark.parametrize("name", Settings.model_fields)
def test_help_explains_each_setting(name: str) -> None:
    code, words = typed("run", "--help")
    assert code == 0
    assert f"--{name.replace('_', '-')}" in words
    assert f"GROUPACCESS_{name.upper()}" in words
    assert (Settings.model_fields[name].description or "undescribed") in words


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("--workers", "0", ["workers", "0", "greater than or equal to 1"]),
        ("--workers", "65", ["workers", "65", "less than or equal to 64"]),
        ("--workers", "many", ["workers", "many", "a valid integer"]),
        ("--listen-port", "70000", ["listen_port", "70000", "65535"]),
        ("--settle-seconds", "-1", ["settle_seconds", "-1"]),
        ("--unowned-seconds", "-1", ["unowned_seconds", "-1"]),
        ("--log-format", "xml", ["--log-format", "xml", "human", "json"]),
        ("--log-level", "loud", ["--log-level", "loud", "info"]),
        ("--colour", "red", ["No such option", "--colour"]),
    ],
)
def test_a_bad_flag_is_named_with_its_value(flag: str, value: str, words: list[str]) -> None:
    code, said = typed(f"{flag}={value}", program=shown)
    assert code == 2
    assert [missing for missing in words if missing not in said] == [], said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value"), [("WORKERS", "0"), ("WORKERS", "many"), ("LOG_FORMAT", "xml")]
)
def test_a_bad_variable_is_named_with_its_value(name: str, value: str) -> None:
    code, said = typed(program=shown, variables={f"GROUPACCESS_{name}": value})
    assert code == 2
    assert value in said
    assert name.lower().replace("_", "-") in said.lower().replace("_", "-")


def test_without_anything_the_defaults_hold() -> None:
    found = settings()
    assert found.workers == 16
    assert found.settle_seconds == 2
    assert found.unowned_seconds == 300
    assert found.kubeconfig is None
    assert found.log_format == "human"


def test_the_environment_is_read_and_a_flag_beats_it() -> None:
    variables = {"GROUPACCESS_WORKERS": "8", "GROUPACCESS_NAMESPACE": "access"}
    found = settings("--workers=4", "--listen-port=0", variables=variables)
    assert (found.workers, found.namespace, found.listen_port) == (4, "access", 0)


def test_what_is_on_by_default_has_a_flag_that_turns_it_off() -> None:
    assert settings().leader_election
    assert settings("--leader-election").leader_election
    assert not settings("--no-leader-election").leader_election


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert not settings(variables={"GROUPACCESS_KUBECONFIG": ""}).kubeconfig


def test_a_kubeconfig_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    done = execute("-m", "groupaccess", "run", f"--kubeconfig={missing}")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"error: no access to the API server: kubeconfig {missing}: ")
    assert "Traceback" not in done.stderr


def test_a_command_without_an_answer_writes_one_line_to_the_standard_error(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    done = execute("-m", "groupaccess", "doctor", f"--kubeconfig={missing}")
    assert done.returncode == 3
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"no such file: {missing}" in line


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"], ["crd"]])
def test_what_only_prints_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from groupaccess.cli.app import app\n"
        f"try: app({arguments!r})\n"
        "except SystemExit: pass\n"
        "print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)\n"
    )
    done = execute("-c", script)
    assert done.stdout
    assert set(HEAVY) & set(done.stderr.split()) == set()


@pytest.mark.parametrize("program", ["groupaccess", "kubectl-groupaccess"])
def test_both_programs_are_installed(program: str) -> None:
    done = execute("--version", program=Path(sys.executable).with_name(program))
    assert done.stdout.strip() == __version__
