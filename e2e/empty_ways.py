"""The ways in which people write an object, each with how the object before was made."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from testbed.admin_api import AdminApi, RefusedError
from testbed.cluster import Cluster
from testbed.installation import helm

Object = dict[str, Any]
T = TypeVar("T")
RELEASES = "empty-keys"
"""The namespace of the Helm releases."""
EDITOR = """
import pathlib, sys, yaml
said, spec, opened = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
text = opened.read_text()
if said.exists():  # kubectl opens it again when it was refused, with the words on top
    said.write_text(text)
else:
    said.write_text("")
    body = yaml.safe_load(text)
    body["spec"] = yaml.safe_load(spec.read_text())
    opened.write_text(yaml.safe_dump(body))
"""


@dataclass(frozen=True)
class EmptyKeyScenario:
    """Where somebody types: a cluster, and a folder for files."""

    cluster: Cluster
    folder: Path

    def kubectl(self, *args: str, body: Object | None = None) -> str:
        """Run kubectl; raise RefusedError with its words when it fails."""
        stdin = None if body is None else yaml.safe_dump(body)
        done = self.cluster.kubectl(*args, stdin=stdin, check=False)
        if done.returncode != 0:
            raise RefusedError(done.stderr)
        return done.stdout

    def edit(self, body: Object) -> None:
        """Edit the object's spec with kubectl, whose editor is a program."""
        program, said, spec = (self.folder / name for name in ("editor.py", "said", "spec"))
        program.write_text(EDITOR)
        spec.write_text(yaml.safe_dump(body["spec"]))
        editor = shlex.join([sys.executable, str(program), str(said), str(spec)])
        done = subprocess.run(
            [
                *(self.cluster.kubectl_program, f"--kubeconfig={self.cluster.kubeconfig}"),
                *("edit", named(body)),
            ],
            # kubectl keeps its copy of what is refused among the temporary files.
            env={**os.environ, "KUBE_EDITOR": editor, "TMPDIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            lines = said.read_text().splitlines()
            comments = " ".join(line.strip("# ") for line in lines if line.startswith("#"))
            raise RefusedError(f"{done.stderr} {comments}")

    def helm(self, action: str, body: Object, *options: str) -> None:
        """Install or upgrade a release that consists of the object."""
        chart = self.folder / "chart"
        (chart / "templates").mkdir(parents=True, exist_ok=True)
        (chart / "Chart.yaml").write_text("{apiVersion: v2, name: grants, version: 0.1.0}\n")
        (chart / "templates" / "object.yaml").write_text(yaml.safe_dump(body))
        where = (body["metadata"]["name"], chart, "--namespace", RELEASES)
        try:
            helm(action, *where, *options, kubeconfig=self.cluster.kubeconfig)
        except RuntimeError as error:
            raise RefusedError(str(error)) from error


def named(body: Object) -> str:
    """Return what kubectl calls an object, such as `ga/platform`."""
    short = {"GroupAccess": "ga", "KeycloakDirectory": "kcd"}[body["kind"]]
    return f"{short}/{body['metadata']['name']}"


def combine(
    ways: Iterable[str], fields: Sequence[T], *, all_tools: bool
) -> Iterator[tuple[str, T]]:
    """Yield with which ways each field is tried; the tools take turns, unless all are wanted."""
    tools = [way for way in ways if way in TOOLS]
    for number, field in enumerate(fields):
        for way in ways:
            if all_tools or way not in TOOLS or way == tools[number % len(tools)]:
                yield way, field


Write = Callable[[EmptyKeyScenario, Object], object]


def _apply(desk: EmptyKeyScenario, body: Object) -> object:
    return desk.kubectl("apply", "--filename=-", body=body)


def _request(method: Callable[[AdminApi, Object], object]) -> Write:
    """Send what kubectl sends, without kubectl: here it changes nothing of what is typed."""
    return lambda desk, body: method(desk.cluster.admin, body)


def _helm(action: str, mode: str) -> Write:
    return lambda desk, body: desk.helm(action, body, f"--server-side={mode}")


_create, _server_side = _request(AdminApi.create), _request(AdminApi.apply)
NEW: dict[str, Write] = {
    "create": _create,
    "apply": _apply,
    "server-side apply": _server_side,
    "helm --server-side=true": _helm("install", "true"),
    "helm --server-side=false": _helm("install", "false"),
}
CHANGE: dict[str, tuple[Write, Write]] = {
    "replace": (_create, _request(AdminApi.replace)),
    "apply": (_apply, _apply),
    "edit": (_create, EmptyKeyScenario.edit),
    "edit of what was applied": (_apply, EmptyKeyScenario.edit),
    "merge patch": (_create, _request(AdminApi.merge)),
    "JSON patch": (_create, _request(AdminApi.patch)),
    "server-side apply": (_server_side, _server_side),
    "helm --server-side=true": (NEW["helm --server-side=true"], _helm("upgrade", "true")),
    "helm --server-side=false": (NEW["helm --server-side=false"], _helm("upgrade", "false")),
}
TOOLS = ("apply", "edit", "edit of what was applied", *(way for way in NEW if "helm" in way))
"""Programs, of which each takes a second: each field is tried with one of them, in turn."""
UNSEEN = ("edit", "edit of what was applied", "merge patch", "helm --server-side=false")
"""Those that send a merge patch without the annotation of what was applied: `kubectl edit` leaves
an old one as it is."""
