"""Switch each guard off in turn, in a copy: some test must notice, and is named.

    .venv/bin/python tests/switches.py [--only WORD] [--fast]

A guard that no test misses is a guard that nobody would miss. --fast leaves out those that take a
real API server.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from switches_kinds import Switch
from switches_table import SWITCHES

ROOT = Path(__file__).parents[1]
TAKEN = ("operator", "crds", "deploy", "tests", "e2e", "docs", "examples", "requirements")
WITHIN = 900.0  # seconds for the tests of one switch


def main() -> int:
    """Print a table of what noticed; return 1 when nothing noticed one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="those whose name holds this word")
    parser.add_argument("--fast", action="store_true", help="those that need no API server")
    chosen = parser.parse_args()
    unnoticed = 0
    for switch in SWITCHES:
        if chosen.only not in switch.name or (chosen.fast and switch.needs_cluster):
            continue
        noticed = next(turned_red(switch), "")
        unnoticed += not noticed
        sys.stdout.write(f"| {switch.name} | {noticed or 'NOTHING NOTICED'} |\n")
        sys.stdout.flush()
    return int(unnoticed > 0)


def turned_red(switch: Switch) -> Iterator[str]:
    """Yield the names of the tests that fail without this guard."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        set_stage(copy)
        switch_off(switch, copy)
        limit = "300" if switch.needs_cluster else "60"  # without a bound some never end
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", f"--timeout={limit}"]
        environment = {**os.environ, "PYTHONPATH": str(copy / "operator")}
        done = subprocess.run(  # noqa: S603 -- our own tests
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
    file = copy / switch.file
    text = file.read_text()
    if text.count(switch.old) != 1:
        raise ValueError(f"{switch.name}: {switch.file} holds {text.count(switch.old)} times this")
    file.write_text(text.replace(switch.old, switch.new))


if __name__ == "__main__":
    sys.exit(main())
