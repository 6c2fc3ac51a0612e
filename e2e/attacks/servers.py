"""Hostile servers that run beside the test, in a loop of their own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psutil

from attacks.actors import DIRECTOR
from attacks.stage import AttackScenario
from fakes.keycloak_server import SECRET, KeycloakServer
from testbed.installation import NAMESPACE
from testbed.objects import API

UP_WITHIN = 30.0


@dataclass
class Servers:
    """The attacker's server, and another of hers which nobody may be led to."""

    first: KeycloakServer = field(default_factory=KeycloakServer)
    second: KeycloakServer = field(default_factory=KeycloakServer)


@contextmanager
def serving(*servers: KeycloakServer) -> Iterator[None]:
    """Serve until the block ends."""
    runner, up, stop = asyncio.Runner(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server.serve())
            up.set()
            await stop.wait()

    loop = runner.get_loop()
    thread = threading.Thread(target=runner.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert up.wait(UP_WITHIN), "the servers are not up"
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(UP_WITHIN)
        runner.close()


class Memory:
    """The most memory that a process has while the block runs, beyond what it had before."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._before = self._peak = self._now()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def grown(self) -> int:
        """Return by how many bytes it grew."""
        return self._peak - self._before

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self._peak = max(self._peak, self._now())

    def _now(self) -> int:
        return int(self._process.memory_info().rss)


def declare_directory(
    stage: AttackScenario,
    name: str,
    server: KeycloakServer,
    prefix: str = "hostile:",
    **spec: Any,  # noqa: ANN401 -- JSON
) -> None:
    """Declare a directory at that server, with a secret and a prefix that belong to it."""
    meta = {"name": name, "namespace": NAMESPACE}
    login = {"client-id": "groupaccess", "client-secret": SECRET}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": login}
    stage.objects.apply(secret)
    body: dict[str, Any] = {
        "apiVersion": API,
        "kind": "KeycloakDirectory",
        "metadata": {"name": name},
        "spec": {
            "issuer": server.issuer,
            "caBundle": {"inline": server.ca},
            "auth": {"clientSecret": {"secretRef": {"name": name}}},
            "tokens": {"groupsPrefix": prefix, "clients": [{"clientId": "headlamp"}]},
            "allowedClusterRoles": ["*"],
            "syncInterval": "10s",
            **spec,
        },
    }
    stage.objects.remember(body)
    answer = stage.user(DIRECTOR).create(body)
    assert answer.status == 201, answer.message
