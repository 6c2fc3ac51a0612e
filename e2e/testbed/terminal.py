"""A terminal of so many columns, and what a command shows in it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping

ROWS = 50
CHUNK_BYTES = 65_536
STYLE = re.compile(r"\x1b\[[0-9;]*m")
SPINNER = re.compile(r"\x1b\[\?25l.*?\x1b\[\?25h\r\x1b\[1A\x1b\[2K", re.DOTALL)
"""It hides the cursor, and takes itself away when it shows the cursor again."""
WITHIN = 60.0  # seconds


def show_in_terminal(words: tuple[str, ...], env: Mapping[str, str], columns: int) -> str:
    """Run `groupaccess` in a terminal; return what it leaves there, with its styles."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    without_size = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "groupaccess", *words],
        env={**without_size, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        shown = _read(ours)
        process.wait(WITHIN)
    finally:
        os.close(ours)
        process.kill()
        process.wait()
    return SPINNER.sub("", shown.decode().replace("\r\n", "\n"))


def _read(terminal: int) -> bytes:
    """Read until nobody has the other end open: Linux says that by an error."""
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, CHUNK_BYTES)
        except OSError:
            return shown
        if not chunk:
            return shown
        shown += chunk
