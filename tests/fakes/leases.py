"""The port `Leases` as one Lease in memory, and lines to it on which things go wrong."""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.leases import Lease, Leases


class FakeLeases:
    """One Lease. `writes` holds what was written."""

    def __init__(self) -> None:
        self._versions = itertools.count(1)
        self.lease: Lease | None = None
        self.writes: list[Lease] = []

    async def read(self) -> Lease | None:
        return self.lease

    async def write(self, lease: Lease) -> Lease:
        current = self.lease.resource_version if self.lease else ""
        if lease.resource_version != current:
            raise TransientError("409: the lease is another one by now")
        self.lease = replace(lease, resource_version=str(next(self._versions)))
        self.writes.append(self.lease)
        return self.lease


@dataclass(frozen=True)
class Call:
    """How one call goes: seconds until it has an effect and until the answer, or no answer."""

    there: float = 0.0
    back: float = 0.0
    fails: bool = False


class Line:
    """The way of one replica to the Lease; when `calls` are used up, everything goes well.

    A write that is under way arrives, whether or not somebody still waits for the answer.
    """

    def __init__(self, leases: Leases, calls: Iterable[Call] = ()) -> None:
        self._leases = leases
        self.calls = deque(calls)
        self._under_way = set[asyncio.Task[Lease]]()
        self.down = False

    async def read(self) -> Lease | None:
        call = await self._begin()
        found = await self._leases.read()
        await self._end(call)
        return found

    async def write(self, lease: Lease) -> Lease:
        arrival = asyncio.create_task(self._arrive(lease))
        self._under_way.add(arrival)
        arrival.add_done_callback(self._arrived)
        return await asyncio.shield(arrival)

    async def _arrive(self, lease: Lease) -> Lease:
        call = await self._begin()
        written = await self._leases.write(lease)
        await self._end(call)
        return written

    def _arrived(self, arrival: asyncio.Task[Lease]) -> None:
        self._under_way.discard(arrival)
        if not arrival.cancelled():
            arrival.exception()  # somebody may not have waited for it

    async def _begin(self) -> Call:
        call = self.calls.popleft() if self.calls else Call()
        await asyncio.sleep(call.there)
        if self.down:
            raise TransientError("no valid answer from the API server")
        return call

    async def _end(self, call: Call) -> None:
        await asyncio.sleep(call.back)
        if call.fails:
            raise TransientError("the connection broke off")
