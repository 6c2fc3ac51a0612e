"""List, watch, and list again: what is watched in bulk, without ever keeping a body.

A list after a gap also tells what was deleted in the gap, which a watch alone never does.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from groupaccess.adapters.kubernetes.rest import ApiError, Rest, path
from groupaccess.application.ports import PassingError

logger = logging.getLogger(__name__)

JSON = "application/json"
METADATA = "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1"
GONE = 410
LONGEST_BACKOFF = 30.0


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


@dataclass
class Reflector:
    """Mirrors one resource: `put` is called with each object, `gone` with each that went.

    `gone` gets namespace, name and uid. `on_gap` is called when the API server no longer has the
    history: other watches may miss something, too. `listed` is set after the first whole list.
    """

    rest: Rest
    resource: Resource
    put: Callable[[dict[str, Any]], None]
    gone: Callable[[str, str, str], None]
    on_gap: Callable[[], None] = field(default=lambda: None)
    listed: asyncio.Event = field(default_factory=asyncio.Event)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)  # (namespace, name) -> uid
    _version: str | None = None  # the last one told; None lists anew

    async def run(self) -> None:
        """Mirror until cancelled. Errors back off; a version that is too old lists anew."""
        failures = 0
        while True:
            try:
                if self._version is None:
                    self._version = await self._list()
                    self.listed.set()
                began = self._version
                await self._watch(began)
                # One that ends at once with no news must not spin.
                failures = 0 if self._version != began else 1
            except ApiError as error:
                failures += 1
                if error.code == GONE:
                    self._version = None
                    self.on_gap()
                logger.info("%s: %s", self.resource.segments[-1], error)
            except PassingError as error:
                failures += 1
                logger.warning("%s: %s", self.resource.segments[-1], error)
            if failures:
                await asyncio.sleep(_backoff(failures))

    async def _list(self) -> str:
        """Read all pages, tell what is there and then what is not any more; return the version."""
        seen: dict[tuple[str, str], str] = {}
        version = ""
        accept = self.resource.accept(many=True)
        async for items, version in self.rest.pages(self.resource.segments, accept):  # noqa: B007
            for item in items:
                key, uid = _identify(item)
                seen[key] = uid
                self._replace(key, uid)
                self.put(item)
        for key in self._known.keys() - seen.keys():
            self.gone(*key, self._known.pop(key))
        return version

    async def _watch(self, version: str) -> None:
        """Follow the events from a version on; where it breaks off, the next one goes on."""
        query = [
            ("watch", "1"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(random.randint(240, 300))),  # noqa: S311 -- spreads load
        ]
        where = path(*self.resource.segments, query=query)
        async for event in self.rest.lines(where, self.resource.accept(many=False)):
            item = event["object"]
            if event["type"] == "ERROR":
                raise ApiError(int(item.get("code", 500)), str(item.get("message", "")))
            if event["type"] != "BOOKMARK":
                self._tell(event["type"], item)
            self._version = item["metadata"]["resourceVersion"]

    def _tell(self, kind: str, item: dict[str, Any]) -> None:
        key, uid = _identify(item)
        if kind == "DELETED":
            self._known.pop(key, None)
            self.gone(*key, uid)
        else:
            self._replace(key, uid)
            self.put(item)

    def _replace(self, key: tuple[str, str], uid: str) -> None:
        """Tell of the end of an object whose name another one has now."""
        before = self._known.get(key)
        if before is not None and before != uid:
            self.gone(*key, before)
        self._known[key] = uid


def _identify(item: dict[str, Any]) -> tuple[tuple[str, str], str]:
    metadata = item["metadata"]
    return (metadata.get("namespace", ""), metadata["name"]), metadata["uid"]


def _backoff(failures: int) -> float:
    longest = min(LONGEST_BACKOFF, 0.2 * 2.0 ** min(failures, 16))
    return longest * random.uniform(0.5, 1)  # noqa: S311 -- spreads load
