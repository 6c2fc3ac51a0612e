"""Helm, which renders the chart without a cluster."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from testbed.cache import cache_root
from testbed.tools import HELM

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "groupaccess"
VALUES_FILES = sorted((CHART / "ci").glob("*-values.yaml"))
NAMESPACE = "access"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is there

Object = dict[str, Any]


class HelmError(Exception):
    """Helm refused; the message is its own."""


def find_helm() -> str | None:
    """Return the testbed's Helm when it is built, else the one in PATH."""
    built = cache_root() / HELM.name / HELM.version / "helm"
    return str(built) if built.exists() else shutil.which("helm")


@dataclass(frozen=True)
class Chart:
    """The chart, as a Helm renders it."""

    helm: str

    def render(self, *options: str, release: str = "groupaccess", **values: object) -> list[Object]:
        """Return the objects that a release with these values has."""
        said = self._run(("template", release, *options), values)
        return [body for body in yaml.load_all(said, Loader=LOADER) if body]

    def notes(self, **values: object) -> str:
        """Return what an installation with these values tells."""
        return self._run(("install", "x", "--dry-run=client"), values).partition("\nNOTES:")[2]

    def _run(self, command: Sequence[str], values: Mapping[str, object]) -> str:
        pairs = [f"--set-json={name}={json.dumps(value)}" for name, value in values.items()]
        where = (str(CHART), f"--namespace={NAMESPACE}")
        done = subprocess.run(
            [self.helm, *command, *where, *pairs], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise HelmError(done.stderr)
        return done.stdout
