"""Bare requests to the API server, so many at a time: the floor below every figure."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp

from testbed.control_plane import ControlPlane

CONNECTIONS = 16
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
OWN = "/apis/groupaccess.io/v1alpha1"
PAGE = "500"
NOT_FOUND, CONFLICT = 404, 409
T = TypeVar("T")
Body = Mapping[str, Any]


class Requests:
    """One account's requests over CONNECTIONS connections that stay open."""

    def __init__(self, session: aiohttp.ClientSession, server: str) -> None:
        """Send through a session; `connected` makes both."""
        self.session = session
        self.server = server

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        content: str = "application/json",
        *,
        missing_ok: bool = False,
    ) -> dict[str, Any]:
        """Send one request and return the JSON of its answer; raise on an HTTP error.

        With `missing_ok` return nothing where the object is gone, or not gone yet.
        """
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": content}
        async with self.session.request(
            method, f"{self.server}{path}", data=data, headers=headers
        ) as answer:
            text = await answer.text()
            if missing_ok and answer.status in {NOT_FOUND, CONFLICT}:
                return {}
            if not answer.ok:
                message = f"{method} {path}: {answer.status}: {text}"
                raise RuntimeError(message)
            found: dict[str, Any] = json.loads(text)
            return found

    async def items(self, path: str) -> list[dict[str, Any]]:
        """List a collection in pages, as the operator does."""
        found: list[dict[str, Any]] = []
        following = ""
        while True:
            page = await self.send("GET", f"{path}?limit={PAGE}{following}")
            found += page["items"] or []
            token = page["metadata"].get("continue")
            if not token:
                return found
            following = f"&continue={token}"


@asynccontextmanager
async def connected(cluster: ControlPlane, token: str | None = None) -> AsyncIterator[Requests]:
    """Connect with a bearer token, or as the admin."""
    context = ssl.create_default_context(cafile=cluster.ca_file)
    if token is None:
        context.load_cert_chain(*cluster.admin_certificate)
    connector = aiohttp.TCPConnector(ssl=context, limit=CONNECTIONS)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    limits = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(
        connector=connector, headers=headers, timeout=limits
    ) as session:
        yield Requests(session, cluster.server)


async def many(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Make calls, CONNECTIONS of them at a time; return their results in order."""
    few = asyncio.Semaphore(CONNECTIONS)

    async def make(call: Awaitable[T]) -> T:
        async with few:
            return await call

    return await asyncio.gather(*map(make, calls))


def answered(cluster: ControlPlane, label: str = "") -> float:
    """Return how many requests kube-apiserver has answered, those with a label of its metric."""
    text = cluster.read_as_admin("/metrics").text
    lines = (line for line in text.splitlines() if line.startswith("apiserver_request_total{"))
    return sum(float(line.rpartition(" ")[2]) for line in lines if label in line)


async def seconds(call: Awaitable[object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    await call
    return time.perf_counter() - began
