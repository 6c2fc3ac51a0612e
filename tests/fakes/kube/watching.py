"""What stands for kopf: it lists and watches our two kinds and calls the handlers as kopf does.

One task for each uid, so that the events of one object stay in order and those of several need
not; each is told. After a list, which begins anew when the history is gone, events have no type,
and of deletions in the gap nothing is told.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping

from fakes.kube.link import Link
from fakes.kube.requests import OURS
from fakes.kube.storage import Change, Key, Stored
from groupaccess.handlers import Handlers

IDLE = 0.5
ACCESSES = OURS[0]
AGAIN = 1.0  # seconds until a broken watch begins again
LASTS = 300.0

Handler = Callable[..., Awaitable[None]]
Event = tuple[float, str | None, Change]  # when it is told at the earliest, its type, what changed


class FakeKopf:
    """Watches by a link, until told to stop. `late` are seconds for each uid.

    `versions` are those of each GroupAccess that were told, with their times; None is no object.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self.late: dict[str, float] = {}
        self.errors: list[Exception] = []
        self.versions: dict[Key, list[tuple[float, Stored | None]]] = {}

    async def __call__(
        self, handlers: Handlers, stop: asyncio.Event, end: Callable[[], Awaitable[None]]
    ) -> None:
        calls: Mapping[str, Handler] = dict(
            zip(OURS, (handlers.on_access, handlers.on_directory), strict=True)
        )
        tasks = [asyncio.create_task(self._keep(*each)) for each in calls.items()]
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await end()

    def note(self, change: Change) -> None:
        """Keep what is told from now on."""
        link = self._link
        link.see(change)
        if change.plural == ACCESSES:
            now = link.seen[ACCESSES].get(change.key)
            self.versions.setdefault(change.key, []).append((link.now(), now))

    def versions_at(self, access: Key, moment: float) -> Iterator[Stored | None]:
        """Yield what may have been acted on: what comes in one moment is told one by one."""
        versions = self.versions.get(access, [])
        ends = (*(at for at, _ in versions[1:]), math.inf)
        for (begin, stored), end in zip(versions, ends, strict=False):
            if begin <= moment <= end:
                yield stored

    async def _keep(self, plural: str, handler: Handler) -> None:
        objects = _Objects(self, self._link, handler)
        try:
            while True:
                revision: int | None = await self._list(plural, objects)
                while revision is not None:
                    revision = await self._follow(plural, revision, objects)
        finally:
            await objects.close()

    async def _list(self, plural: str, objects: "_Objects") -> int:
        link = self._link
        await asyncio.sleep(max(0.0, link.cut.get(plural, 0) - link.now()))
        await asyncio.sleep(0.02)
        storage = link.requests.storage
        revision, listed = storage.revision, list(storage.objects[plural].items())
        for key, stored in listed:
            change = Change(plural, "", key, stored, None, stored.revision, link.now(), "")
            objects.put(None, change)
        link.delivered[plural] = max(link.delivered.get(plural, 0), revision)
        return revision

    async def _follow(self, plural: str, revision: int, objects: "_Objects") -> int | None:
        """Follow the changes; return where to go on, None to list anew."""
        link = self._link
        try:
            if link.now() < link.cut.get(plural, 0):
                raise ConnectionResetError
            ends = link.now() + LASTS
            async for change in link.follow(plural, revision, ends):
                if isinstance(change, str):
                    if '"ERROR"' in change:
                        return None
                    continue
                revision = change.revision
                objects.put(change.kind, change)
        except OSError:
            await asyncio.sleep(AGAIN)
        return revision


class _Objects:
    """The tasks of one kind's objects, by uid."""

    def __init__(self, kopf: FakeKopf, link: Link, handler: Handler) -> None:
        self._kopf = kopf
        self._link = link
        self._handler = handler
        self._queues: dict[str, asyncio.Queue[Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, kind: str | None, change: Change) -> None:
        uid = change.stored.uid
        queue = self._queues.get(uid)
        if queue is None:
            queue = self._queues[uid] = asyncio.Queue()
            task = asyncio.create_task(self._work(uid, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        due = self._link.now() + self._kopf.late.get(uid, 0.0)
        queue.put_nowait((due, kind, change))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, uid: str, queue: asyncio.Queue[Event]) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE):
                    due, kind, change = await queue.get()
            except TimeoutError:
                if queue.empty():
                    break
                continue  # as kopf: something may come in the very moment of the timeout
            await asyncio.sleep(max(0.0, due - self._link.now()))
            await self._tell(kind, change)
        del self._queues[uid]

    async def _tell(self, kind: str | None, change: Change) -> None:
        self._kopf.note(change)
        try:
            await self._handler(event={"type": kind, "object": change.stored.body})
        except Exception as error:  # noqa: BLE001 -- kopf logs it, and never calls again
            self._kopf.errors.append(error)
