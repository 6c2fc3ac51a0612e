"""Switch each guard off in turn, in a copy: some test must notice, and is named.

    .venv/bin/python tests/switches.py [--only WORD] [--fast] [--jobs N]
    .venv/bin/python tests/switches.py --simulation [--only WORD] [--seed N] [--examples N]

A guard that no test misses is a guard that nobody would miss. --fast leaves out those that take a
real API server. --simulation takes back the mends of defects, one at a time, and tells which
example of the simulation is the first that breaks a promise, and which.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from switches_kinds import Switch
from switches_simulation import MENDS
from switches_table import SWITCHES

ROOT = Path(__file__).parents[1]
TAKEN = ("operator", "crds", "deploy", "tests", "e2e", "docs", "examples", "requirements")
WITHIN = 900.0  # seconds for the tests of one switch


def main() -> int:
    """Print a table of what noticed; return 1 when nothing noticed one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="those whose name holds this word")
    parser.add_argument("--fast", action="store_true", help="those that need no API server")
    parser.add_argument("--jobs", type=int, default=2, help="at a time (default 2)")
    parser.add_argument("--simulation", action="store_true", help="mends that it must miss")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation")
    parser.add_argument("--examples", type=int, default=20_000, help="of the simulation, at most")
    chosen = parser.parse_args()
    if chosen.simulation:
        return simulated(chosen.only, chosen.seed, chosen.examples)
    tried = [
        switch
        for switch in SWITCHES
        if chosen.only in switch.name and not (chosen.fast and switch.needs_cluster)
    ]
    unnoticed = 0
    with ThreadPoolExecutor(chosen.jobs) as pool:
        for switch, noticed in zip(tried, pool.map(first_red, tried), strict=True):
            unnoticed += not noticed
            sys.stdout.write(f"| {switch.name} | {noticed or 'NOTHING NOTICED'} |\n")
            sys.stdout.flush()
    return int(unnoticed > 0)


def simulated(only: str, seed: int, examples: int) -> int:
    """Print a table of what the simulation noticed; return 1 when it missed one of them."""
    sys.stdout.write(
        "| switch | seed | fails at example | first broken promise |\n|---|---|---|---|\n"
    )
    unnoticed = 0
    for switch in (each for each in MENDS if only in each.name):
        at, promise = first_broken(switch, seed, examples)
        unnoticed += not at
        sys.stdout.write(f"| {switch.name} | {seed} | {at or 'NEVER'} | {promise} |\n")
        sys.stdout.flush()
    return int(unnoticed > 0)


def first_broken(switch: Switch, seed: int, examples: int) -> tuple[int, str]:
    """Return the number of the first example that fails without a mend, and what it breaks."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        set_stage(copy)
        switch_off(switch, copy)
        paths = os.pathsep.join(str(copy / name) for name in ("operator", "tests"))
        done = subprocess.run(
            [sys.executable, "-m", "simulation.first_broken", str(seed), str(examples)],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        at, _, promise = done.stdout.strip().partition(" ")
        return int(at), promise


def first_red(switch: Switch) -> str:
    """Return the name of the first test that fails without this guard; "" if none does."""
    return next(turned_red(switch), "")


def turned_red(switch: Switch) -> Iterator[str]:
    """Yield the names of the tests that fail without this guard."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        set_stage(copy)
        switch_off(switch, copy)
        limit = "300" if switch.needs_cluster else "60"  # without a bound some never end
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", f"--timeout={limit}"]
        environment = {**os.environ, "PYTHONPATH": str(copy / "operator")}
        done = subprocess.run(
            [*command, *switch.tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN,
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(f"{switch.name}: pytest did not run:\n{done.stdout}{done.stderr}")
        said = r"^(?:FAILED|ERROR) \S+?::(.+?)(?: - .*)?$"  # without the reason
        yield from re.findall(said, done.stdout, re.MULTILINE)


def set_stage(copy: Path) -> None:
    """Copy all that the tests read."""
    litter = shutil.ignore_patterns("__pycache__")
    for name in TAKEN:
        shutil.copytree(ROOT / name, copy / name, ignore=litter)
    for file in (*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "Makefile"):
        shutil.copy2(file, copy)


def switch_off(switch: Switch, copy: Path) -> None:
    """Edit the copy; raise ValueError when the table no longer fits the code."""
    for edit in switch.edits:
        file = copy / edit.file
        text = file.read_text()
        if text.count(edit.old) != 1:
            raise ValueError(f"{switch.name}: {edit.file} holds {text.count(edit.old)} times this")
        file.write_text(text.replace(edit.old, edit.new))


if __name__ == "__main__":
    sys.exit(main())
