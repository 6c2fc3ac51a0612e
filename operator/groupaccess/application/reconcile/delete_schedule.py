"""When each delete is due: at once, or after the binding's replacements exist."""

from collections.abc import Iterable

from groupaccess.application.ports.clock import Clock
from groupaccess.application.reconcile.write_order import DeleteDelays
from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.store import Store
from groupaccess.domain.bindings.plan import Delete, DeleteReason, grants_named_role


class DeleteSchedule:
    """Keeps, in the memory of each binding, since when its delete is planned."""

    def __init__(self, store: Store, clock: Clock, delays: DeleteDelays) -> None:
        self._store = store
        self._clock = clock
        self._delays = delays

    def update(self, name: str, deletes: Iterable[Delete]) -> None:
        """Record since when each delete is planned; forget bindings that are desired again."""
        memories, now = self._store.bindings.memories, self._clock.monotonic()
        uids = [binding.uid for binding in self._store.bindings_of(name).values()]
        before = {uid: memories.pop(uid) for uid in uids if uid in memories}
        for delete in deletes:
            memory = before.get(delete.binding.uid) or BindingMemory(now)
            memory.replacements = delete.replacements
            memories[delete.binding.uid] = memory

    def seconds_until_due(self, name: str, delete: Delete) -> float:
        """Return the seconds until a delete is due; not positive when it is due now."""
        memory, now = self._store.bindings.memories[delete.binding.uid], self._clock.monotonic()
        if delete.reason is DeleteReason.OWNER_UNKNOWN:
            return memory.since + self._delays.unowned.total_seconds() - now
        if delete.reason is not DeleteReason.REPLACED:
            return 0.0
        there = self._store.bindings_of(name)
        if memory.replaced_at is None and all(
            key in there and grants_named_role(there[key]) for key in delete.replacements
        ):
            memory.replaced_at = now
        last = memory.since + self._delays.replacement.total_seconds()
        if memory.replaced_at is not None:
            last = min(last, memory.replaced_at + self._delays.settle.total_seconds())
        return last - now
