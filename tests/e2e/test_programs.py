"""What the Makefile runs of e2e/ are programs of their own: they need no part of the tests."""

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
