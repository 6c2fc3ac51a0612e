"""A server for the commands that need one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.importing import CommandResult, kubeconfig
from fakes.api_server import ApiServer


@pytest.fixture
async def typed(tmp_path: Path) -> AsyncIterator[CommandResult]:
    """Give `groupaccess import` against a fake API server."""
    server = ApiServer()
    async with server.serve():
        yield CommandResult(server, kubeconfig(tmp_path / "kubeconfig", server.host))
