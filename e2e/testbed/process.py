"""One managed child process: own process group, own log, never left behind."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from testbed.fork_server import ForkedProcess
from testbed.reaper import marked_environment
from testbed.waiting import HopelessError, eventually

TAIL_BYTES = 64_000


def discard(folder: Path, *, keep_logs: bool) -> None:
    """Remove a folder, or everything in it but `logs`, and then say where those are."""
    if not keep_logs:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for entry in folder.iterdir():
        if entry.name == "logs":
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()
    print(f"logs kept in {folder / 'logs'}", file=sys.stderr, flush=True)


class ProcessError(HopelessError):
    """A process could not be started, or ended when it should not have."""


@dataclass(kw_only=True)
class ManagedProcess:
    """A program that can be started, stopped, killed, paused, resumed and started again.

    Signals go to the whole process group, since a program may be a script around the real one.
    `ready` returns something true when the program serves, within `ready_within` seconds; `start`
    waits for it. `grace` is the time, in seconds, between SIGTERM and SIGKILL; `env` is added to
    this process's environment. The reaper ends the program when this Python process is gone, even
    by SIGKILL.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: Callable[[], object] | None = None
    ready_within: float = 60.0
    grace: float = 5.0
    _process: psutil.Popen | ForkedProcess | None = field(default=None, init=False)
    _group_ended: bool = field(default=False, init=False)

    @property
    def pid(self) -> int:
        """Return the process id, which is its group's as well; raise when never started."""
        if self._process is None:
            message = f"{self.name} was never started"
            raise ProcessError(message)
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        """Say whether the program runs (a paused one does)."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs or before it ran."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start the program and wait until it is ready; raise ProcessError when it ends instead."""
        if self.alive:
            return
        self.launch()
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise

    def wait_ready(self) -> None:
        """Wait until the program is ready; raise ProcessError when it ended or was not in time."""
        try:
            eventually(self._check_ready, within=self.ready_within, what=f"{self.name} ready")
        except TimeoutError as error:
            raise self.error(str(error)) from error

    def wait(self, within: float) -> int | None:
        """Wait until the program ends by itself; return its exit code, None when it still runs."""
        with contextlib.suppress(psutil.TimeoutExpired):
            self._popen().wait(within)
        return self.exit_code

    def stop(self, grace: float | None = None) -> None:
        """Ask the program to end (SIGTERM), and kill it when its grace, in seconds, is over."""
        if self.alive:
            self.resume()  # a paused program would not see SIGTERM
            self._signal(signal.SIGTERM)
            self.wait(self.grace if grace is None else grace)
        self.kill()

    def kill(self) -> None:
        """End the program and everything in its group by SIGKILL, and collect its exit code."""
        if self._process is None or self._group_ended:
            return
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._group_ended = True  # from here on the group's id may become another's

    def pause(self) -> None:
        """Freeze the program (SIGSTOP): its connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)
        eventually(self._is_frozen, within=5.0, every=0.01, what=f"{self.name} paused")

    def resume(self) -> None:
        """Let a paused program go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def restart(self, grace: float | None = None) -> None:
        """Stop and start again with the same command, and wait until it is ready."""
        self.stop(grace)
        self.start()

    def tail(self, lines: int = 20) -> str:
        """Return the log's last lines."""
        if not self.log.exists():
            return "(no log)"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])

    def error(self, what: str) -> ProcessError:
        """Return an error for people: what failed, where the log is, and the log's end."""
        return ProcessError(f"{what}\nits log is {self.log}, and ends with:\n{self.tail()}")

    def launch(self) -> None:
        """Start the program, which must not run, and wait for nothing."""
        command = [str(part) for part in self.command]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            log.write(f"--- {time.strftime('%H:%M:%S')} {' '.join(command)}\n".encode())
            log.flush()
            try:
                self._process = self._open(command, log)
            except OSError as error:
                message = f"{self.name} cannot be started: {error}"
                raise ProcessError(message) from error
        self._group_ended = False

    def _open(self, command: Sequence[str], log: IO[bytes]) -> psutil.Popen | ForkedProcess:
        return psutil.Popen(
            command,
            env={**os.environ, **self.env, **marked_environment()},
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _check_ready(self) -> object:
        if not self.alive:
            message = f"{self.name} ended with exit code {self.exit_code} before it was ready"
            raise self.error(message)
        return True if self.ready is None else self.ready()

    def _is_frozen(self) -> bool:
        process = self._popen()
        family = [process, *process.children(recursive=True)]
        return all(member.status() == psutil.STATUS_STOPPED for member in family)

    def _popen(self) -> psutil.Popen | ForkedProcess:
        if self._process is None:
            message = f"{self.name} was never started"
            raise ProcessError(message)
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        if not self._group_ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
