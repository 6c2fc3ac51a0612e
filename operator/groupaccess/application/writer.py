"""Carry out a plan: what is new first, what it replaces when that has settled."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from groupaccess.application.failing import Failing
from groupaccess.application.ports import (
    Clock,
    Cluster,
    Metrics,
    Note,
    ObjectRef,
    PassingError,
    RefusedError,
)
from groupaccess.application.store import Store
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.directory import Failure
from groupaccess.domain.plan import Apply, Delete, Plan, Why
from groupaccess.domain.reasons import Reason, advise

AT_ONCE = 16  # writes under way, so that a selector of many namespaces leaves room for others
NAMED = 3  # bindings that an event names


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a delete waits, in the order of Why: see there."""

    settle: timedelta = timedelta(seconds=2)
    unowned: timedelta = timedelta(minutes=5)

    def before(self, why: Why) -> float:
        """Return the seconds to wait before a delete for this reason."""
        waits = {Why.SUPERSEDED: self.settle, Why.UNOWNED: self.unowned}
        return waits.get(why, timedelta(0)).total_seconds()


@dataclass(slots=True)
class Written:
    """What came of a plan.

    `faults` are conflicts, what the API server `refused`, and what failed for a while. `passing`
    are all that have to be tried again. `again` is when to look again, in seconds; None for never.
    `done` are the keys of what was written, by verb and by what was granted or why it went.
    """

    faults: dict[BindingKey, Failure] = field(default_factory=dict)
    refused: bool = False
    again: float | None = None
    passing: dict[BindingKey, PassingError] = field(default_factory=dict)
    done: defaultdict[tuple[str, str], list[BindingKey]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @property
    def settled(self) -> bool:
        """Tell whether each write has an outcome to speak of; one that just failed has none."""
        return self.passing.keys() <= self.faults.keys()

    def refuse(self, key: BindingKey, failure: Failure) -> None:
        """Keep what the API server refused; only trying again shows when it no longer does."""
        self.faults[key] = failure
        self.refused = True

    def look_again(self, seconds: float) -> None:
        """Look again in that time, or sooner where that was wanted already."""
        self.again = seconds if self.again is None else min(self.again, seconds)


class Writer:
    """Writes plans, remembers since when a delete is due, and tells people what it did."""

    def __init__(
        self, cluster: Cluster, store: Store, clock: Clock, metrics: Metrics, waits: Waits
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._waits = waits
        self._failing = Failing(clock)
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._due: dict[str, dict[str, float]] = {}  # GroupAccess -> uid of a binding -> since

    async def carry_out(self, name: str, about: ObjectRef | None, plan: Plan) -> Written:
        """Write the plan of one GroupAccess and return what was refused and what failed.

        Every write is tried, whatever happens to the others. What supersedes must stand before
        anything goes for it.
        """
        written = Written()
        for conflict in plan.conflicts:
            fact = f"{conflict.key} exists, is not ours and gives another role"
            failure = Failure(Reason.CONFLICT, advise(Reason.CONFLICT, fact))
            written.faults[conflict.key] = failure
        await asyncio.gather(*(self._apply(name, todo, written) for todo in plan.applies))
        ripe = self._ripe(name, plan.deletes, written)
        await asyncio.gather(*(self._delete(delete, written) for delete in ripe))
        if about is not None:
            await self._tell(about, written)
        written.faults |= self._failing.lasting(name, written.passing)
        return written

    def forget(self, name: str) -> None:
        """Forget what was remembered of a GroupAccess of which nothing is left."""
        self._due.pop(name, None)
        self._failing.forget(name)

    async def _apply(self, name: str, todo: Apply, written: Written) -> None:
        desired = todo.desired
        try:
            async with self._at_once:
                binding = await self._cluster.apply(desired, todo.over)
        except RefusedError as refused:
            if desired.content.subjects or todo.over is None:
                written.refuse(desired.key, refused.failure)
            else:  # to take away matters more than to remember whom it was for
                await self._delete(Delete(todo.over, Why.UNDECLARED), written)
            return
        except PassingError as passing:
            written.passing[desired.key] = passing
            return
        self._store.put_binding(binding)
        verb = self._verb(name, todo)
        if verb == "Repaired":
            self._metrics.drift_corrected()
        whom = ", ".join(desired.content.groups) or "nobody, to remember the group's id"
        what = f"{desired.content.role.name} for {whom}"
        written.done[verb, what].append(desired.key)

    def _verb(self, name: str, todo: Apply) -> str:
        """Tell a repair, of what was written so before, from a first write and from a change."""
        if self._store.proven(name).get(todo.desired.key) == todo.desired.content:
            return "Repaired"
        return "Created" if todo.over is None else "Updated"

    def _ripe(self, name: str, deletes: Iterable[Delete], written: Written) -> list[Delete]:
        """Return the deletes whose time has come, and remember since when the others wait."""
        now = self._clock.monotonic()
        known = self._due.pop(name, {})
        due: dict[str, float] = {}
        ripe: list[Delete] = []
        for delete in deletes:
            if delete.why is Why.SUPERSEDED and written.passing:
                continue  # its time begins when the successor stands
            since = due[delete.binding.uid] = known.get(delete.binding.uid, now)
            left = self._waits.before(delete.why) - (now - since)
            if left <= 0:
                ripe.append(delete)
            else:
                written.look_again(left)
        if due:
            self._due[name] = due
        return ripe

    async def _delete(self, delete: Delete, written: Written) -> None:
        binding = delete.binding
        try:
            async with self._at_once:
                was_there = await self._cluster.delete(binding)
        except RefusedError as refused:
            written.refuse(binding.key, refused.failure)
            return
        except PassingError as passing:
            written.passing[binding.key] = passing
            return
        self._store.drop_binding(binding.key, binding.uid)
        if was_there:
            written.done["Deleted", delete.why.value].append(binding.key)

    async def _tell(self, about: ObjectRef, written: Written) -> None:
        """Post one event for all that was done alike, however many bindings that were."""
        for (verb, what), keys in sorted(written.done.items()):
            named = ", ".join(str(key) for key in sorted(keys)[:NAMED])
            more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
            message = f"{verb} {named}{more}: {what}"
            await self._cluster.post(Note(about, f"Binding{verb}", "Reconcile", message))
