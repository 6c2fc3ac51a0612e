"""A work queue with the semantics of client-go's: one entry and one worker for each key."""

import asyncio
import random
from collections import deque

from groupaccess.application.ports import Clock, Metrics, TimerHandle

FIRST_BACKOFF = 0.005
LONGEST_BACKOFF = 300.0


class Queue:
    """Keys that want work, in the order in which they came.

    A key that waits is not queued twice. A key that is added while a worker has it is handed out
    again once that worker is done, so that no two workers ever have the same key and no change
    is missed.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._waiting: deque[str] = deque()
        self._since: dict[str, float] = {}  # the waiting keys, and those to hand out again
        self._processing: set[str] = set()
        self._failures: dict[str, int] = {}
        self._timers: dict[str, tuple[float, TimerHandle]] = {}
        self._wakeup = asyncio.Event()

    def add(self, key: str) -> None:
        """Want work on the key as soon as a worker is free."""
        if key in self._since:
            return
        self._metrics.queue_added()
        self._since[key] = self._clock.monotonic()
        if key not in self._processing:
            self._enqueue(key)

    def add_after(self, key: str, seconds: float) -> None:
        """Want work on the key after a delay; of several delays the earliest counts."""
        due = self._clock.monotonic() + seconds
        if key in self._timers:
            earlier, timer = self._timers[key]
            if earlier <= due:
                return
            timer.cancel()
        self._timers[key] = (due, self._clock.call_later(seconds, lambda: self._ring(key)))

    def retry(self, key: str) -> float:
        """Want work on the key after a back-off that doubles with each failure; return it."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self._metrics.queue_retried()
        delay = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures, 32))
        delay *= random.uniform(0.5, 1)  # noqa: S311 -- spreads retries, keeps no secret
        self.add_after(key, delay)
        return delay

    def forget(self, key: str) -> None:
        """Let the next failure of the key begin with the shortest back-off again."""
        self._failures.pop(key, None)

    async def get(self) -> str:
        """Wait for a key and take it; `done` must follow."""
        while not self._waiting:
            self._wakeup.clear()
            await self._wakeup.wait()
        key = self._waiting.popleft()
        self._metrics.queue_depth(len(self._waiting))
        self._metrics.queue_waited(self._clock.monotonic() - self._since.pop(key))
        self._processing.add(key)
        return key

    def done(self, key: str) -> None:
        """Give the key back; it is queued again if it was added meanwhile."""
        self._processing.discard(key)
        if key in self._since:
            self._enqueue(key)

    def close(self) -> None:
        """Forget the delayed keys."""
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _enqueue(self, key: str) -> None:
        self._waiting.append(key)
        self._metrics.queue_depth(len(self._waiting))
        self._wakeup.set()

    def _ring(self, key: str) -> None:
        del self._timers[key]
        self.add(key)
