"""A real HTTP server that answers as an API server would, by a script."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio.client import ApiClient, Configuration

from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.transport import HttpTransport

Item = dict[str, Any]


@dataclass
class Answer:
    """A plain answer."""

    body: Any
    status: int = 200


@dataclass
class Stream:
    """A watch: its events, and whether it stays open, ends, or breaks off in half a line."""

    events: tuple[Any, ...] = ()
    end: str = "open"


def page(*items: Item, version: str = "1", more: str = "") -> Answer:
    """Return a page of a list."""
    return Answer(
        {"metadata": {"resourceVersion": version, "continue": more}, "items": list(items)}
    )


def event(kind: str, item: Item) -> Item:
    """Return an event of a watch."""
    return {"type": kind, "object": item}


def status(code: int, message: str = "sorry", reason: str = "") -> Item:
    """Return a metav1.Status that is no success."""
    causes = {"details": {"causes": [{"reason": reason}]}} if reason else {}
    return {"kind": "Status", "code": code, "message": message, **causes}


def item(name: str, uid: str = "", version: str = "1", namespace: str = "") -> Item:
    """Return an object's metadata."""
    where = {"namespace": namespace} if namespace else {}
    return {"metadata": {"name": name, "uid": uid or name, "resourceVersion": version, **where}}


class ApiServer:
    """Answers lists and everything else from `answers`, watches from `streams`, each in order.

    A watch for which there is no stream any more stays open. `requests` holds what was asked.
    """

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.streams: deque[Stream | Answer] = deque()
        self.requests: list[web.Request] = []
        self.bodies: list[Any] = []
        self.times: list[float] = []
        self.host = ""
        self._closing = asyncio.Event()

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[KubernetesClient]:
        """Serve, and give a client."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        async with TestServer(app) as server:
            configuration = Configuration()
            configuration.host = self.host = str(server.make_url("")).rstrip("/")
            async with ApiClient(configuration) as client:
                yield KubernetesClient(HttpTransport(client))
            self._closing.set()

    @property
    def watched(self) -> list[str]:
        """Return the versions that watches began at."""
        queries = [request.query for request in self.requests]
        return [query["resourceVersion"] for query in queries if "watch" in query]

    @property
    def listed(self) -> int:
        """Return how many pages were asked for."""
        return sum("watch" not in request.query for request in self.requests)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        if "watch" not in request.query:
            text = await request.text()
            self.bodies.append(json.loads(text) if text else None)
            return _plain(self.answers.popleft())
        script = self.streams.popleft() if self.streams else Stream()
        return _plain(script) if isinstance(script, Answer) else await self._follow(request, script)

    async def _follow(self, request: web.Request, script: Stream) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for each in script.events:
            await response.write(json.dumps(each).encode() + b"\n")
        if script.end == "open":
            await self._closing.wait()
        if script.end == "break" and request.transport is not None:
            await response.write(b'{"type": "ADDED", "obj')
            request.transport.close()
        return response


def _plain(answer: Answer) -> web.Response:
    if isinstance(answer.body, str):
        return web.Response(text=answer.body, status=answer.status)
    return web.json_response(answer.body, status=answer.status)
