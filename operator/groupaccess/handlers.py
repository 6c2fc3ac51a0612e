"""Handles kopf's events of our two kinds: parse, store, and enqueue what is affected."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import kopf

from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.runtime.watch_events import WatchEvents
from groupaccess.application.state.cluster_state import ACCESS, DIRECTORY
from groupaccess.application.state.declared_objects import (
    ObjectState,
    ObjectVersion,
    UnreadableDirectory,
)
from groupaccess.application.state.store import Store
from groupaccess.application.state.unreadable_objects import read_access, read_directory

logger = logging.getLogger(__name__)

GROUP, VERSION = "groupaccess.io", "v1alpha1"


class Handlers:
    """The handlers of `kopf.on.event`: level-triggered, without a finalizer or an annotation.

    `relisted` is set when kopf lists again.
    """

    def __init__(
        self,
        store: Store,
        events: WatchEvents,
        sync: DirectorySync,
        enqueue: Callable[[Iterable[str]], None],
        relisted: asyncio.Event,
    ) -> None:
        self._store = store
        self._events = events
        self._sync = sync
        self._enqueue = enqueue
        self._relisted = relisted

    def register(self, registry: kopf.OperatorRegistry) -> None:
        """Register the handlers, so that kopf watches both kinds."""
        for plural, handle in (
            ("groupaccesses", self.on_access),
            ("keycloakdirectories", self.on_directory),
        ):
            kopf.on.event(GROUP, VERSION, plural, registry=registry, id=plural)(handle)

    async def on_access(self, event: kopf.RawEvent, **_: Any) -> None:  # noqa: ANN401 -- kopf's
        """Store a GroupAccess, and enqueue it."""
        if not self._is_news(ACCESS, event) or self._is_stored(event["object"]["metadata"]):
            return
        declared = read_access(event["object"])
        if declared.unreadable:
            _log_unreadable(declared.state, declared.unreadable)
        previous = self._store.accesses.get(declared.access.name)
        self._enqueue(self._store.put_access(declared))
        self._sync.access_changed(previous, declared)

    async def on_directory(self, event: kopf.RawEvent, **_: Any) -> None:  # noqa: ANN401 -- kopf's
        """Store a KeycloakDirectory, and enqueue the GroupAccesses that refer to it."""
        if not self._is_news(DIRECTORY, event):
            return
        read = read_directory(event["object"])
        name = read.state.ref.name
        previous = self._store.directories.readable(name)
        if isinstance(read, UnreadableDirectory):
            _log_unreadable(read.state, read.fact)
            self._enqueue(self._store.put_unreadable_directory(read))
            self._sync.directory_changed(name, previous, None)
        else:
            self._enqueue(self._store.put_directory(read))
            self._sync.directory_changed(name, previous, read)

    def _is_stored(self, meta: Mapping[str, Any]) -> bool:
        """Return whether a GroupAccess is stored in this version: there is nothing to read."""
        return self._store.knows_version(meta["name"], ObjectVersion.read(meta))

    def _is_news(self, kind: str, event: kopf.RawEvent) -> bool:
        """Record that an object exists or was deleted; return whether it is to be read."""
        meta: Any = event["object"]["metadata"]
        name, uid, version = meta["name"], meta["uid"], meta["resourceVersion"]
        if event["type"] == "DELETED":
            self._events.record_deletions(kind, {name: uid}, version)
            return False
        if event["type"] is None:  # from a list
            self._relisted.set()
        return self._events.put(kind, name, uid, version)


def _log_unreadable(state: ObjectState, fact: str) -> None:
    logger.error("%s %s cannot be read: %s", state.ref.kind, state.ref.name, fact)
