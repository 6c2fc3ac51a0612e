"""When each delete is due: at once, or after the binding's replacements exist.

| `DeleteReason` | due | waits for | made by |
|---|---|---|---|
| `NOT_DECLARED` | at once | nothing | `plan` |
| `REPLACED` | after `settle`; after `replacement` at the latest | its replacements | `plan` |
| `WRONG_ROLE_REF` | at once; then it is created again | nothing | `plan` |
| `ORPHANED` | at once | nothing | `plan_orphans` |
| `OWNER_UNKNOWN` | after `unowned` | its GroupAccess | `plan_orphans` |
| `NOT_REPLACED` | after `replacement`; then it is created again | its update | `BindingWriter` |
| `NOT_EMPTIED` | after one second at most | the update that empties it | `BindingCalls` |

In which order those that are due begin: the order of `Plan.deletes` (`domain/bindings/plan.py`).

`settle`, `replacement` and `unowned` are those of `DeleteDelays`. The last two never wait here:
whoever makes them has waited already. A delete that is due starts when its lane has a free slot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from groupaccess.application.ports.clock import Clock
from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.store import Store
from groupaccess.domain.bindings.plan import Delete, DeleteReason, grants_named_role


@dataclass(frozen=True, slots=True)
class DeleteDelays:
    """How long a delete waits.

    `settle` is the time after its replacement was acknowledged, since each API server has caches.
    `replacement` is the longest time that a binding outlives its end because its replacement cannot
    be written. `unowned` is for a binding whose GroupAccess is gone and that has no owner
    reference.
    """

    settle: timedelta = timedelta(seconds=2)
    replacement: timedelta = timedelta(seconds=30)
    unowned: timedelta = timedelta(minutes=5)


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
            memory.due_at = now + self.seconds_until_due(delete)

    def note_replaced(self, name: str, delete: Delete) -> None:
        """Record since when all replacements of a binding exist, once they do."""
        if delete.reason is not DeleteReason.REPLACED:
            return
        memory = self._store.bindings.memories[delete.binding.uid]
        there = self._store.bindings_of(name)
        if memory.replaced_at is None and all(
            key in there and grants_named_role(there[key]) for key in delete.replacements
        ):
            memory.replaced_at = self._clock.monotonic()

    def seconds_until_due(self, delete: Delete) -> float:
        """Return the seconds until a delete is due; not positive when it is due now."""
        memory, now = self._store.bindings.memories[delete.binding.uid], self._clock.monotonic()
        if delete.reason is DeleteReason.OWNER_UNKNOWN:
            return memory.since + self._delays.unowned.total_seconds() - now
        if delete.reason is not DeleteReason.REPLACED:
            return 0.0
        last = memory.since + self._delays.replacement.total_seconds()
        if memory.replaced_at is not None:
            last = min(last, memory.replaced_at + self._delays.settle.total_seconds())
        return last - now
