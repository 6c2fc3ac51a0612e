"""What is in e2e/ begins without servers: its programs, which need no test, and its tests."""

import os
import subprocess
import sys
from pathlib import Path

E2E = Path(__file__).parents[2] / "e2e"
BENCHMARKS = ("commands", "convergence", "guards", "report", "scale", "soak")


def test_the_programs_start_without_the_tests() -> None:
    programs = ", ".join(("demo", *(f"bench.{name}" for name in BENCHMARKS)))
    env = {**os.environ, "PYTHONPATH": str(E2E)}
    load = [sys.executable, "-c", f"import {programs}"]
    done = subprocess.run(load, env=env, cwd=E2E, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_end_to_end_tests_can_be_collected() -> None:
    collect = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:xdist"]
    done = subprocess.run(
        [*collect, "-p", "no:cacheprovider", str(E2E)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
