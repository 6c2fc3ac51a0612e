"""Records which objects of our two kinds exist, and drops what is known of deleted ones."""

from collections.abc import Callable, Iterable, Mapping

from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.state.cluster_state import ACCESS
from groupaccess.application.state.store import Store


class WatchEvents:
    """Records the events of both watches; a late event changes nothing.

    Events do not always come in order, since kopf has a task for each uid.
    """

    def __init__(
        self, store: Store, sync: DirectorySync, enqueue: Callable[[Iterable[str]], None]
    ) -> None:
        self._store = store
        self._sync = sync
        self._enqueue = enqueue

    def put(self, kind: str, name: str, uid: str, version: str) -> bool:
        """Record that an object exists; return False if something newer is known of its name.

        If the name belonged to another object, what is known of that one is dropped.
        """
        watched = self._store.watched[kind]
        is_namesake = watched.is_namesake(name, uid)
        if not watched.put(name, uid, version):
            return False
        if is_namesake:
            self._drop(kind, name)
        return True

    def record_deletions(self, kind: str, uids: Mapping[str, str], version: str) -> None:
        """Record that objects were deleted before a list; late events of others change nothing.

        `uids` are by name: a name may belong to another object by now.
        """
        for name, uid in uids.items():
            if self._store.watched[kind].drop(name, uid, version):
                self._drop(kind, name)

    def _drop(self, kind: str, name: str) -> None:
        """Remove an object that was deleted, also when another one took its name at once."""
        if kind == ACCESS:
            self._enqueue(self._store.drop_access(name))
        else:
            self._sync.stop(name)
            self._enqueue(self._store.drop_directory(name))
