"""When it is safe to begin to write: a half-filled store could take for gone what is only late."""

import asyncio
import logging

from groupaccess.application.ports.cluster import Cluster, Listing
from groupaccess.application.ports.errors import PassingError
from groupaccess.application.state.known import KINDS
from groupaccess.application.state.store import Store
from groupaccess.application.state.watched_objects import Gone
from groupaccess.application.work.backoff import backoff

logger = logging.getLogger(__name__)

FIRST, LONGEST = 0.4, 5.0  # seconds between two tries while the API server does not answer
PATIENCE = 60.0  # seconds until it is listed anew: kopf may wait for 30 after an error


async def installed(cluster: Cluster) -> None:
    """Wait for the API server, and make sure that it serves our kinds.

    Raise NotInstalledError when it does not.
    """
    for kind in KINDS:
        await _list(cluster, kind)


async def caught_up(cluster: Cluster, store: Store, gone: Gone) -> None:
    """Wait until the watches have told of everything that was there when they were begun.

    What comes meanwhile is not waited for. `gone` takes what the list shows to have ended.
    """
    for kind in KINDS:
        while not await _told(kind, await _list(cluster, kind), store, gone):
            logger.warning("waiting for the watch of %s", kind)


async def _told(kind: str, listing: Listing, store: Store, gone: Gone) -> bool:
    """Wait for what a list had; False after a while: what it had may have ended in a gap."""
    seen = store.seen[kind]
    ended = seen.gone(listing)
    if ended:
        gone(kind, ended, listing.version)
    try:
        async with asyncio.timeout(PATIENCE):
            await seen.tells(listing)
    except TimeoutError:
        return False
    seen.passed(listing)
    return True


async def _list(cluster: Cluster, kind: str) -> Listing:
    failures = 0
    while True:
        try:
            return await cluster.versions(kind)
        except PassingError as error:
            logger.warning("waiting for the API server: %s", error)
            failures += 1
            await asyncio.sleep(backoff(failures, FIRST, LONGEST))
