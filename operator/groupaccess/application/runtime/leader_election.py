"""Leader election: of several replicas that all watch, only the holder of the Lease writes.

The rules are client-go's: a Lease is free when its holder has not changed it for its duration. That
is measured by the replica's own monotonic clock, since clocks of different machines are not
compared.
"""

import asyncio
import logging
from dataclasses import dataclass, replace

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import RestartError, TransientError
from groupaccess.application.ports.leases import Lease, Leases

logger = logging.getLogger(__name__)

RELEASE_RETRY_SECONDS = 0.1  # until the release is tried again
NO_ANSWER = "the API server did not answer in time"


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """In seconds: how long a Lease is valid, how long renewing is tried, and how often."""

    duration: int = 15
    deadline: float = 10.0
    retry: float = 2.0


class LostLeaseError(RestartError):
    """The Lease could not be renewed in time: another replica may write now."""


class LeaderElector:
    """Acquires, renews and releases the Lease."""

    def __init__(
        self, leases: Leases, clock: Clock, identity: str, times: LeaseTimes | None = None
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._identity = identity
        self._times = times or LeaseTimes()
        self._seen: tuple[Lease | None, float] = (None, 0.0)
        self._held: Lease | None = None
        self._renewed = 0.0  # when the renewal was sent: others count from before its response

    @property
    def is_leader(self) -> bool:
        """Return whether this replica holds the Lease and has renewed it recently.

        A process that was frozen finds many events in its watches when it continues. It must not
        write for them, although nothing has told it yet that it lost the Lease.
        """
        since = self._clock.monotonic() - self._renewed
        return self._held is not None and since < self._times.deadline

    @property
    def lease_age_seconds(self) -> float | None:
        """Return for how long the Lease was not renewed; None while another replica has it."""
        return None if self._held is None else self._clock.monotonic() - self._renewed

    async def acquire(self) -> None:
        """Wait until this replica holds the Lease."""
        while True:
            try:
                async with asyncio.timeout(self._times.deadline):
                    if await self._try():
                        logger.info("%s holds the lease and writes now", self._identity)
                        return
            except (TransientError, TimeoutError) as error:
                logger.info("lease not acquired: %s", str(error) or NO_ANSWER)
            await asyncio.sleep(self._times.retry)

    async def keep(self) -> None:
        """Renew the Lease until cancelled; raise LostLeaseError when that fails for too long."""
        while True:
            await asyncio.sleep(self._times.retry)
            remaining = self._times.deadline - (self._clock.monotonic() - self._renewed)
            try:
                async with asyncio.timeout(max(remaining, 0)):
                    if not await self._try():
                        break
            except (TransientError, TimeoutError) as error:
                logger.warning("lease not renewed: %s", str(error) or NO_ANSWER)
                if self._clock.monotonic() - self._renewed >= self._times.deadline:
                    break
        self._held = None
        raise LostLeaseError(f"{self._identity} lost the lease: another replica may write now")

    async def release(self) -> None:
        """Release the Lease, so that no other replica has to wait until it expires.

        A renewal that nobody waits for any more may still be in flight. So the Lease is read again
        until what was read could be released, or was not ours.
        """
        self._held = None
        try:
            async with asyncio.timeout(self._times.retry):
                while not await self._give_back():  # noqa: ASYNC110 -- nothing tells of it
                    await asyncio.sleep(RELEASE_RETRY_SECONDS)
        except TimeoutError:
            logger.warning("lease not released: other replicas wait until it expires")

    async def _give_back(self) -> bool:
        try:
            result = await self._leases.read()
            if result is not None and result.holder == self._identity:
                await self._leases.write(replace(result, holder="", duration=1))
        except TransientError as error:
            logger.info("lease not released yet: %s", error)
            return False
        return True

    async def _try(self) -> bool:
        """Take or renew the Lease if it is ours, free or expired; return whether it is held."""
        result = await self._leases.read()
        if result is not None and not self._may_take(result):
            return False
        now, requested_at = self._clock.now(), self._clock.monotonic()
        mine = result is not None and result.holder == self._identity
        self._held = await self._leases.write(
            Lease(
                holder=self._identity,
                duration=self._times.duration,
                acquired=result.acquired if result and mine else now,
                renewed=now,
                transitions=_transitions(result, mine=mine),
                resource_version=result.resource_version if result else "",
            )
        )
        self._renewed = requested_at
        return True

    def _may_take(self, result: Lease) -> bool:
        watched, since = self._seen
        if watched != result:
            self._seen = (result, self._clock.monotonic())
            since = self._clock.monotonic()
        if result.holder in {"", self._identity}:
            return True
        return self._clock.monotonic() - since >= result.duration


def _transitions(result: Lease | None, *, mine: bool) -> int:
    if result is None:
        return 0
    return result.transitions + (0 if mine else 1)
