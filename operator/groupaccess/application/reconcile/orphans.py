"""Deletes the bindings of a GroupAccess that is gone, once the API server confirms that."""

import logging

from groupaccess.application.ports.cluster import Cluster
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.reconcile.access_writes import AccessWrites
from groupaccess.application.reconcile.binding_writer import BindingWriter
from groupaccess.application.state.store import Store
from groupaccess.application.workqueue.background import BackgroundCalls
from groupaccess.domain.bindings.plan import plan_orphans

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2.0  # after the API server did not say whether a GroupAccess exists
RECHECK_SECONDS = 5.0  # for an object that exists, but was not watched yet


class OrphanCleanup:
    """Deletes bindings without a GroupAccess; a slow call continues in the background."""

    def __init__(
        self, cluster: Cluster, store: Store, writer: BindingWriter, background: BackgroundCalls
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._writer = writer
        self._background = background

    async def delete(self, name: str) -> float | None:
        """Delete the bindings of a GroupAccess that no watch shows.

        Return after how many seconds to requeue, or None.
        """
        self._writer.withdraw(name)
        plan = plan_orphans(self._store.bindings_of(name).values())
        if plan.empty or self._background.is_busy(name):
            return None
        writes = AccessWrites(name, plan)
        try:
            await self._background.run(name, self._delete(writes))
        except TransientError as error:  # a revocation must not be delayed for long
            logger.info("GroupAccess %s: %s", name, error)
            return RETRY_SECONDS
        return writes.requeue_after

    async def _delete(self, writes: AccessWrites) -> None:
        """Delete the bindings if the API server, not a cache, has no such GroupAccess."""
        if await self._cluster.get_access_uid(writes.name) is not None:
            writes.requeue_within(RECHECK_SECONDS)
        elif writes.name not in self._store.accesses:
            writes.plan = plan_orphans(self._store.bindings_of(writes.name).values())
            await self._writer.write(writes)
