"""The container engine: whether it is there, what runs in it, and what dead runs left in it."""

import json
import os
import re
import shutil
import socket
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

from testbed.waiting import HopelessError

CALL_TIMEOUT = 120.0
ANSWER_WITHIN = 10.0
PREFIX = "groupaccess-test"


class EngineError(HopelessError):
    """The container engine does not do what it was told; the message holds its words."""


def docker(
    *args: str, check: bool = True, timeout: float = CALL_TIMEOUT
) -> subprocess.CompletedProcess[str]:
    """Run the engine's command; raise EngineError when it fails, unless `check` is off."""
    try:
        done = subprocess.run(
            ["docker", *args], capture_output=True, text=True, check=False, timeout=timeout
        )
    except FileNotFoundError as error:
        raise EngineError("docker is missing: install a container engine") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"docker {args[0]}: no answer within {timeout:g} s") from error
    if check and done.returncode != 0:
        words = done.stderr.strip() or f"exit code {done.returncode}"
        raise EngineError(f"docker {' '.join(args[:2])}: {words}")
    return done


def missing(images: Iterable[str]) -> str | None:
    """Return why containers of these images cannot be run, None when they can; start nothing."""
    try:
        docker("version", "--format={{.Server.Version}}", timeout=ANSWER_WITHIN)
    except EngineError as error:
        return f"no container engine answers: {error}"
    for image in images:
        if docker("image", "inspect", image, check=False).returncode != 0:
            return f"the image {image} is not here: docker pull {image}"
    return None


def program(name: str, built: Path | None) -> Path:
    """Return the path of a program: in the folder of what we built, else as PATH has it."""
    if built is not None:
        return built / name
    found = shutil.which(name)
    if found is None:
        raise EngineError(
            f"{name} is missing: install Go, which builds it here, or put it into PATH"
        )
    return Path(found)


def own_name(part: str) -> str:
    """Return a name for a cluster or a container that says which process it belongs to."""
    return f"{PREFIX}-{_machine()}-{os.getpid()}-{part}"


def remove_leftovers() -> Sequence[str]:
    """Remove the containers of runs on this machine whose process is gone; return their names.

    The reaper ends processes, but containers are the engine's children, not ours: when a run is
    ended by SIGKILL or by the machine, they stay until the next run comes by.
    """
    owned = re.compile(rf"{PREFIX}-{_machine()}-(\d+)-")
    names = docker("ps", "--all", "--format={{.Names}}").stdout.split()
    owners = [(name, owned.match(name)) for name in names]
    dead = [name for name, owner in owners if owner and not psutil.pid_exists(int(owner[1]))]
    if dead:
        docker("rm", "--force", "--volumes", *dead)
    return dead


def ensure_network(name: str) -> bool:
    """Create a network unless it is there; say whether it was created."""
    if docker("network", "inspect", name, check=False).returncode == 0:
        return False
    docker("network", "create", name)
    return True


def is_running(container: str) -> tuple[bool, bool]:
    """Say whether a container runs (a paused one does), and whether it is paused."""
    done = docker("container", "inspect", "--format={{json .State}}", container, check=False)
    if done.returncode != 0:
        return False, False
    state = json.loads(done.stdout)
    return bool(state["Running"]), bool(state["Paused"])


def _machine() -> str:
    """Return what tells the process ids of this machine, or container, from those of others."""
    namespace = Path("/proc/self/ns/pid")
    ids = namespace.readlink() if namespace.is_symlink() else ""
    return f"{zlib.crc32(f'{socket.gethostname()} {ids}'.encode()):08x}"
