"""The folder of built tools outside the checkout, and how a long build is put there safely."""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.process import ManagedProcess, ProcessError
from testbed.waiting import eventually

PROGRESS_EVERY = 15.0
LOCK_WITHIN = 3600.0
STAMP = ".stamp"


class ToolError(Exception):
    """A tool cannot be had; the message says what is missing and what to do."""


def say(line: str) -> None:
    """Print a progress line at once."""
    print(line, file=sys.stderr, flush=True)


def cache_root() -> Path:
    """Return the cache folder of the project: `${XDG_CACHE_HOME:-~/.cache}/groupaccess`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "groupaccess"


def fingerprint(*parts: str | bytes) -> str:
    """Return one hash for everything that a build depends on."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def cached(folder: Path, stamp: str, build: Callable[[Path], None], label: str) -> Path:
    """Return `folder`, built first unless it is there with this `stamp`.

    `build` fills a temporary folder beside it, which takes its place in one rename: a build that
    is interrupted leaves nothing half done, and a second run waits for the first.
    """
    if _is_current(folder, stamp):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder, label):
        if not _is_current(folder, stamp):
            _rebuild(folder, stamp, build, label)
    return folder


def run_step(label: str, command: list[str | Path], log: Path, cwd: Path, **env: str) -> None:
    """Run one long command, with a line about every 15 s; raise ToolError with the log's end."""
    process = ManagedProcess(name=label, command=command, log=log, cwd=cwd, env=env)
    started = time.monotonic()
    try:
        process.start()
        while (code := process.wait(PROGRESS_EVERY)) is None:
            say(f"{label} … {elapsed(time.monotonic() - started)}")
        if code != 0:
            raise ToolError(str(process.error(f"{label}: failed with exit code {code}")))
    except ProcessError as error:
        raise ToolError(str(error)) from error
    finally:
        process.kill()


def elapsed(seconds: float) -> str:
    """Write a duration for people: `2 min 15 s`, `9 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _is_current(folder: Path, stamp: str) -> bool:
    file = folder / STAMP
    return file.exists() and file.read_text() == stamp


def _rebuild(folder: Path, stamp: str, build: Callable[[Path], None], label: str) -> None:
    for leftover in folder.parent.glob(f".{folder.name}.*.tmp"):
        shutil.rmtree(leftover)  # of a build that was killed; we hold the lock
    started = time.monotonic()
    say(f"{label}: building, once for this version")
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    temporary.chmod(0o755)
    try:
        build(temporary)
        (temporary / STAMP).write_text(stamp)
        if folder.exists():
            folder.rename(temporary.with_name(f".{folder.name}.old.tmp"))
        temporary.rename(folder)
    finally:
        for leftover in folder.parent.glob(f".{folder.name}.*.tmp"):
            shutil.rmtree(leftover)
    say(f"{label}: done after {elapsed(time.monotonic() - started)}")


@contextmanager
def _locked(folder: Path, label: str) -> Iterator[None]:
    with folder.with_name(f".{folder.name}.lock").open("w") as file:

        def take() -> bool:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True

        try:
            take()
        except BlockingIOError:
            say(f"{label}: waiting for another run that is building it")
            eventually(take, within=LOCK_WITHIN, every=1.0, what=f"{label}'s other build")
        yield
