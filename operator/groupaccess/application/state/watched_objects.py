"""What a watch has reported of a kind, and what of a list it has not reported yet.

A list in pages is a snapshot of its first page: it shows everything as of its resourceVersion, and
nothing later. So an object that it lacks is gone only if its last reported version is not newer
than the list. A listed object counts as reported once that version, a later one, or its deletion
was reported.
"""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.application.ports.cluster import ObjectList

UidAndVersion = tuple[str, str]  # uid and resourceVersion
OnEnded = Callable[[str, Mapping[str, str], str], None]  # kind, uids by name, list version


@dataclass
class WatchedObjects:
    """The objects of one kind, readable or not, by name, as last reported.

    resourceVersions grow over all objects, so a late event of a deleted object changes nothing for
    a new object of the same name. The uids of deleted objects are remembered until a list is newer.
    """

    objects: dict[str, UidAndVersion] = field(default_factory=dict)
    _ended: dict[str, str] = field(default_factory=dict)  # uid -> version of the deletion
    _wait: "_Wait | None" = None

    def put(self, name: str, uid: str, version: str) -> bool:
        """Record an event of an object; return False if something newer is known of its name."""
        previous = self.objects.get(name)
        if uid in self._ended or (previous is not None and int(previous[1]) > int(version)):
            return False
        if previous is not None and previous[0] != uid:
            self._ended[previous[0]] = version
        self.objects[name] = (uid, version)
        self._advance(name)
        return True

    def is_namesake(self, name: str, uid: str) -> bool:
        """Return whether the name is known as that of another object."""
        known, _ = self.objects.get(name, (uid, ""))
        return known != uid

    def drop(self, name: str, uid: str, version: str) -> bool:
        """Record a deletion; return False if the name is unknown, or of another object by now."""
        self._ended[uid] = version
        previous = self.objects.get(name)
        ends = previous is not None and previous[0] == uid
        if ends:
            del self.objects[name]
        self._advance(name)
        return ends

    def ended_before(self, listing: ObjectList) -> Mapping[str, str]:
        """Return the uids, by name, of objects that were deleted before the list was made."""
        return {
            name: uid
            for name, (uid, version) in self.objects.items()
            if listing.objects.get(name, ("", ""))[0] != uid
            and int(version) <= int(listing.resource_version)
        }

    def not_watched(self, listing: ObjectList) -> AbstractSet[str]:
        """Return the names of listed objects that the watch has not reported."""
        return {name for name in listing.objects if not self._is_watched(name, listing)}

    async def wait_for(self, listing: ObjectList) -> None:
        """Wait until the watch has reported everything in the list."""
        self._wait = _Wait(listing, set(self.not_watched(listing)))
        try:
            if self._wait.names:
                await self._wait.over.wait()
        finally:
            self._wait = None

    def forget_ends_before(self, listing: ObjectList) -> None:
        """Forget deletions before the list: no later list contains these objects."""
        late = {
            uid: at for uid, at in self._ended.items() if int(at) > int(listing.resource_version)
        }
        self._ended = late

    def _is_watched(self, name: str, listing: ObjectList) -> bool:
        uid, version = listing.objects[name]
        if uid in self._ended:
            return True
        watched = self.objects.get(name)
        return watched is not None and int(watched[1]) >= int(version)

    def _advance(self, name: str) -> None:
        wait = self._wait
        if wait is None or name not in wait.names:
            return
        if self._is_watched(name, wait.listing):
            wait.names.discard(name)
        if not wait.names:
            wait.over.set()


@dataclass
class _Wait:
    """The objects of a list that are waited for."""

    listing: ObjectList
    names: set[str]
    over: asyncio.Event = field(default_factory=asyncio.Event)
