"""List, watch, and list again: for resources with many objects, whose bodies are never kept.

The list after a gap also shows what was deleted in the gap, which a watch alone never does. The
store gets it as a whole, since only the store knows which of its objects are missing from it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.application.ports.errors import RestartError, TransientError
from groupaccess.application.workqueue.backoff import backoff

logger = logging.getLogger(__name__)

JSON = "application/json"
METADATA = "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1"
GONE = 410
FIRST_BACKOFF_SECONDS = 0.4
MAX_BACKOFF_SECONDS = 5.0  # after an outage of the API server nothing is known until then


class RestoredError(RestartError):
    """The API server is older than what it has reported: its etcd was restored from a backup.

    A watch from a version that does not exist yet reports nothing until that version is reached.
    """


@dataclass(frozen=True, slots=True)
class Resource:
    """A collection in the whole cluster, such as ("apis", "rbac...", "v1", "clusterroles").

    `metadata_only` requests the metadata of objects (PartialObjectMetadata) without the rest.
    """

    segments: tuple[str, ...]
    metadata_only: bool = False

    def accept(self, *, many: bool) -> str:
        """Return the media type of a list (`many`) or of the events of a watch."""
        return METADATA.format(list="List" if many else "") if self.metadata_only else JSON


T = TypeVar("T")


class ReflectorStore(Protocol[T]):
    """Stores the objects of one resource."""

    def read(self, item: dict[str, Any]) -> T:
        """Return what is stored of an object; its body is not kept."""

    def put(self, read: T) -> None:
        """Store an object that was added or changed."""

    def drop(self, namespace: str, name: str, uid: str) -> None:
        """Remove an object that was deleted."""

    def replace(self, read: Sequence[T], version: str) -> None:
        """Store all objects as of `version`; remove others that are not newer than it."""

    def watched_until(self, version: str) -> None:
        """Record that the watch has reported everything up to `version`."""


@dataclass
class Reflector(Generic[T]):
    """Reflects one resource into a store.

    `on_gap` is called when the API server no longer has the history (410): other watches may miss
    something, too. `listed` is set after the first complete list.
    """

    client: KubernetesClient
    resource: Resource
    store: ReflectorStore[T]
    on_gap: Callable[[], None] = field(default=lambda: None)
    listed: asyncio.Event = field(default_factory=asyncio.Event)
    _heard_at: float | None = None  # the last list, event or bookmark, by the event loop's clock
    _version: str = "0"  # the last one reported
    _must_list: bool = True

    @property
    def name(self) -> str:
        """Return the plural of the resource."""
        return self.resource.segments[-1]

    @property
    def silent_seconds(self) -> float:
        """Return for how long the API server has told nothing: no list, event or bookmark."""
        heard_at = self._heard_at
        return 0.0 if heard_at is None else asyncio.get_running_loop().time() - heard_at

    def _hear(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """List and watch until cancelled. Errors back off; an expired version causes a relist.

        Raise RestoredError when the API server went back to an older version meanwhile.
        """
        failures = gaps = 0
        interrupted = False
        self._hear()
        while True:
            try:
                if self._must_list:
                    self._version = await self._list()
                    self._must_list = False
                    self.listed.set()
                elif interrupted:
                    self._check_history(await self._newest())
                interrupted = False
                began = self._version
                await self._watch(began)
                # A watch that ends at once without an event must not loop without a pause.
                failures = gaps = 0 if self._version != began else 1
            except ApiError as error:
                failures += 1
                interrupted = True
                if error.code == GONE:
                    self._must_list = True
                    self.on_gap()
                    # A relist is already late: it is done at once, but only the first time.
                    failures, gaps = gaps, gaps + 1
                logger.info("%s: %s", self.name, error)
            except TransientError as error:
                failures += 1
                interrupted = True
                logger.warning("%s: %s", self.name, error)
            if failures:
                await asyncio.sleep(backoff(failures, FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS))

    async def _list(self) -> str:
        """List all pages, which are one snapshot, store them, and return its resourceVersion."""
        read: list[T] = []
        first = ""
        accept = self.resource.accept(many=True)
        async for items, version in self.client.pages(self.resource.segments, accept):
            first = first or version
            read.extend(self.store.read(item) for item in items)
        self._check_history(first)
        self.store.replace(read, first)
        self._hear()
        return first

    async def _newest(self) -> str:
        """Return the current resourceVersion, from the smallest list."""
        where = path(*self.resource.segments, query=[("limit", "1")])
        page = await self.client.call("GET", where, accept=self.resource.accept(many=True))
        version: str = page["metadata"]["resourceVersion"]
        return version

    def _check_history(self, version: str) -> None:
        """Raise RestoredError for a version that is older than what was reported."""
        if int(version) < int(self._version):
            message = f"etcd was restored: {self.name} went back from {self._version} to {version}"
            raise RestoredError(message)

    async def _watch(self, version: str) -> None:
        """Watch from `version` on; after an interruption the next watch continues from there."""
        query = [
            ("watch", "1"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(random.randint(240, 300))),  # noqa: S311 -- spreads load
        ]
        where = path(*self.resource.segments, query=query)
        async for event in self.client.watch(where, self.resource.accept(many=False)):
            item = event["object"]
            if event["type"] == "ERROR":
                raise ApiError(int(item.get("code", 500)), str(item.get("message", "")))
            if event["type"] != "BOOKMARK":
                self._put(event["type"], item)
            self._version = version = item["metadata"]["resourceVersion"]
            self.store.watched_until(version)
            self._hear()

    def _put(self, kind: str, item: dict[str, Any]) -> None:
        if kind == "DELETED":
            metadata = item["metadata"]
            self.store.drop(metadata.get("namespace", ""), metadata["name"], metadata["uid"])
        else:
            self.store.put(self.store.read(item))
