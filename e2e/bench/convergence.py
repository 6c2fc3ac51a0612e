"""How near the operator is to what Kubernetes alone takes: `make bench SIZE=1000`.

Each figure stands beside its floor, bare requests by the operator's own account, measured in the
same run on the same servers with all admission policies in force, and is printed as a ratio.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figure import Figure
from bench.figures import measure
from bench.load import Load
from bench.stage import stage
from testbed.cache import ToolError
from testbed.tools import HELM, KEYCLOAK, NEWEST

console = Console(highlight=False)


async def run(load: Load) -> list[Figure]:
    """Measure one load; print each figure as soon as it is known."""
    figures: list[Figure] = []
    async with stage(load) as made:
        async for each in measure(made):
            console.print(f"{each.name}: {each.value:.2f} {each.unit}", style="dim")
            figures.append(each)
    return figures


def show(load: Load, figures: list[Figure]) -> None:
    """Print the table."""
    title = f"{load.size} objects, {load.shared} of a group, {load.bindings} bindings each"
    table = Table("figure", "value", "floor", "ratio", "goal", title=title)
    for each in figures:
        floor = "" if each.floor is None else f"{each.floor:.2f} {each.unit}"
        ratio = "" if each.floor is None else f"{each.compared:.2f}"
        style = "" if each.met else "red"
        unit = f" {each.unit}" if each.floor is None else ""
        goal = "" if each.goal is None else f"{each.goal:g}{unit}"
        table.add_row(each.name, f"{each.value:.2f} {each.unit}", floor, ratio, goal, style=style)
    console.print(table)


def write(file: Path, load: Load, figures: list[Figure]) -> None:
    """Add the figures to a file with one JSON object a line."""
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "versions": f"Kubernetes {NEWEST.version}, Keycloak {KEYCLOAK.version}, "
        f"Python {platform.python_version()}",
        "commit": _commit(),
    }
    line = {**about, **asdict(load), "figures": [asdict(each) for each in figures]}
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as out:
        out.write(json.dumps(line) + "\n")


def _commit() -> str:
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return git.stdout.strip() or "unknown"


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=1_000, help="GroupAccesses")
    parser.add_argument("--shared", type=int, default=10, help="of them with the same group")
    parser.add_argument("--bindings", type=int, default=1, help="of each")
    parser.add_argument("--json", type=Path, default=Path("dist/bench.jsonl"))
    options = parser.parse_args()
    load = Load(options.size, options.shared, options.bindings)
    try:
        for tools in (NEWEST, HELM, KEYCLOAK):
            tools.ensure()
        figures = asyncio.run(run(load))
    except ToolError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    show(load, figures)
    write(options.json, load, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
