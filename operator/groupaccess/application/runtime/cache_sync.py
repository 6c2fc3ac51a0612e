"""Cache sync: before it, a missing object may only be late, and must not be taken for deleted."""

import asyncio
import logging

from groupaccess.application.ports.cluster import Cluster, ObjectList
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.state.cluster_state import KINDS
from groupaccess.application.state.store import Store
from groupaccess.application.state.watched_objects import OnEnded
from groupaccess.application.workqueue.backoff import backoff

logger = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.4, 5.0  # while the API server does not answer
RELIST_SECONDS = 60.0  # until the next list: kopf may wait for 30 s after an error


async def wait_for_crds(cluster: Cluster) -> None:
    """Wait for the API server, and check that it serves our kinds.

    Raise NotInstalledError when it does not.
    """
    for kind in KINDS:
        await _list(cluster, kind)


async def wait_for_cache_sync(cluster: Cluster, store: Store, on_ended: OnEnded) -> None:
    """Wait until the watches have reported everything that existed when they started.

    Later changes are not waited for. `on_ended` gets the objects that the list shows as deleted.
    """
    for kind in KINDS:
        while not await _is_synced(kind, await _list(cluster, kind), store, on_ended):
            logger.warning("waiting for the watch of %s", kind)


async def _is_synced(kind: str, listing: ObjectList, store: Store, on_ended: OnEnded) -> bool:
    """Wait until the watch has reported everything in `listing`; return False after a while.

    An object in the list may have been deleted during a gap of the watch.
    """
    watched = store.watched[kind]
    ended = watched.ended_before(listing)
    if ended:
        on_ended(kind, ended, listing.resource_version)
    try:
        async with asyncio.timeout(RELIST_SECONDS):
            await watched.wait_for(listing)
    except TimeoutError:
        return False
    watched.forget_ends_before(listing)
    return True


async def _list(cluster: Cluster, kind: str) -> ObjectList:
    failures = 0
    while True:
        try:
            return await cluster.list_objects(kind)
        except TransientError as error:
            logger.warning("waiting for the API server: %s", error)
            failures += 1
            await asyncio.sleep(backoff(failures, FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS))
