"""The testbed's parts that need no server: processes, builds, waiting."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from testbed.cache import ToolError, cached
from testbed.fork_server import fork_server, run_forked
from testbed.process import ManagedProcess, ProcessError
from testbed.waiting import HopelessError, eventually

pytestmark = pytest.mark.testbed
IMPORT_ROOT = Path(__file__).parent


def test_waiting_ends_with_the_last_reason() -> None:
    with pytest.raises(TimeoutError, match=r"the cake: not within 0 s; .* ValueError: .*egg"):
        eventually(lambda: int("egg"), within=0, what="the cake")


def test_waiting_ends_at_once_when_it_is_hopeless() -> None:
    def check() -> bool:
        message = "eaten"
        raise HopelessError(message)

    with pytest.raises(HopelessError, match="eaten"):
        eventually(check, within=60)


def test_a_program_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    process = ManagedProcess(
        name="demo", command=command, log=tmp_path / "demo.log", ready=lambda: False
    )
    with pytest.raises(ProcessError, match=r"demo ended with exit code 1[\s\S]*no such thing"):
        process.start()


def test_an_interrupted_build_leaves_nothing_half_done(tmp_path: Path) -> None:
    def interrupted(folder: Path) -> None:
        (folder / "half").touch()
        message = "interrupted"
        raise ToolError(message)

    def complete(folder: Path) -> None:
        (folder / "whole").touch()

    with pytest.raises(ToolError):
        cached(tmp_path / "tool", "1", interrupted, "tool 1")
    assert not list(tmp_path.glob("*tool*/"))
    assert (cached(tmp_path / "tool", "1", complete, "tool 1") / "whole").exists()
    cached(tmp_path / "tool", "1", interrupted, "tool 1")  # there already: not built again


def test_missing_go_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "testbed.tools", "kubernetes"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(IMPORT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "error: go is missing: install Go 1.26 or newer and put it in PATH\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--version",), 0), (("nonsense",), 2), (("run", "--listen-port=x"), 2)],
)
def test_a_fork_ends_and_says_what_the_program_does(arguments: tuple[str, ...], code: int) -> None:
    command = [sys.executable, "-m", "groupaccess", *arguments]
    env = {**os.environ, "COLUMNS": "80"}
    real = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    forked = run_forked(*arguments, stdin="", env=env, timeout=60)
    assert real.returncode == forked.returncode == code
    assert (real.stdout, real.stderr) == (forked.stdout, forked.stderr)


def test_a_fork_has_a_group_of_its_own_and_is_ended_by_a_signal() -> None:
    with Path(os.devnull).open() as nothing, Path("/dev/zero").open() as endless:
        files = (endless, nothing, nothing)
        process = fork_server().start(("why", "list", "pods", "--token=-"), env={}, files=files)
        assert os.getpgid(process.pid) == process.pid
        assert process.poll() is None
        process.kill()
        assert process.wait(10) == process.poll() == -signal.SIGKILL
    assert not psutil.pid_exists(process.pid)
