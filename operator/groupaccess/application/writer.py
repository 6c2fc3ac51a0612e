"""Carry out plans: what must not be bound first, and nobody waits for a write that hangs.

A write that is under way stays so when the next plan is made, which leaves its binding alone. What
was not sent yet is taken back: the next plan knows better.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from groupaccess.application.attempts import Attempt
from groupaccess.application.calls import Calls
from groupaccess.application.lanes import HANGS_SECONDS, Call, Lane, Ticket
from groupaccess.application.memory import BindingMemory
from groupaccess.application.order import Order, Waits
from groupaccess.application.ports import Clock
from groupaccess.application.store import Store
from groupaccess.domain.bindings import Binding, BindingKey
from groupaccess.domain.plan import Apply, Delete, Why

AT_ONCE, EACH = 16, 8  # calls of a lane at a time: of all objects, and of one
PATIENCE_SECONDS = 1.0  # how long a reconcile waits for its writes
MADE_ANEW = {Why.OTHER_ROLE, Why.NOT_REPLACED}
ALMOST = 0.9
AGAIN_SECONDS = 0.5  # between two looks at an object of which some writes are answered, others not


class Writer:
    """Sends the writes of plans: deletions in a lane of their own, and each when it is due.

    `wake` asks for another reconcile of an object after some seconds.
    """

    def __init__(
        self,
        calls: Calls,
        store: Store,
        clock: Clock,
        waits: Waits,
        wake: Callable[[str, float], None],
    ) -> None:
        self._calls = calls
        self._store = store
        self._clock = clock
        self._waits = waits
        self._wake = wake
        self._applies = Lane(clock, AT_ONCE, EACH)
        self._deletes = Lane(clock, AT_ONCE, EACH)
        self._tickets: dict[str, dict[BindingKey, Ticket]] = {}
        self._idle: dict[str, asyncio.Event] = {}

    async def write(self, order: Order) -> float | None:
        """Begin the writes, wait a moment for them; return when to look again, in seconds."""
        self._withdraw(order)
        self._remember(order.name, order.plan.deletes)
        for todo in order.plan.applies:
            if todo.wrong is None:  # else its turn comes when that is deleted
                self._submit_apply(order, todo)
        for delete in order.plan.deletes:
            self._submit_delete(order, delete)
        await self._wait_for(order.name)
        self._look_again(order)
        return order.again

    def is_busy(self, name: str) -> bool:
        """Tell whether writes of an object may be answered at any moment: they do not hang yet."""
        young = self._clock.monotonic() - HANGS_SECONDS * ALMOST
        tickets = self._tickets.get(name, {}).values()
        return any(not ticket.sent or ticket.sent_at > young for ticket in tickets)

    def under_way(self, name: str) -> AbstractSet[BindingKey]:
        """Return the bindings of an object whose writes were not answered yet."""
        return self._tickets.get(name, {}).keys()

    async def close(self, grace: float) -> None:
        """Send nothing more; what is under way has some seconds to end."""
        await asyncio.gather(self._applies.close(grace), self._deletes.close(grace))

    def _look_again(self, order: Order) -> None:
        """See when what failed is to be tried again, and when what is replaced may go."""
        memories, now = self._store.bindings.memories, self._clock.monotonic()
        attempts = dict(order.memory.attempts) if order.memory else {}
        for delete in order.plan.deletes:
            memory = memories.get(delete.binding.uid)
            if memory is not None and memory.attempt is not None:
                attempts[delete.binding.key] = memory.attempt
            elif memory is not None and delete.why is Why.REPLACED:
                order.look_again(self._left(order, delete))
        for key in attempts.keys() - self.under_way(order.name):
            if attempts[key].failures:
                order.look_again(attempts[key].retry_at - now)

    def _withdraw(self, order: Order) -> None:
        """Take back what was not sent yet, and break off what must not be made any more."""
        tickets = self._tickets.get(order.name, {})
        revoked = {each.binding.key for each in order.plan.deletes if not each.replacements}
        revoked |= {todo.desired.key for todo in order.plan.applies if todo.empties}
        for key, ticket in tuple(tickets.items()):
            wanted = ticket.revokes or (key in order.declared and key not in revoked)
            if not ticket.sent or not wanted:
                ticket.withdraw()
                del tickets[key]
        if not tickets:
            self._tickets.pop(order.name, None)

    def _remember(self, name: str, deletes: Iterable[Delete]) -> None:
        """Keep since when each deletion is due; forget those that are wanted again."""
        memories, now = self._store.bindings.memories, self._clock.monotonic()
        uids = [binding.uid for binding in self._store.standing(name).values()]
        before = {uid: memories.pop(uid) for uid in uids if uid in memories}
        for delete in deletes:
            memory = before.get(delete.binding.uid) or BindingMemory(now)
            memory.replacements = delete.replacements
            memories[delete.binding.uid] = memory

    def _submit_apply(self, order: Order, todo: Apply) -> None:
        key, memory, now = todo.desired.key, order.memory, self._clock.monotonic()
        if memory is None or key in self.under_way(order.name):
            return
        attempt, version = memory.attempts.get(key), todo.over.version if todo.over else ""
        revokes = todo.revokes(memory.applied.get(key))
        overdue = attempt.overdue(now, self._waits.replacement) if attempt and revokes else None
        if attempt and overdue is not None and todo.over:
            if overdue <= 0:
                self._send_delete(order, todo.over, Why.NOT_REPLACED)
                return
            order.look_again(overdue)
        if attempt and attempt.waits(version, todo.desired, now, self._store.rights):
            return
        attempt = memory.attempts[key] = Attempt.after(attempt, todo.desired, version, now)
        attempt.revoke(now, revokes=revokes, empties=todo.empties)
        if revokes:
            order.look_again(self._waits.replacement.total_seconds())
        if todo.empties:
            self._send(self._deletes, order, key, lambda: self._calls.empty(order, todo, attempt))
        else:
            self._send(self._applies, order, key, lambda: self._calls.apply(order, todo, attempt))

    def _submit_delete(self, order: Order, delete: Delete) -> None:
        binding, now = delete.binding, self._clock.monotonic()
        if binding.key in self.under_way(order.name):
            return
        attempt = self._store.bindings.memories[binding.uid].attempt
        if attempt and attempt.waits(binding.version, None, now, self._store.rights):
            return
        left = self._left(order, delete)
        if left > 0:
            order.look_again(left)
        else:
            self._send_delete(order, binding, delete.why)

    def _send_delete(self, order: Order, binding: Binding, why: Why) -> None:
        async def delete() -> None:
            if await self._calls.delete(order, binding, why) and why in MADE_ANEW:
                self._make_anew(order, binding.key)

        self._send(self._deletes, order, binding.key, delete)

    def _make_anew(self, order: Order, key: BindingKey) -> None:
        """Go on with what waited for the end of a binding of that name."""
        for todo in order.plan.applies:
            if todo.desired.key == key:
                self._tickets[order.name].pop(key, None)
                self._submit_apply(order, Apply(todo.desired, None))

    def _left(self, order: Order, delete: Delete) -> float:
        """Return the seconds until a deletion is due."""
        memory, now = self._store.bindings.memories[delete.binding.uid], self._clock.monotonic()
        if delete.why is Why.UNOWNED:
            return memory.since + self._waits.unowned.total_seconds() - now
        if delete.why is not Why.REPLACED:
            return 0.0
        missing = order.memory.attempts.keys() if order.memory else frozenset()
        if memory.replaced_at is None and delete.replacements.isdisjoint(missing):
            memory.replaced_at = now
        last = memory.since + self._waits.replacement.total_seconds()
        if memory.replaced_at is not None:
            last = min(last, memory.replaced_at + self._waits.settle.total_seconds())
        return last - now

    def _send(self, lane: Lane, order: Order, key: BindingKey, call: Call) -> None:
        async def send() -> None:
            try:
                await call()
            finally:
                self._end(order, key, ticket)

        ticket = lane.submit(order.name, send)
        ticket.revokes = lane is self._deletes
        self._tickets.setdefault(order.name, {})[key] = ticket

    def _end(self, order: Order, key: BindingKey, ticket: Ticket) -> None:
        """Wake whoever waits for the writes of an object, or have it looked at again."""
        tickets, waiting = self._tickets.get(order.name, {}), self._idle.get(order.name)
        if tickets.get(key) is ticket:
            del tickets[key]
        if tickets:
            if waiting is None:
                self._wake(order.name, AGAIN_SECONDS)
            return
        self._tickets.pop(order.name, None)
        self._calls.post(order)
        if waiting is not None:
            waiting.set()
        else:
            self._wake(order.name, 0.0)

    async def _wait_for(self, name: str) -> None:
        if not self.under_way(name):
            return
        event = self._idle[name] = asyncio.Event()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await event.wait()
        finally:
            del self._idle[name]
