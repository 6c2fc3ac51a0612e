"""Objects as etcd keeps them: every write has a revision, and watches read the history."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

Body = dict[str, Any]


class Key(NamedTuple):
    """Where an object is within its collection; namespace "" for what is cluster-scoped."""

    namespace: str
    name: str


@dataclass(frozen=True)
class Stored:
    """One version of an object, never changed in place."""

    body: Body

    @cached_property
    def text(self) -> str:
        return json.dumps(self.body, separators=(",", ":"))

    @property
    def uid(self) -> str:
        uid: str = self.body["metadata"]["uid"]
        return uid

    @property
    def revision(self) -> int:
        return int(self.body["metadata"]["resourceVersion"])


@dataclass(frozen=True)
class Change:
    """One write: ADDED, MODIFIED or DELETED, when, and by whom."""

    plural: str
    kind: str
    key: Key
    stored: Stored
    before: Stored | None
    revision: int
    at: float
    by: str


class Storage:
    """All objects by plural and key. `listeners` are called with each change at once."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.revision = 100
        self.compacted = 0
        self.objects: defaultdict[str, dict[Key, Stored]] = defaultdict(dict)
        self.history: defaultdict[str, list[Change]] = defaultdict(list)
        self.uids = 0
        self.listeners: list[Callable[[Change], None]] = []
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)

    def get(self, plural: str, key: Key) -> Stored | None:
        return self.objects[plural].get(key)

    def put(self, plural: str, key: Key, body: Mapping[str, Any], by: str) -> Stored:
        """Create or replace an object; one that says the same is left, as kube-apiserver does."""
        before = self.objects[plural].get(key)
        metadata = dict(body["metadata"])
        if before is None:
            self.uids += 1
            metadata["uid"] = f"uid-{self.uids:06d}-x"
        else:
            metadata["uid"] = before.uid
            metadata["resourceVersion"] = str(before.revision)
            if {**body, "metadata": metadata} == before.body:
                return before
        self.revision += 1
        metadata["resourceVersion"] = str(self.revision)
        stored = Stored({**body, "metadata": metadata})
        self.objects[plural][key] = stored
        self._tell(plural, "MODIFIED" if before else "ADDED", key, stored, before, by)
        return stored

    def delete(self, plural: str, key: Key, by: str) -> None:
        before = self.objects[plural].pop(key)
        self.revision += 1
        metadata = {**before.body["metadata"], "resourceVersion": str(self.revision)}
        self._tell(
            plural, "DELETED", key, Stored({**before.body, "metadata": metadata}), before, by
        )

    def compact(self) -> None:
        """Forget the history: a watch that lacks any of it has to list anew."""
        self.compacted = self.revision

    async def news(self, plural: str) -> None:
        """Wait for the next change of a collection."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[plural].append(future)
        try:
            await future
        finally:
            if future in self._waiting[plural]:
                self._waiting[plural].remove(future)

    def wake(self) -> None:
        """Let every watch look again, as when its connection was cut."""
        for plural in tuple(self._waiting):
            self._wake(plural)

    def _wake(self, plural: str) -> None:
        waiting, self._waiting[plural] = self._waiting[plural], []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _tell(
        self, plural: str, kind: str, key: Key, stored: Stored, before: Stored | None, by: str
    ) -> None:
        change = Change(plural, kind, key, stored, before, self.revision, self._now(), by)
        self.history[plural].append(change)
        for listener in self.listeners:
            listener(change)
        self._wake(plural)
