"""Time that moves when a test says so, and an event loop that lives in it."""

import asyncio
import heapq
import itertools
import selectors
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(order=True)
class Call:
    """A call that is still to come."""

    due: float
    order: int
    make: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Do not make the call."""
        self.cancelled = True


class FakeClock:
    """The port `Clock`, moved by `advance` or by a VirtualLoop; `step` moves the wall clock."""

    def __init__(self) -> None:
        self._wall = BEGIN
        self._elapsed = 0.0
        self._calls: list[Call] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._wall + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def call_later(self, seconds: float, call: Callable[[], None]) -> Call:
        made = Call(self._elapsed + seconds, next(self._order), call)
        heapq.heappush(self._calls, made)
        return made

    def advance(self, seconds: float) -> None:
        """Let time pass, and make each call that falls due at its own moment."""
        until = self._elapsed + seconds
        while self._calls and self._calls[0].due <= until:
            call = heapq.heappop(self._calls)
            if not call.cancelled:
                self._elapsed = max(self._elapsed, call.due)
                call.make()
        self._elapsed = until

    def step(self, seconds: float) -> None:
        """Put the time of day forward or back; no time passes."""
        self._wall += timedelta(seconds=seconds)

    def until_next(self) -> float | None:
        """Return the seconds until the next call, None when there is none."""
        while self._calls and self._calls[0].cancelled:
            heapq.heappop(self._calls)
        return max(0.0, self._calls[0].due - self._elapsed) if self._calls else None

    @property
    def pending(self) -> int:
        """Return how many calls are still to come."""
        return sum(not call.cancelled for call in self._calls)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs on a FakeClock: when everybody waits, time jumps to where somebody goes on.

    `asyncio.sleep` and `asyncio.timeout` take no real time in it, and tests that use it are
    exact. It is not for sockets: nobody outside lives in this time.
    """

    def __init__(self) -> None:
        self.clock = FakeClock()
        super().__init__(_Jumping(self.clock))

    def time(self) -> float:
        return self.clock.monotonic()


class _Jumping(selectors.SelectSelector):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        steps = [step for step in (timeout, self._clock.until_next()) if step is not None]
        if not steps:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self._clock.advance(min(steps))
        return []
