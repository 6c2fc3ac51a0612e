"""Ends every child of a Python process that has itself ended, however it ended.

A program on its own: one is started per Python process, with a pipe as standard input that only
that process holds open. When the pipe closes (exit, crash, SIGKILL) the reaper kills every process
whose environment carries its mark. Children inherit the mark, so grandchildren are found as well,
and nothing depends on which thread started what.
"""

import atexit
import functools
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping

import psutil

MARK = "GROUPACCESS_TESTBED"
QUIET_SCANS = 3
SCAN_INTERVAL = 0.1


@functools.cache
def marked_environment() -> Mapping[str, str]:
    """Start this process's reaper, once; return the variable that puts a child under it."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        [sys.executable, "-I", __file__, mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal must not end it first
    )
    atexit.register(_dismiss, process)
    return {MARK: mark}


def _dismiss(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def marked(mark: str) -> Iterator[psutil.Process]:
    """Yield the living processes that carry the mark, except the caller."""
    for process in psutil.process_iter():
        try:
            carries = process.environ().get(MARK) == mark
            if carries and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except psutil.Error:
            continue  # another user's, or just gone


def _kill_all(mark: str) -> None:
    """Kill until several scans in a row find nothing: a child may be between fork and exec."""
    quiet = 0
    while quiet < QUIET_SCANS:
        found = list(marked(mark))
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        quiet = 0 if found else quiet + 1
        time.sleep(SCAN_INTERVAL)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    _kill_all(sys.argv[1])
