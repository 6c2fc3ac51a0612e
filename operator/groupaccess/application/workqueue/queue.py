"""A work queue with client-go's semantics: one entry and at most one worker for each key."""

import asyncio
from collections import deque
from enum import Enum

from groupaccess.application.ports.clock import Clock, TimerHandle
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.workqueue.backoff import backoff

FIRST_BACKOFF_SECONDS = 0.005
MAX_BACKOFF_SECONDS = 300.0
# Workers for keys of low priority: as fast as with 16, and an edit meanwhile waits a third as long.
MAX_LOW_WORKERS = 6


class Priority(Enum):
    """What is served first: removals, expiries and edits before first and periodic reconciles."""

    HIGH = "high"
    LOW = "low"


class WorkQueue:
    """Keys to reconcile: high priority first, and within a priority in order of arrival.

    At most MAX_LOW_WORKERS workers have keys of low priority: the writes of all share the API
    server.

    A key that waits is not queued twice. A key that is added while a worker processes it is handed
    out again once that worker is done, so that no two workers ever have the same key and no change
    is missed.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._waiting: dict[Priority, dict[str, None]] = {each: {} for each in Priority}
        self._since: dict[str, float] = {}  # the waiting keys, and those to hand out again
        self._again: dict[str, Priority] = {}  # keys to hand out again
        self._processing: dict[str, float] = {}  # since when
        self._processing_low: set[str] = set()
        self._failures: dict[str, int] = {}
        self._timers: dict[str, tuple[float, TimerHandle, Priority]] = {}
        self._idle = deque[asyncio.Future[None]]()  # of the workers that wait for a key

    def add(self, key: str, priority: Priority = Priority.HIGH) -> None:
        """Enqueue the key; it is handed out as soon as a worker is free."""
        if key not in self._since:
            self._metrics.queue_added()
            self._since[key] = self._clock.monotonic()
        if key in self._processing:
            if self._again.get(key) is not Priority.HIGH:
                self._again[key] = priority
        elif key not in self._waiting[Priority.HIGH]:
            self._enqueue(key, priority)

    def add_after(self, key: str, seconds: float, priority: Priority = Priority.HIGH) -> None:
        """Enqueue the key after `seconds`; of several delays the earliest counts."""
        due = self._clock.monotonic() + seconds
        if key in self._timers:
            earlier, timer, before = self._timers[key]
            priority = Priority.HIGH if Priority.HIGH in (before, priority) else Priority.LOW
            if earlier <= due:
                self._timers[key] = (earlier, timer, priority)
                return
            timer.cancel()
        self._timers[key] = (
            due,
            self._clock.call_later(seconds, lambda: self._ring(key)),
            priority,
        )

    def retry(self, key: str) -> float:
        """Enqueue the key after a back-off that doubles with each failure; return its seconds."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        self._metrics.queue_retried()
        delay = backoff(failures, FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS)
        self.add_after(key, delay)
        return delay

    def forget(self, key: str) -> None:
        """Reset the back-off of the key."""
        self._failures.pop(key, None)

    async def get(self) -> str:
        """Wait for a key and take it; the caller must call `done`."""
        while (key := self._next()) is None:
            await self._wait()
        self._cancel(key)  # this reconcile decides about the next one
        self._metrics.queue_depth(self._depth)
        self._metrics.queue_duration(self._clock.monotonic() - self._since.pop(key))
        self._processing[key] = self._clock.monotonic()
        return key

    def done(self, key: str) -> None:
        """Mark the key as processed; it is queued again if it was added meanwhile."""
        self._processing.pop(key, None)
        if key in self._processing_low:
            self._processing_low.discard(key)
            self._wake_one()
        if key in self._again:
            self._enqueue(key, self._again.pop(key))

    def is_waiting(self, key: str) -> bool:
        """Return whether the key waits for a worker, or was added while a worker processes it."""
        return key in self._since

    def close(self) -> None:
        """Drop the delayed keys."""
        for _, timer, _ in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _cancel(self, key: str) -> None:
        if key in self._timers:
            self._timers.pop(key)[1].cancel()

    @property
    def has_several(self) -> bool:
        """Return whether more than one key waits or is processed."""
        return self._depth + len(self._processing) > 1

    @property
    def unfinished_seconds(self) -> float:
        """Return for how long all keys that workers have were processed, together."""
        return sum(self._running_seconds())

    @property
    def longest_running_seconds(self) -> float:
        """Return for how long some worker has had its key, at most."""
        return max(self._running_seconds(), default=0.0)

    @property
    def oldest_waiting_seconds(self) -> float:
        """Return for how long some key has waited for a worker, at most."""
        now = self._clock.monotonic()
        return max((now - since for since in self._since.values()), default=0.0)

    def _running_seconds(self) -> list[float]:
        now = self._clock.monotonic()
        return [now - since for since in self._processing.values()]

    @property
    def _depth(self) -> int:
        return sum(len(keys) for keys in self._waiting.values())

    def _next(self) -> str | None:
        for priority, keys in self._waiting.items():
            low = priority is Priority.LOW
            if not keys or (low and len(self._processing_low) >= MAX_LOW_WORKERS):
                continue
            key = next(iter(keys))
            del keys[key]
            if low:
                self._processing_low.add(key)
            return key
        return None

    def _enqueue(self, key: str, priority: Priority) -> None:
        if priority is Priority.HIGH:
            self._waiting[Priority.LOW].pop(key, None)
        self._waiting[priority][key] = None
        self._metrics.queue_depth(self._depth)
        self._wake_one()

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._idle.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was woken as well
                self._wake_one()
            raise

    def _wake_one(self) -> None:
        """Wake the worker that has waited longest: to wake all for each key costs a twelfth."""
        while self._idle:
            turn = self._idle.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _ring(self, key: str) -> None:
        _, _, priority = self._timers.pop(key)
        self.add(key, priority)
