"""List, watch, and list again: what is watched in bulk, without ever keeping a body.

A list after a gap also shows what was deleted in the gap, which a watch alone never does: it is
handed over whole, since only who keeps the objects knows which it lacks.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.work.backoff import backoff

logger = logging.getLogger(__name__)

JSON = "application/json"
METADATA = "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1"
GONE = 410
FIRST_BACKOFF_SECONDS = 0.4
MAX_BACKOFF_SECONDS = 5.0  # seconds; after an outage of the API server nothing is known until then


@dataclass(frozen=True, slots=True)
class Resource:
    """A collection in the whole cluster, such as ("apis", "rbac...", "v1", "clusterroles").

    `metadata_only` asks for names and labels without the bodies.
    """

    segments: tuple[str, ...]
    metadata_only: bool = False

    def accept(self, *, many: bool) -> str:
        """Return the media type of a list or of the events of a watch."""
        return METADATA.format(list="List" if many else "") if self.metadata_only else JSON


T = TypeVar("T")


class ReflectorStore(Protocol[T]):
    """Keeps what is read of one resource."""

    def read(self, item: dict[str, Any]) -> T:
        """Read what is kept of an object; its body is not."""

    def put(self, read: T) -> None:
        """Keep an object that came or changed."""

    def drop(self, namespace: str, name: str, uid: str) -> None:
        """Forget an object that was deleted."""

    def replace(self, read: Sequence[T], version: str) -> None:
        """Keep all objects as they were at a version; others that are as old have gone."""

    def watched_until(self, version: str) -> None:
        """Keep that everything up to a version was told."""


@dataclass
class Reflector(Generic[T]):
    """Reflects one resource into a mirror.

    `on_gap` is called when the API server no longer has the history: other watches may miss
    something, too. `listed` is set after the first whole list.
    """

    client: KubernetesClient
    resource: Resource
    store: ReflectorStore[T]
    on_gap: Callable[[], None] = field(default=lambda: None)
    listed: asyncio.Event = field(default_factory=asyncio.Event)
    _version: str | None = None  # the last one told; None lists anew

    async def run(self) -> None:
        """Mirror until cancelled. Errors back off; a version that is too old lists anew."""
        failures = gaps = 0
        while True:
            try:
                if self._version is None:
                    self._version = await self._list()
                    self.listed.set()
                began = self._version
                await self._watch(began)
                # One that ends at once with no news must not spin.
                failures = gaps = 0 if self._version != began else 1
            except ApiError as error:
                failures += 1
                if error.code == GONE:
                    self._version = None
                    self.on_gap()
                    # What is listed anew is late already: at once, but only once.
                    failures, gaps = gaps, gaps + 1
                logger.info("%s: %s", self.resource.segments[-1], error)
            except TransientError as error:
                failures += 1
                logger.warning("%s: %s", self.resource.segments[-1], error)
            if failures:
                await asyncio.sleep(backoff(failures, FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS))

    async def _list(self) -> str:
        """Read all pages, a snapshot of the first, and hand them over; return the version."""
        read: list[T] = []
        first = ""
        accept = self.resource.accept(many=True)
        async for items, version in self.client.pages(self.resource.segments, accept):
            first = first or version
            read.extend(self.store.read(item) for item in items)
        self.store.replace(read, first)
        return first

    async def _watch(self, version: str) -> None:
        """Follow the events from a version on; where it breaks off, the next one goes on."""
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

    def _put(self, kind: str, item: dict[str, Any]) -> None:
        if kind == "DELETED":
            metadata = item["metadata"]
            self.store.drop(metadata.get("namespace", ""), metadata["name"], metadata["uid"])
        else:
            self.store.put(self.store.read(item))
