"""Compares what kopf has reported with a fresh list: after a gap it reports no deletion.

A missed deletion is made up for. An object or a change that was never reported means that a watch
is dead, and only a restart helps. `watched_objects` defines what counts as missed.
"""

import asyncio
import logging

from groupaccess.application.ports.cluster import Cluster, ObjectList
from groupaccess.application.ports.errors import RestartError, TransientError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.state.cluster_state import KINDS
from groupaccess.application.state.store import Store
from groupaccess.application.state.watched_objects import OnEnded

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 600.0  # between two audits
AFTER_RELIST_SECONDS = 5.0  # from a relist of kopf to the audit after it
LATE_EVENT_SECONDS = 10.0  # delay of an event until a deletion counts as missed
STALLED_SECONDS = 60.0  # delay of an event until its watch counts as dead: kopf may wait 30 s


class StalledWatchError(RestartError):
    """A watch does not report what the API server lists."""


class WatchAudit:
    """Audits the store's view of our two kinds.

    `ended` gets the objects that a list shows as deleted. `relisted` is set by every watch that
    lists again, or will have to: it may have missed deletions.
    """

    def __init__(
        self,
        cluster: Cluster,
        store: Store,
        metrics: Metrics,
        ended: OnEnded,
        relisted: asyncio.Event,
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._metrics = metrics
        self._ended = ended
        self._relisted = relisted

    async def run(self) -> None:
        """Audit until cancelled; raise StalledWatchError when a watch is dead."""
        while True:
            try:
                async with asyncio.timeout(INTERVAL_SECONDS):
                    await self._relisted.wait()
                    self._relisted.clear()
                    await asyncio.sleep(AFTER_RELIST_SECONDS)
            except TimeoutError:
                pass
            # Concurrently: each may wait for late events.
            looks = (self.check_kind(kind) for kind in KINDS)
            for error in filter(None, await asyncio.gather(*looks, return_exceptions=True)):
                if not isinstance(error, TransientError):
                    raise error
                logger.warning("audit postponed: %s", error)

    async def check_kind(self, kind: str) -> None:
        """Compare one kind with a list; a difference gets time, since events may be in flight."""
        listing, watched = await self._cluster.list_objects(kind), self._store.watched[kind]
        if watched.ended_before(listing) or watched.not_watched(listing):
            await asyncio.sleep(LATE_EVENT_SECONDS)
            self._end_missing(kind, listing)
        if watched.not_watched(listing):
            await asyncio.sleep(STALLED_SECONDS - LATE_EVENT_SECONDS)
            self._check_alive(kind, listing, await self._cluster.list_objects(kind))
        watched.forget_ends_before(listing)

    def _end_missing(self, kind: str, listing: ObjectList) -> None:
        """End the objects that the list shows as deleted and no watch has reported."""
        missed = self._store.watched[kind].ended_before(listing)
        self._metrics.audit_differences(len(missed))
        if missed:
            logger.warning(
                "audit: the watch missed the deletion of %s %s", kind, ", ".join(sorted(missed))
            )
            self._ended(kind, missed, listing.resource_version)

    def _check_alive(self, kind: str, listing: ObjectList, again: ObjectList) -> None:
        """Raise StalledWatchError for an object that still exists and was never reported."""
        untold = [
            name
            for name in sorted(self._store.watched[kind].not_watched(listing))
            if name in again.objects and again.objects[name][0] == listing.objects[name][0]
        ]
        self._metrics.audit_differences(len(untold))
        if untold:
            raise StalledWatchError(f"the watch of {kind} did not report {', '.join(untold)}")
