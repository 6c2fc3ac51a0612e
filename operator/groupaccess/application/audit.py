"""Compare what kopf told with a fresh list: after a gap it tells of no deletion.

A deletion that was missed is made up for; an object or a change that never came means that a watch
is dead, and only a new start helps.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from groupaccess.application.known import KINDS
from groupaccess.application.ports import Cluster, Metrics, PassingError, RestartError
from groupaccess.application.store import Store

logger = logging.getLogger(__name__)

EVERY = 600.0  # seconds between two audits
SOON = 5.0  # seconds from a relist of kopf's to the audit after it
GRACE = 10.0  # seconds that news may take before an end counts as missed
DEAF = 60.0  # seconds that news may take before a watch counts as dead: kopf may wait for 30

Versions = Mapping[str, tuple[str, str]]


class DeafError(RestartError):
    """A watch does not tell what the API server lists."""


class Audit:
    """Audits the store's view of our two kinds."""

    def __init__(
        self,
        cluster: Cluster,
        store: Store,
        metrics: Metrics,
        gone: Callable[[str, Iterable[str]], None],
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
        """Audit one kind: more than once, so that news under way do not count."""
        if not any(await self._compare(kind)):
            return
        await asyncio.sleep(GRACE)
        missed, untold = await self._compare(kind)
        self._metrics.audited(len(missed))
        if missed:
            logger.warning("audit: missed the end of %s %s", kind, ", ".join(sorted(missed)))
            self._gone(kind, missed)
        if untold:
            await asyncio.sleep(DEAF - GRACE)
            untold &= (await self._compare(kind))[1]
            self._metrics.audited(len(untold))
        if untold:
            raise DeafError(f"the watch of {kind} did not tell of {', '.join(sorted(untold))}")

    async def _compare(self, kind: str) -> tuple[AbstractSet[str], AbstractSet[str]]:
        return differences(await self._cluster.versions(kind), self._store.seen[kind])


def differences(listed: Versions, seen: Versions) -> tuple[AbstractSet[str], AbstractSet[str]]:
    """Return the names that are gone without a word, and those that came or changed without one."""
    untold = {
        name
        for name, (uid, version) in listed.items()
        if name not in seen or seen[name][0] != uid or int(seen[name][1]) < int(version)
    }
    return seen.keys() - listed.keys(), untold
