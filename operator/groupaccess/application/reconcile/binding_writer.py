"""Executes plans: no revocation waits for a grant, and no reconcile for a write that hangs.

Deletes, and applies that take all subjects away, have a lane of their own. The two lanes are
independent, so it does not matter which of them gets its writes first. In a lane, an object's
writes begin in the order of its plan, several at a time. Beyond that, order counts only for a
binding with another role, which is deleted before it is created (`_recreate`), and for a delete
that waits for its replacements (`DeleteSchedule`).

A write in flight continues when the next plan is made, and that plan leaves its binding alone: the
object is reconciled again when the write has ended. A write that was not sent yet is withdrawn: the
next plan replaces it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from groupaccess.application.ports.clock import Clock
from groupaccess.application.reconcile.access_writes import AccessWrites
from groupaccess.application.reconcile.binding_calls import BindingCalls
from groupaccess.application.reconcile.delete_schedule import DeleteDelays, DeleteSchedule
from groupaccess.application.state.store import Store
from groupaccess.application.state.write_attempt import WriteAttempt
from groupaccess.application.workqueue.lanes import SLOW_CALL_SECONDS, Call, Lane, Ticket
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason, Plan

MAX_CONCURRENT_CALLS, MAX_CALLS_PER_OBJECT = 16, 8  # in one lane
WAIT_SECONDS = 1.0  # how long a reconcile waits for its writes
RECREATED = {DeleteReason.WRONG_ROLE_REF, DeleteReason.NOT_REPLACED}
SLOW_CALL_SHARE = 0.9
PARTIAL_REQUEUE_SECONDS = 0.5  # while only some writes of an object are answered


class BindingWriter:
    """Sends the writes of plans: deletes in a lane of their own, and each when it is due.

    `wake` requeues an object after some seconds; its last argument is True if something was to be
    revoked.
    """

    def __init__(
        self,
        calls: BindingCalls,
        store: Store,
        clock: Clock,
        delays: DeleteDelays,
        wake: Callable[[str, float, bool], None],
    ) -> None:
        self._calls = calls
        self._store = store
        self._clock = clock
        self._delays = delays
        self._schedule = DeleteSchedule(store, clock, delays)
        self._wake = wake
        self._applies = Lane(clock, MAX_CONCURRENT_CALLS, MAX_CALLS_PER_OBJECT)
        self._deletes = Lane(clock, MAX_CONCURRENT_CALLS, MAX_CALLS_PER_OBJECT)
        self._tickets: dict[str, dict[BindingKey, Ticket]] = {}
        self._latest: dict[str, AccessWrites] = {}  # while writes of it are in flight
        self._idle: dict[str, asyncio.Event] = {}

    async def write(self, writes: AccessWrites) -> float | None:
        """Start the writes and wait a moment for them; return the seconds until the requeue."""
        self._latest[writes.name] = writes
        self._forget_failures(writes)
        deletes = (*writes.plan.deletes, *self._deletes_for_overdue(writes))
        self._withdraw(writes, deletes)
        in_flight = frozenset(self.pending(writes.name))
        self._schedule.update(writes.name, deletes)
        deleted_first = {delete.binding.key for delete in deletes}
        for todo in writes.plan.applies:
            if todo.desired.key not in deleted_first:
                self._submit_apply(writes, todo)
        for delete in deletes:
            self._submit_delete(writes, delete)
        await self._wait_for(writes.name)
        self._requeue(writes, deletes)
        if in_flight - self.pending(writes.name):
            writes.requeue_within(0.0)  # for what this plan could not write beside them
        if not self.pending(writes.name):
            self._latest.pop(writes.name, None)
        return writes.requeue_after

    def withdraw(self, name: str) -> None:
        """Withdraw the writes of a deleted object, and cancel those in flight that grant."""
        self._withdraw(AccessWrites(name, Plan()), ())

    def is_busy(self, name: str) -> bool:
        """Return whether a response may arrive at any moment: some write does not hang yet."""
        young = self._clock.monotonic() - SLOW_CALL_SECONDS * SLOW_CALL_SHARE
        tickets = self._tickets.get(name, {}).values()
        return any(not ticket.is_sent or ticket.sent_at > young for ticket in tickets)

    def pending(self, name: str) -> AbstractSet[BindingKey]:
        """Return the bindings of an object whose writes are not answered yet."""
        return self._tickets.get(name, {}).keys()

    async def close(self, grace: float) -> None:
        """Send nothing more; writes in flight have `grace` seconds to end."""
        await asyncio.gather(self._applies.close(grace), self._deletes.close(grace))

    def _forget_failures(self, writes: AccessWrites) -> None:
        """Forget failures of bindings without a write now: as desired, or on hold."""
        if writes.memory is not None:
            written = {todo.desired.key for todo in writes.plan.applies}
            writes.memory.forget_failures(
                writes.memory.attempts.keys() - written - self.pending(writes.name)
            )

    def _deletes_for_overdue(self, writes: AccessWrites) -> list[Delete]:
        """Return deletes for bindings from which an apply did not remove subjects in time."""
        result, now = list[Delete](), self._clock.monotonic()
        for todo in writes.plan.applies:
            key, memory = todo.desired.key, writes.memory
            attempt = memory.attempts.get(key) if memory else None
            if memory is None or attempt is None or todo.existing is None:
                continue
            attempt.mark_revoking(now, revokes=todo.revokes(memory.applied.get(key)))
            remaining = attempt.seconds_until_overdue(now, self._delays.replacement)
            if remaining is not None and remaining <= 0:
                result.append(Delete(todo.existing, DeleteReason.NOT_REPLACED))
            elif remaining is not None:
                writes.requeue_within(remaining)
        return result

    def _requeue(self, writes: AccessWrites, deletes: Iterable[Delete]) -> None:
        """Requeue for the retry of failed writes, and for deletes that wait for replacements."""
        memories, now = self._store.bindings.memories, self._clock.monotonic()
        attempts = dict(writes.memory.attempts) if writes.memory else {}
        keys = {todo.desired.key for todo in writes.plan.applies}
        for delete in deletes:
            key, memory = delete.binding.key, memories.get(delete.binding.uid)
            if memory is None or key in self.pending(writes.name):
                continue
            self._schedule.note_replaced(writes.name, delete)
            remaining = self._schedule.seconds_until_due(delete)
            if remaining > 0 or memory.attempt is None:
                writes.requeue_within(remaining)
            else:
                keys.add(key)
                attempts[key] = memory.attempt
        for key in (keys & attempts.keys()) - self.pending(writes.name):
            if attempts[key].failures:
                writes.requeue_within(attempts[key].retry_at - now)

    def _withdraw(self, writes: AccessWrites, deletes: Iterable[Delete]) -> None:
        """Withdraw writes that are not sent, and cancel those that must not be made any more."""
        tickets = self._tickets.get(writes.name, {})
        revoked = {each.binding.key for each in deletes if each.is_revocation}
        revoked |= {todo.desired.key for todo in writes.plan.applies if todo.empties}
        for key, ticket in tuple(tickets.items()):
            needed = ticket.revokes or (key in writes.declared and key not in revoked)
            if not ticket.is_sent or not needed:
                ticket.withdraw()
                del tickets[key]
        if not tickets:
            self._tickets.pop(writes.name, None)

    def _submit_apply(self, writes: AccessWrites, todo: Apply) -> None:
        key, memory, now = todo.desired.key, writes.memory, self._clock.monotonic()
        if memory is None or key in self.pending(writes.name):
            return
        attempt = memory.attempts.get(key)
        version = todo.existing.resource_version if todo.existing else ""
        if attempt and attempt.is_backing_off(version, todo.desired, now, self._store.rights):
            return
        attempt = memory.attempts[key] = WriteAttempt.continued_from(
            attempt, todo.desired, version, now
        )
        attempt.urgent = todo.empties
        if todo.revokes(memory.applied.get(key)):
            attempt.mark_revoking(now, revokes=True)
            writes.requeue_within(self._delays.replacement.total_seconds())
        if todo.empties:
            self._send(self._deletes, writes, key, lambda: self._calls.empty(writes, todo, attempt))
        else:
            self._send(self._applies, writes, key, lambda: self._calls.apply(writes, todo, attempt))

    def _submit_delete(self, writes: AccessWrites, delete: Delete) -> None:
        binding, now = delete.binding, self._clock.monotonic()
        if binding.key in self.pending(writes.name):
            return
        attempt = self._store.bindings.memories[binding.uid].attempt
        if attempt and attempt.is_backing_off(
            binding.resource_version, None, now, self._store.rights
        ):
            return
        self._schedule.note_replaced(writes.name, delete)
        remaining = self._schedule.seconds_until_due(delete)
        if remaining > 0:
            writes.requeue_within(remaining)
        else:
            self._send_delete(writes, binding, delete.reason)

    def _send_delete(self, writes: AccessWrites, binding: Binding, why: DeleteReason) -> None:
        async def delete() -> None:
            if await self._calls.delete(writes, binding, why) and why in RECREATED:
                self._recreate(writes, binding.key)

        self._send(self._deletes, writes, binding.key, delete)

    def _recreate(self, writes: AccessWrites, key: BindingKey) -> None:
        """Continue with the write that waited for a delete, unless there is a newer plan."""
        if self._latest.get(writes.name) is not writes:
            return
        for todo in writes.plan.applies:
            if todo.desired.key == key:
                self._tickets[writes.name].pop(key, None)
                self._submit_apply(writes, Apply(todo.desired, None))

    def _send(self, lane: Lane, writes: AccessWrites, key: BindingKey, call: Call) -> None:
        async def send() -> None:
            try:
                await call()
            finally:
                self._end(writes, key, ticket)

        ticket = lane.submit(writes.name, send)
        ticket.revokes = lane is self._deletes
        self._tickets.setdefault(writes.name, {})[key] = ticket

    def _end(self, writes: AccessWrites, key: BindingKey, ticket: Ticket) -> None:
        """Wake the reconcile that waits for the writes of an object, or requeue the object."""
        tickets, waiting = self._tickets.get(writes.name, {}), self._idle.get(writes.name)
        if tickets.get(key) is ticket:
            del tickets[key]
        if tickets:
            if waiting is None:
                self._wake(writes.name, PARTIAL_REQUEUE_SECONDS, ticket.revokes)
            return
        self._tickets.pop(writes.name, None)
        self._latest.pop(writes.name, None)
        self._calls.record_events(writes)
        if waiting is not None:
            waiting.set()
        else:
            self._wake(writes.name, 0.0, ticket.revokes)

    async def _wait_for(self, name: str) -> None:
        if not self.pending(name):
            return
        event = self._idle[name] = asyncio.Event()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAIT_SECONDS):
                    await event.wait()
        finally:
            self._idle.pop(name, None)
