"""`python -m groupaccess` without the second that its imports take: a fork of a process that did.

A program on its own: one is started per Python process, and ends with it. What it forks is an
ordinary program in every other way: in a process group of its own, with its own files, environment
and end. Tests start a hundred operators and a hundred commands; `make demo`, the benchmarks, the
tests in kind and some others start Python.
"""

import functools
import gc
import json
import os
import pkgutil
import runpy
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psutil

import groupaccess
from testbed.reaper import marked_environment

PROGRAM = groupaccess.__name__
OURS = Path(__file__).parents[1]
LONGEST = 1_000_000  # bytes of a request: an environment and arguments
STANDARD_FILES = (0, 1, 2)


class ForkedProcess(psutil.Process):
    """A fork, with what tests use of `psutil.Popen`."""

    def __init__(self, server: "ForkServer", pid: int) -> None:
        super().__init__(pid)
        self._server = server
        self._code: int | None = None
        self._ended = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""
        with suppress(psutil.TimeoutExpired):
            self.wait(0)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, in seconds; return the exit code or raise psutil.TimeoutExpired."""
        if self._code is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise psutil.TimeoutExpired(timeout or 0, self.pid)
            self._code = self._server.collect(self.pid)
            os.close(self._ended)
        return self._code


class ForkServer:
    """The process that has imported everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path = os.pathsep.join(filter(None, (str(OURS), os.environ.get("PYTHONPATH"))))
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(other.fileno())],
                env={**os.environ, **marked_environment(), "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                start_new_session=True,
            )

    def start(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        files: tuple[IO[Any], IO[Any], IO[Any]],
    ) -> ForkedProcess:
        """Start the program here; `files` are its standard input, output and error."""
        request = {"arguments": arguments, "env": dict(env), "cwd": str(Path.cwd())}
        pid = self._ask(request, [each.fileno() for each in files])
        return ForkedProcess(self, pid)

    def collect(self, pid: int) -> int:
        """Return the exit code of a process that has ended."""
        return self._ask({"ended": pid}, [])

    def _ask(self, request: Mapping[str, object], files: list[int]) -> int:
        with self._lock:
            socket.send_fds(self._connection, [json.dumps(request).encode()], files)
            answer = self._connection.recv(LONGEST)
        if not answer:
            raise ConnectionResetError("the fork server has ended: its error is on this terminal")
        return int(answer)


@functools.cache
def fork_server() -> ForkServer:
    """Return this process's server."""
    return ForkServer()


def run_forked(
    *arguments: str, stdin: str, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run the program as `subprocess.run` does; `timeout` is in seconds."""
    with TemporaryFile() as given, TemporaryFile("w+") as out, TemporaryFile("w+") as error:
        given.write(stdin.encode())
        given.seek(0)
        process = fork_server().start(arguments, env=env, files=(given, out, error))
        try:
            code = process.wait(timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
        out.seek(0)
        error.seek(0)
        return subprocess.CompletedProcess([PROGRAM, *arguments], code, out.read(), error.read())


def serve(connection: socket.socket) -> list[str] | None:
    """Answer requests; return the arguments in each fork, and None when nobody asks any more."""
    while True:
        text, files, *_ = socket.recv_fds(connection, LONGEST, len(STANDARD_FILES))
        if not text:
            return None
        request = json.loads(text)
        if "ended" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["ended"], 0)[1])
        elif not (answer := os.fork()):
            connection.close()
            _set_up(request, files)
            return list(request["arguments"])
        else:
            os.setpgid(answer, answer)  # here, so that nobody knows it before it has its group
        for each in files:
            os.close(each)
        connection.send(str(answer).encode())


def _set_up(request: Mapping[str, Any], files: Sequence[int]) -> None:
    for standard, file in zip(STANDARD_FILES, files, strict=True):
        os.dup2(file, standard)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])


def _import_everything() -> None:
    for module in pkgutil.walk_packages(groupaccess.__path__, f"{PROGRAM}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    gc.collect()
    gc.freeze()  # a fork shares this memory until it is written
    assert threading.active_count() == 1, "a fork would have this thread alone"


if __name__ == "__main__":
    _import_everything()
    forked = serve(socket.socket(fileno=int(sys.argv[1])))
    if forked is not None:
        sys.argv = [PROGRAM, *forked]
        runpy.run_module(PROGRAM, run_name="__main__", alter_sys=True)
