"""Handles kopf's events of our two kinds: parse, store, and enqueue what is affected."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import kopf
from pydantic import ValidationError

from groupaccess.api import v1alpha1 as api
from groupaccess.application.directory.requests import DirectoryRequests
from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.state.declared import ObjectState, read_declared_directory
from groupaccess.application.state.demand import declared_groups
from groupaccess.application.state.store import Store
from groupaccess.application.state.unreadable_objects import read_access, unreadable_directory
from groupaccess.domain.access.group_access import Access

logger = logging.getLogger(__name__)

GROUP, VERSION = "groupaccess.io", "v1alpha1"


class Handlers:
    """The handlers of `kopf.on.event`: level-triggered, without a finalizer or an annotation.

    `relisted` is set when kopf lists again.
    """

    def __init__(
        self,
        store: Store,
        sync: DirectorySync,
        requests: DirectoryRequests,
        enqueue: Callable[[Iterable[str]], None],
        relisted: asyncio.Event,
    ) -> None:
        self._store = store
        self._sync = sync
        self._requests = requests
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
        """Store a GroupAccess, and ask for groups that are new in it."""
        body = event["object"]
        name = body["metadata"]["name"]
        if not self._see("GroupAccess", event):
            return
        declared = read_access(body)
        if words := _unreadable(declared.access):
            logger.error("GroupAccess %s cannot be read: %s", name, words)
        previous = self._store.accesses.get(name)
        self._enqueue(self._store.put_access(declared))
        if declared_groups(declared) != declared_groups(previous):
            self._requests.ask_new(declared.access.directory, [name])

    async def on_directory(self, event: kopf.RawEvent, **_: Any) -> None:  # noqa: ANN401 -- kopf's
        """Store a KeycloakDirectory, and have it asked when it is new or changed."""
        body = event["object"]
        name = body["metadata"]["name"]
        if not self._see("KeycloakDirectory", event):
            return
        try:
            declared = read_declared_directory(api.KeycloakDirectory.read(body))
        except ValidationError as error:
            self._put_unreadable(*unreadable_directory(body, error))
            return
        previous = self._store.directories.declared.get(name)
        was_unreadable = name in self._store.directories.unreadable
        self._enqueue(self._store.put_directory(declared))
        if previous is None or was_unreadable or not previous.requests_the_same(declared):
            self._sync.start_or_wake(name)
        else:  # its status may differ from the one that was written
            self._requests.ask_new(name)

    def _put_unreadable(self, state: ObjectState, words: str) -> None:
        """Store that a KeycloakDirectory cannot be read, and have its status report that."""
        logger.error("KeycloakDirectory %s cannot be read: %s", state.ref.name, words)
        self._enqueue(self._store.put_unreadable_directory(state, words))
        self._sync.start_or_wake(state.ref.name)

    def record_deletions(self, kind: str, uids: Mapping[str, str], version: str) -> None:
        """Record that objects were deleted before a list; late events of others change nothing.

        `uids` are by name: a name may belong to another object by now.
        """
        for name, uid in uids.items():
            if self._store.watched[kind].drop(name, uid, version):
                self._drop(kind, name)

    def _see(self, kind: str, event: kopf.RawEvent) -> bool:
        """Record that an object exists or was deleted; return whether it is to be read.

        Events do not always come in order, since kopf has a task for each uid.
        """
        meta: Any = event["object"]["metadata"]
        name, uid, version = meta["name"], meta["uid"], meta["resourceVersion"]
        if event["type"] == "DELETED":
            self.record_deletions(kind, {name: uid}, version)
            return False
        if event["type"] is None:  # from a list
            self._relisted.set()
        seen = self._store.watched[kind]
        before, _ = seen.objects.get(name, (uid, version))
        if not seen.put(name, uid, version):
            return False
        if before != uid:
            self._drop(kind, name)
        return True

    def _drop(self, kind: str, name: str) -> None:
        """Remove an object that was deleted, also when another one took its name at once."""
        if kind == "GroupAccess":
            self._enqueue(self._store.drop_access(name))
        else:
            self._sync.stop(name)
            self._enqueue(self._store.drop_directory(name))


def _unreadable(access: Access) -> str:
    """Return what cannot be read in a GroupAccess, "" for nothing."""
    items = (mapping.unreadable for mapping in access.mappings)
    return "; ".join(filter(None, (access.unreadable, *items)))
