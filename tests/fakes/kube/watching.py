"""What stands for kopf: it lists and watches our two kinds and calls the handlers as kopf does.

One task for each uid, so that the events of one object stay in order and those of several need
not; of what comes within a moment only the last is told. After a list, which begins anew when the
history is gone, events have no type, and of deletions in the gap nothing is told.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from fakes.kube.link import Link
from fakes.kube.requests import OURS
from fakes.kube.storage import Change
from groupaccess.handlers import Handlers

BATCH = 0.1  # seconds of silence after which an object's last event is told
IDLE = 0.5
AGAIN = 1.0  # seconds until a broken watch begins again
LASTS = 300.0

Handler = Callable[..., Awaitable[None]]
Event = tuple[str | None, Change]


class FakeKopf:
    """Watches by a link, until told to stop. `late` are seconds for each uid."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.late: dict[str, float] = {}
        self.errors: list[Exception] = []

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
        queue.put_nowait((kind, change))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, uid: str, queue: asyncio.Queue[Event]) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE):
                    kind, change = await queue.get()
            except TimeoutError:
                if queue.empty():
                    break
                continue  # as kopf: something may come in the very moment of the timeout
            await asyncio.sleep(self._kopf.late.get(uid, 0.0))
            with contextlib.suppress(TimeoutError):
                while True:
                    async with asyncio.timeout(BATCH):
                        kind, change = await queue.get()
            await self._tell(kind, change)
        del self._queues[uid]

    async def _tell(self, kind: str | None, change: Change) -> None:
        self._link.see(change)
        try:
            await self._handler(event={"type": kind, "object": change.stored.body})
        except Exception as error:  # noqa: BLE001 -- kopf logs it, and never calls again
            self._kopf.errors.append(error)
