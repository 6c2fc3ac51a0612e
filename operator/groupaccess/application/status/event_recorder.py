"""Posts Kubernetes events in the background: a slow events API delays no write and no status.

As client-go's recorder does, it keeps a bounded number of them and posts at a limited rate.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Cluster, Event

MAX_EVENTS = 1000  # that wait
BURST_EVENTS = 25  # that may be posted at once
REFILL_SECONDS = 0.1  # after which one more may be posted


class EventRecorder:
    """Posts urgent events and warnings first; a full queue drops the others first."""

    def __init__(self, cluster: Cluster, clock: Clock, leads: Callable[[], bool]) -> None:
        self._cluster = cluster
        self._clock = clock
        self._leads = leads
        self._urgent: deque[Event] = deque()
        self._other: deque[Event] = deque()
        self._wakeup = asyncio.Event()
        self._tokens = float(BURST_EVENTS)
        self._at = clock.monotonic()
        self.dropped = 0  # since the start

    def record(self, event: Event) -> None:
        """Post the event when its turn comes; drop another one if too many wait."""
        (self._urgent if event.urgent or event.warning else self._other).append(event)
        if len(self._urgent) + len(self._other) > MAX_EVENTS:
            (self._other or self._urgent).popleft()
            self.dropped += 1
        self._wakeup.set()

    async def run(self) -> None:
        """Post events until cancelled. A replica that is not the leader posts none."""
        while True:
            await self._wakeup.wait()
            self._wakeup.clear()
            await self.flush()

    async def flush(self) -> None:
        """Post the events that wait."""
        while self._urgent or self._other:
            await self._wait_for_token()
            note = (self._urgent or self._other).popleft()
            if self._leads():
                await self._cluster.create_event(note)

    async def _wait_for_token(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(float(BURST_EVENTS), self._tokens + (now - self._at) / REFILL_SECONDS)
        self._at = now
        if self._tokens < 1:
            await asyncio.sleep((1 - self._tokens) * REFILL_SECONDS)
            self._at, self._tokens = self._clock.monotonic(), 1.0
        self._tokens -= 1
