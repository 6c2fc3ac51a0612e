"""The command as a person installs it: a wheel, in an environment of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from groupaccess import __version__
from testbed.ports import free_port
from testbed.tools import NEWEST

pytestmark = pytest.mark.lifecycle

ROOT = Path(__file__).parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as the Dockerfile does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}")
    subprocess.run([sys.executable, "-m", "pip", *build, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def run(wheel: Path) -> Run:
    """Install the wheel, and give a function that runs a program where only that is in PATH."""
    programs = wheel.parent / "bin"
    tools = {"UV_TOOL_DIR": str(wheel.parent / "tools"), "UV_TOOL_BIN_DIR": str(programs)}
    installed = {**os.environ, **tools}
    locked = ("--constraints", ROOT / "requirements" / "runtime.txt")
    uv = (Path(sys.executable).with_name("uv"), "tool", "install", "--python", sys.executable)
    if subprocess.run([*uv, "--offline", *locked, wheel], env=installed, check=False).returncode:
        subprocess.run([*uv, *locked, wheel], env=installed, check=True)
    path = f"{programs}{os.pathsep}{NEWEST.ensure()}{os.pathsep}/usr/bin{os.pathsep}/bin"
    environment = {"PATH": path, "HOME": str(wheel.parent), "TERM": "dumb"}

    def runs(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        env = {**environment, **variables}
        command = ["env", *words]  # finds the program in that PATH
        return subprocess.run(command, capture_output=True, text=True, check=False, env=env)

    return runs


@pytest.mark.parametrize(
    "program", [("groupaccess",), ("kubectl-groupaccess",), ("kubectl", "groupaccess")]
)
def test_each_name_of_the_command_runs_it(run: Run, program: tuple[str, ...]) -> None:
    assert run(*program, "--version").stdout.strip() == __version__


def test_kubectl_completes_its_words(run: Run) -> None:
    completed = run("kubectl", "__complete", "groupaccess", "wh").stdout.splitlines()
    assert completed[0].startswith("why\tSay why ")
    assert completed[1:] == [":0"]


def test_what_it_needs_comes_with_it(run: Run, tmp_path: Path) -> None:
    missing = run("groupaccess", "doctor", f"--kubeconfig={tmp_path / 'nowhere'}")
    assert (missing.returncode, missing.stdout) == (3, ""), missing.stderr
    address = f"https://localhost:{free_port()}"
    login = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "admin"}
    away = run("groupaccess", "keycloak-setup", address, "ADMIN", **login)
    assert away.returncode == 3, away.stderr
    assert "the connection was refused" in away.stderr


def test_it_prints_the_custom_resource_definitions(run: Run) -> None:
    files = ("groupaccesses.yaml", "keycloakdirectories.yaml")
    committed = [(ROOT / "crds" / name).read_text() for name in files]
    assert run("groupaccess", "crd").stdout == "---\n".join(committed)
