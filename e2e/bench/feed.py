"""What the API server tells of bindings and GroupAccesses, with the time when it came."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from bench.requests import OWN, RBAC, Requests

ACCESSES = f"{OWN}/groupaccesses"
BINDINGS = (f"{RBAC}/clusterrolebindings", f"{RBAC}/rolebindings")
LONGEST = 2**24  # bytes of an event
GRANTED = "Granted"
Key = tuple[str, str]  # namespace ("" for none) and name


@dataclass
class Feed:
    """One watch of each kind: what is bound, what the statuses say, and since when.

    `bound` are the bindings that exist and have subjects, `ready` the reason of `Ready` of each
    GroupAccess whose status is of its generation; both with the seconds of `time.perf_counter`
    when that was told. `granted` is how many say that they are granted.
    """

    bound: dict[Key, float] = field(default_factory=dict)
    ready: dict[str, tuple[str, float]] = field(default_factory=dict)
    granted: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, check: Callable[[], bool], within: float) -> None:
        """Wait until something holds of what is told."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(check)

    def of(self, access: str) -> dict[Key, float]:
        """Return what is bound of a GroupAccess."""
        prefix = f"groupaccess:{access}:"
        return {key: at for key, at in self.bound.items() if key[1].startswith(prefix)}

    async def put(self, kind: str, body: dict[str, Any], *, access: bool) -> None:
        """Store one event."""
        at, meta = time.perf_counter(), body["metadata"]
        if access:
            self._put_access(kind, body, at)
        elif kind == "DELETED" or not body.get("subjects"):
            self.bound.pop((meta.get("namespace", ""), meta["name"]), None)
        else:
            self.bound.setdefault((meta.get("namespace", ""), meta["name"]), at)
        async with self._news:
            self._news.notify_all()

    def _put_access(self, kind: str, body: dict[str, Any], at: float) -> None:
        name, status = body["metadata"]["name"], body.get("status", {})
        before, _ = self.ready.get(name, ("", 0.0))
        current = status.get("observedGeneration") == body["metadata"]["generation"]
        reason = _ready(status) if current and kind != "DELETED" else ""
        if reason != before:
            self.granted += (reason == GRANTED) - (before == GRANTED)
            self.ready[name] = reason, at
        if not reason:
            self.ready.pop(name, None)


def collection(namespace: str) -> str:
    """Return the path of the bindings of a namespace, or of the whole cluster for ""."""
    if not namespace:
        return BINDINGS[0]
    return BINDINGS[1].replace("/rolebindings", f"/namespaces/{namespace}/rolebindings")


def path_of(key: Key) -> str:
    """Return the path of a binding."""
    namespace, name = key
    return f"{collection(namespace)}/{quote(name, safe='')}"


@asynccontextmanager
async def following(admin: Requests) -> AsyncIterator[Feed]:
    """Follow from now on."""
    feed = Feed()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_follow(admin, path, feed, await _now(admin, path)))
            for path in (ACCESSES, *BINDINGS)
        ]
        try:
            yield feed
        finally:
            for task in tasks:
                task.cancel()


def _ready(status: dict[str, Any]) -> str:
    conditions: list[dict[str, str]] = status["conditions"]
    return next(each["reason"] for each in conditions if each["type"] == "Ready")


async def _now(admin: Requests, path: str) -> str:
    version: str = (await admin.send("GET", f"{path}?limit=1"))["metadata"]["resourceVersion"]
    return version


async def _follow(admin: Requests, path: str, feed: Feed, version: str) -> None:
    limits = aiohttp.ClientTimeout(total=None)
    while True:  # a new CRD ends the watches of its kind once
        url = f"{admin.server}{path}?watch=true&resourceVersion={version}&timeoutSeconds=7200"
        async with admin.session.get(url, timeout=limits, read_bufsize=LONGEST) as answer:
            async for line in answer.content:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise RuntimeError(f"{path}: {event['object']}")
                version = event["object"]["metadata"]["resourceVersion"]
                await feed.put(event["type"], event["object"], access=path == ACCESSES)
