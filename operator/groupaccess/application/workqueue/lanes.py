"""A lane for calls to the API server: a few at a time, and the objects take turns.

So 2,000 calls of one object do not delay the single call of another.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Coroutine
from typing import Any

from groupaccess.application.ports.clock import Clock

Call = Callable[[], Coroutine[Any, Any, object]]  # what it returns is not looked at

SLOW_CALL_SECONDS = 1.0  # a call that takes longer hangs: another one gets its slot
MAX_CALLS = 256  # in flight at most, including those that hang


class Ticket:
    """A call that waits for its turn, or is in flight."""

    def __init__(self, owner: str, call: Call) -> None:
        self.owner = owner
        self.call = call
        self.task: asyncio.Task[object] | None = None
        self.sent_at = 0.0  # in seconds of the monotonic clock
        self.withdrawn = False
        self.revokes = False

    @property
    def is_sent(self) -> bool:
        """Return whether the call was started."""
        return self.task is not None

    def withdraw(self) -> None:
        """Do not make the call, or cancel it if it is in flight."""
        self.withdrawn = True
        if self.task is not None:
            self.task.cancel()


class Lane:
    """At most `limit` calls at a time, and at most `each` of one object."""

    def __init__(self, clock: Clock, limit: int, each: int) -> None:
        self._clock = clock
        self._limit = limit
        self._each = each
        self._waiting: OrderedDict[str, deque[Ticket]] = OrderedDict()
        self._tasks: set[asyncio.Task[object]] = set()
        self._busy: Counter[str] = Counter()

    def submit(self, owner: str, call: Call) -> Ticket:
        """Make the call when its turn comes; it must not raise."""
        ticket = Ticket(owner, call)
        self._waiting.setdefault(owner, deque()).append(ticket)
        self._advance()
        return ticket

    async def close(self, grace: float) -> None:
        """Start no more calls, and give those in flight `grace` seconds to end."""
        self._waiting.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _advance(self) -> None:
        """Start the calls that may start: one of each object in turn."""
        while self._busy.total() < self._limit and len(self._tasks) < MAX_CALLS:
            ticket = self._next()
            if ticket is None:
                return
            self._begin(ticket)

    def _next(self) -> Ticket | None:
        for _ in range(len(self._waiting)):
            owner, tickets = next(iter(self._waiting.items()))
            self._waiting.move_to_end(owner)
            while tickets and tickets[0].withdrawn:
                tickets.popleft()
            if not tickets:
                del self._waiting[owner]
            elif self._busy[owner] < self._each:
                return tickets.popleft()
        return None

    def _begin(self, ticket: Ticket) -> None:
        place = _Place(self, ticket.owner)
        slow = self._clock.call_later(SLOW_CALL_SECONDS, place.free)

        def end(task: asyncio.Task[object]) -> None:
            slow.cancel()
            self._tasks.discard(task)
            place.free()
            self._advance()

        self._busy[ticket.owner] += 1
        ticket.sent_at = self._clock.monotonic()
        task = ticket.task = asyncio.create_task(ticket.call())
        self._tasks.add(task)
        task.add_done_callback(end)

    def free(self, owner: str) -> None:
        """Free a slot of the owner."""
        self._busy[owner] -= 1
        if not self._busy[owner]:
            del self._busy[owner]
        self._advance()


class _Place:
    """A call's slot in the lane, freed once."""

    def __init__(self, lane: Lane, owner: str) -> None:
        self._lane = lane
        self._owner = owner
        self._free = False

    def free(self) -> None:
        """Free the slot, unless that was done already."""
        if not self._free:
            self._free = True
            self._lane.free(self._owner)
