"""Wakes GroupAccesses at a time of day: the wall clock is read again every second."""

import asyncio
import heapq
import logging
from collections.abc import Callable
from datetime import datetime

from groupaccess.application.ports.clock import Clock

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
CLOCK_STEP_SECONDS = 2.0  # a larger difference between the two clocks is a step


class WallClockTimers:
    """One timer for each GroupAccess, at a time of day.

    A timer of the event loop counts seconds of a clock that never steps. An expiry is a time of
    day, and a clock that is corrected must be followed, forward and back. So after a step, every
    GroupAccess that ever set a timer is woken.
    """

    def __init__(self, clock: Clock, wake: Callable[[str], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._at: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._ever_set: set[str] = set()
        self._last_tick = (clock.now(), clock.monotonic())

    def set(self, name: str, at: datetime | None) -> None:
        """Wake a GroupAccess at that time, in place of the previous one; None for never.

        With None it is still woken after a step: what has ended may not have ended by the corrected
        clock.
        """
        self._ever_set.add(name)
        if at is None:
            self._at.pop(name, None)
            self._compact()
            return
        if self._at.get(name) != at:
            self._at[name] = at
            heapq.heappush(self._heap, (at, name))
        self._compact()

    def forget(self, name: str) -> None:
        """Remove the timer of a GroupAccess that is gone."""
        self._at.pop(name, None)
        self._ever_set.discard(name)
        self._compact()

    async def run(self) -> None:
        """Check the timers every second, until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.tick()

    def _compact(self) -> None:
        """Drop replaced and removed timers from the heap, once they are more than half of it."""
        if len(self._heap) > 2 * len(self._at):
            self._heap = [(at, name) for name, at in self._at.items()]
            heapq.heapify(self._heap)

    def tick(self) -> None:
        """Wake those whose timers are due, and everybody after a step of the clock."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        passed = (now - self._last_tick[0]).total_seconds() - (monotonic - self._last_tick[1])
        self._last_tick = (now, monotonic)
        if abs(passed) > CLOCK_STEP_SECONDS:
            logger.warning("the clock jumped by %+.0f s: every expiry is checked again", passed)
            for name in tuple(self._ever_set):
                self._wake(name)
        while self._heap and self._heap[0][0] <= now:
            at, name = heapq.heappop(self._heap)
            if self._at.get(name) == at:
                del self._at[name]
                self._wake(name)
