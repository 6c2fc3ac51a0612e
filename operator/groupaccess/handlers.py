"""What kopf tells of our two kinds goes into the store, and whom it touches into the queue."""

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

    `relisted` is set when kopf begins anew with a list.
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
        """Let kopf watch both kinds for us."""
        for plural, handle in (
            ("groupaccesses", self.on_access),
            ("keycloakdirectories", self.on_directory),
        ):
            kopf.on.event(GROUP, VERSION, plural, registry=registry, id=plural)(handle)

    async def on_access(self, event: kopf.RawEvent, **_: Any) -> None:  # noqa: ANN401 -- kopf's
        """Take in a GroupAccess."""
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
        """Take in a KeycloakDirectory, and have it read when it is new or changed."""
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
        else:  # its status may be another one than was written
            self._requests.ask_new(name)

    def _put_unreadable(self, state: ObjectState, words: str) -> None:
        """Take in a KeycloakDirectory that cannot be read, and have that said."""
        logger.error("KeycloakDirectory %s cannot be read: %s", state.ref.name, words)
        self._enqueue(self._store.put_unreadable_directory(state, words))
        self._sync.start_or_wake(state.ref.name)

    def gone(self, kind: str, uids: Mapping[str, str], version: str) -> None:
        """Take in that objects had ended when a list was made; late news of others change nothing.

        An object is named and has a uid: its name may be another one's by now.
        """
        for name, uid in uids.items():
            if self._store.watched[kind].drop(name, uid, version):
                self._drop(kind, name)

    def _see(self, kind: str, event: kopf.RawEvent) -> bool:
        """Take in that an object is there, or that it ended; tell whether it is to be read.

        Not everything is told in order: kopf has a task for each uid.
        """
        meta: Any = event["object"]["metadata"]
        name, uid, version = meta["name"], meta["uid"], meta["resourceVersion"]
        if event["type"] == "DELETED":
            self.gone(kind, {name: uid}, version)
            return False
        if event["type"] is None:  # of a list
            self._relisted.set()
        seen = self._store.watched[kind]
        before, _ = seen.objects.get(name, (uid, version))
        if not seen.put(name, uid, version):
            return False
        if before != uid:
            self._drop(kind, name)
        return True

    def _drop(self, kind: str, name: str) -> None:
        """Forget an object that ended, also when its name is another one's at once."""
        if kind == "GroupAccess":
            self._enqueue(self._store.drop_access(name))
        else:
            self._sync.stop(name)
            self._enqueue(self._store.drop_directory(name))


def _unreadable(access: Access) -> str:
    """Say what of a GroupAccess cannot be read, "" for nothing."""
    items = (mapping.unreadable for mapping in access.mappings)
    return "; ".join(filter(None, (access.unreadable, *items)))
