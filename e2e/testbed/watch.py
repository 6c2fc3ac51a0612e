"""A watch of all bindings and GroupAccesses, from outside: what was seen, and when."""

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from types import TracebackType
from typing import Any, Self

import aiohttp

from testbed.bound import Key
from testbed.guards_users import User

RBAC = "/apis/rbac.authorization.k8s.io/v1"
BINDINGS = (f"{RBAC}/clusterrolebindings", f"{RBAC}/rolebindings")
ACCESSES = "/apis/groupaccess.io/v1alpha1/groupaccesses"
WITHIN = 15.0
LEAVE = 0.5  # seconds in which TLS takes leave of its connections
LARGEST = 2**22  # bytes of one event


@dataclass(frozen=True)
class Seen:
    """One event of a watch: when it came (as time.time() has it), its type, and the object.

    `key` is the object's namespace and name; whoever waits reads it of thousands again and again.
    """

    at: float
    type: str
    key: Key
    body: dict[str, Any]

    @property
    def revision(self) -> str:
        """Return the resourceVersion of the write."""
        version: str = self.body["metadata"]["resourceVersion"]
        return version


class Watch:
    """Watches from where it is entered, in a thread of its own, until it is left."""

    def __init__(self, user: User) -> None:
        """Watch as somebody who may read bindings and GroupAccesses."""
        self._user = user
        self._seen: dict[str, list[Seen]] = {path: [] for path in (*BINDINGS, ACCESSES)}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: list[asyncio.Task[None]] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result(WITHIN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; raise what ended a watch too early."""
        ended = asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN)
        self._loop.close()
        if ended and error is None:
            raise ended[0]

    def bindings(self, owner: str) -> Iterator[Seen]:
        """Yield what was seen of the bindings with the reserved names of a GroupAccess."""
        prefix = f"groupaccess:{owner}:"
        for path in BINDINGS:
            for seen in tuple(self._seen[path]):
                if seen.key[1].startswith(prefix):
                    yield seen

    def present(self, owner: str) -> set[Key]:
        """Return which of its bindings are there, as far as the watch has come."""
        last = {seen.key: seen for seen in self.bindings(owner)}
        return {key for key, seen in last.items() if seen.type != "DELETED"}

    def gone(self, owner: str, key: Key) -> float | None:
        """Return when a binding went, None when it is there, as far as the watch has come."""
        last = [seen for seen in self.bindings(owner) if seen.key == key]
        return last[-1].at if last and last[-1].type == "DELETED" else None

    def spells(self, owner: str, key: Key) -> list[float]:
        """Return for how many seconds a binding was there, each time; the last may go on."""
        mine = [seen for seen in self.bindings(owner) if seen.key == key]
        came = [seen.at for seen in mine if seen.type == "ADDED"]
        went = [seen.at for seen in mine if seen.type == "DELETED"]
        return [end - at for at, end in zip_longest(came, went, fillvalue=time.time())]

    def statuses(self, name: str) -> Iterator[Seen]:
        """Yield each write of the status of a GroupAccess."""
        before: object = None
        for seen in tuple(self._seen[ACCESSES]):
            if seen.key[1] != name or seen.type == "DELETED":
                continue
            status = seen.body.get("status", {})
            if "conditions" in status and status != before:  # until then the CRD's default
                yield seen
            before = status

    async def _begin(self) -> None:
        context = ssl.create_default_context(cafile=self._user.cluster.ca_file)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context),
            headers={"Authorization": f"Bearer {self._user.token}"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
            read_bufsize=LARGEST,
        )
        for path in self._seen:
            url = f"{self._user.cluster.server}{path}"
            async with self._session.get(url, params={"limit": "1"}) as answer:
                answer.raise_for_status()
                version = (await answer.json())["metadata"]["resourceVersion"]
            self._tasks.append(asyncio.create_task(self._follow(path, url, version)))

    async def _follow(self, path: str, url: str, version: str) -> None:
        params = {"watch": "true", "resourceVersion": version, "timeoutSeconds": "3600"}
        async with self._session.get(url, params=params) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                at, event = time.time(), json.loads(line)
                if event["type"] == "ERROR":
                    raise RuntimeError(f"{path}: {event['object']}")
                meta = event["object"]["metadata"]
                key = (meta.get("namespace", ""), meta["name"])
                self._seen[path].append(Seen(at, event["type"], key, event["object"]))
        raise RuntimeError(f"{path}: the watch ended")

    async def _end(self) -> list[BaseException]:
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        await asyncio.sleep(LEAVE)
        return [each for each in ended if isinstance(each, Exception)]
