"""A command of the diagnosis against a fake API server, which answers in this order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from typer.testing import CliRunner, Result

from cli.environment import environment
from cli.importing import kubeconfig
from fakes.api_server import Answer, ApiServer
from groupaccess.cli.app import app


def invoke(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, env=environment(), input=stdin)


class ClusterCommand:
    """Runs `name` with a kubeconfig for the fake API server."""

    def __init__(self, name: str, server: ApiServer, file: Path) -> None:
        self._name, self._server, self._file = name, server, file

    async def __call__(self, *arguments: str, answers: tuple[Answer, ...]) -> Result:
        self._server.answers.extend(answers)
        config = f"--kubeconfig={self._file}"
        return await asyncio.to_thread(invoke, self._name, config, *arguments)


@asynccontextmanager
async def served(name: str, folder: Path) -> AsyncIterator[ClusterCommand]:
    server = ApiServer()
    async with server.serve():
        yield ClusterCommand(name, server, kubeconfig(folder / "config", server.host))
