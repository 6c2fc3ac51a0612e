"""`groupaccess import` against a fake API server, and bodies for it to answer."""

import asyncio
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner, Result

from cli.environment import environment
from fakes.api_server import Answer, ApiServer, page, status
from groupaccess.cli.app import app

Body = dict[str, Any]
RBAC = "rbac.authorization.k8s.io"
RANCHER = "keycloakoidc_group://SRE"


def binding(
    name: str,
    *groups: str,
    role: str = "view",
    namespace: str = "",
    version: str = "1",
    **metadata: object,
) -> Body:
    where = {"namespace": namespace} if namespace else {}
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "resourceVersion": version,
            **where,
            **metadata,
        },
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group} for group in groups],
    }


def access(
    name: str = "adopted-view", state: str = "Granted", *, seen: int = 1, **metadata: object
) -> Body:
    mapping = {"name": "sre-view", "group": "SRE", "clusterRole": "view", "clusterWide": True}
    return {
        "apiVersion": "groupaccess.io/v1alpha1",
        "kind": "GroupAccess",
        "metadata": {"name": name, "uid": "u", "resourceVersion": "1", "generation": 1, **metadata},
        "spec": {"mappings": [mapping]},
        "status": {
            "observedGeneration": seen,
            "mappings": [{"name": "sre-view", "state": state, "reason": "Granted"}],
        },
    }


OURS = binding("groupaccess:adopted-view:sre-view:view", "SRE")
OLD = binding("sre-by-hand", "SRE", version="7")
GONE = Answer(status(404), 404)


class CommandResult:
    """The command against a fake API server."""

    def __init__(self, server: ApiServer, kubeconfig: Path) -> None:
        self.server = server
        self._kubeconfig = kubeconfig

    async def __call__(self, *arguments: str, answers: tuple[Answer, ...]) -> Result:
        self.server.answers.extend(answers)
        command = ["import", f"--kubeconfig={self._kubeconfig}", "--settle-seconds=0", *arguments]
        return await asyncio.to_thread(CliRunner().invoke, app, command, env=environment())

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.server.requests]


def kubeconfig(file: Path, server: str) -> Path:
    config = {
        "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": server}}],
        "users": [{"name": "me", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    }
    file.write_text(yaml.safe_dump(config))
    return file


def listed(*bindings: Body) -> tuple[Answer, Answer]:
    """Return the two lists of bindings."""
    whole = [body for body in bindings if "namespace" not in body["metadata"]]
    return page(*whole), page(*(body for body in bindings if body not in whole))
