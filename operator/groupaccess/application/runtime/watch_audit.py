"""Compare what kopf told with a fresh list: after a gap it tells of no deletion.

A deletion that was missed is made up for; an object or a change that never came means that a watch
is dead, and only a new start helps. What counts as missed, `seen` says.
"""

import asyncio
import logging

from groupaccess.application.ports.cluster import Cluster, Listing
from groupaccess.application.ports.errors import PassingError, RestartError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.state.known import KINDS
from groupaccess.application.state.store import Store
from groupaccess.application.state.watched_objects import Gone

logger = logging.getLogger(__name__)

EVERY = 600.0  # seconds between two audits
SOON = 5.0  # seconds from a relist of kopf's to the audit after it
GRACE = 10.0  # seconds that news may take before an end counts as missed
DEAF = 60.0  # seconds that news may take before a watch counts as dead: kopf may wait for 30


class DeafError(RestartError):
    """A watch does not tell what the API server lists."""


class Audit:
    """Audits the store's view of our two kinds."""

    def __init__(
        self,
        cluster: Cluster,
        store: Store,
        metrics: Metrics,
        gone: Gone,
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._metrics = metrics
        self._gone = gone
        self._relisted = asyncio.Event()

    def relisted(self) -> None:
        """Note that kopf began anew with a list, or will have to: deletions may be missed."""
        self._relisted.set()

    async def run(self) -> None:
        """Audit until cancelled; raise DeafError when a watch is dead."""
        while True:
            try:
                async with asyncio.timeout(EVERY):
                    await self._relisted.wait()
                    self._relisted.clear()
                    await asyncio.sleep(SOON)
            except TimeoutError:
                pass
            looks = (self.look(kind) for kind in KINDS)  # side by side: each may wait for news
            for error in filter(None, await asyncio.gather(*looks, return_exceptions=True)):
                if not isinstance(error, PassingError):
                    raise error
                logger.warning("audit put off: %s", error)

    async def look(self, kind: str) -> None:
        """Compare one kind with a list of it; what differs has time, for news may be under way."""
        listing, seen = await self._cluster.versions(kind), self._store.seen[kind]
        if seen.gone(listing) or seen.untold(listing):
            await asyncio.sleep(GRACE)
            self._make_up_for(kind, listing)
        if seen.untold(listing):
            await asyncio.sleep(DEAF - GRACE)
            self._listen(kind, listing, await self._cluster.versions(kind))
        seen.passed(listing)

    def _make_up_for(self, kind: str, listing: Listing) -> None:
        """End what the list shows to be gone, and nobody told of."""
        missed = self._store.seen[kind].gone(listing)
        self._metrics.audited(len(missed))
        if missed:
            logger.warning("audit: missed the end of %s %s", kind, ", ".join(sorted(missed)))
            self._gone(kind, missed, listing.version)

    def _listen(self, kind: str, listing: Listing, again: Listing) -> None:
        """Raise DeafError for what was listed long ago, is still there and was never told."""
        untold = [
            name
            for name in sorted(self._store.seen[kind].untold(listing))
            if name in again.objects and again.objects[name][0] == listing.objects[name][0]
        ]
        self._metrics.audited(len(untold))
        if untold:
            raise DeafError(f"the watch of {kind} did not tell of {', '.join(untold)}")
