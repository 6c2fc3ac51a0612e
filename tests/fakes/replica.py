"""One replica among several: an elector with its own way to the Lease."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fakes.clock import FakeClock
from fakes.leases import FakeLeases, Line
from groupaccess.application.runtime.leader_election import LeaderElector, LostLeaseError


class Replica:
    """An elector with its own way to the Lease."""

    def __init__(self, leases: FakeLeases, clock: FakeClock, name: str = "me") -> None:
        self.line = Line(leases)
        self.elector = LeaderElector(self.line, clock, name)
        self._clock = clock

    async def acquires(self) -> float:
        """Wait until it leads, and return how long that took."""
        began = self._clock.monotonic()
        await self.elector.acquire()
        assert self.elector.is_leader
        return self._clock.monotonic() - began

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator["asyncio.Task[None]"]:
        """Lead and keep the Lease as long as the block runs."""
        await self.elector.acquire()
        keep = asyncio.create_task(self.elector.keep())
        try:
            yield keep
        finally:
            keep.cancel()
            with suppress(asyncio.CancelledError, LostLeaseError):
                await keep
