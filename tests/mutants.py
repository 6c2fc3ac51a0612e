"""Change the domain in many small ways: its tests must notice nine of ten.

mutmut takes its sources from a folder `src`, so it runs in a copy: `mutants/` holds the package,
the tests and pyproject.toml, and below it mutmut's own `mutants/` the mutated package, which comes
first on the import path. To look at one: `cd mutants && ../.venv/bin/mutmut show NAME`.
"""

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
STAGE = ROOT / "mutants"
MUTMUT = Path(sys.executable).with_name("mutmut")
# Folders of tests: of the domain, those that are by a whole diagnosis, and what they use.
TAKEN = ("domain", "application/diagnosis", "fakes")
LEAST = 0.90
APART = ("timeout", "no tests")  # these are no kill, and not counted as one


def main() -> int:
    """Run all mutants, or with --report only say again how the last run ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--report", action="store_true", help="only report the last run")
    chosen = parser.parse_args()
    if not chosen.report:
        set_stage()
        ended = mutmut("run", "--max-children", str(chosen.children)).returncode
        if ended:
            return ended
    return report(results())


def set_stage() -> None:
    """Copy what mutmut needs, anew each time: it does not notice that tests changed."""
    shutil.rmtree(STAGE, ignore_errors=True)
    litter = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "operator" / "groupaccess", STAGE / "src" / "groupaccess", ignore=litter)
    for name in TAKEN:
        shutil.copytree(ROOT / "tests" / name, STAGE / "tests" / name, ignore=litter)
    shutil.copy2(ROOT / "pyproject.toml", STAGE)


def mutmut(*arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Run mutmut; its progress, which rewrites one line for ever, is only for a terminal."""
    command = [str(MUTMUT), *arguments]
    output = subprocess.PIPE if capture else None if sys.stdout.isatty() else subprocess.DEVNULL
    return subprocess.run(command, cwd=STAGE, check=False, text=True, stdout=output)


def results() -> dict[str, str]:
    """Return how each mutant ended."""
    listed = mutmut("results", "--all", "true", capture=True).stdout
    return dict(line.strip().rsplit(": ", 1) for line in listed.splitlines() if ": " in line)


def report(ended: Mapping[str, str]) -> int:
    """Print the figures and whom no test noticed; return 0 when enough were killed."""
    counts = Counter(ended.values())
    tested = len(ended) - sum(counts[kind] for kind in APART)
    killed = counts["killed"]
    lines = [f"{name}: {how}" for name, how in sorted(ended.items()) if how != "killed"]
    lines += [
        "",
        f"{len(ended)} mutants: " + ", ".join(f"{n} {how}" for how, n in counts.most_common()),
        f"killed of those that tests ran to the end: {share(killed, tested):.1%}",
        f"killed of all, at least {LEAST:.0%} wanted:         {share(killed, len(ended)):.1%}",
    ]
    sys.stdout.write("\n".join([*lines, ""]))
    return 0 if share(killed, len(ended)) >= LEAST else 1


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


if __name__ == "__main__":
    sys.exit(main())
