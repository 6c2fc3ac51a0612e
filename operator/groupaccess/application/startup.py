"""When it is safe to begin to write: a half-filled store could take for gone what is only late."""

import asyncio
import logging

from groupaccess.application.known import KINDS
from groupaccess.application.ports import Cluster, PassingError
from groupaccess.application.store import Store

logger = logging.getLogger(__name__)

EVERY = 0.2  # seconds between two looks
LONGEST = 5.0  # seconds between two tries while the API server does not answer


async def installed(cluster: Cluster) -> None:
    """Wait for the API server, and make sure that it serves our kinds.

    Raise NotInstalledError when it does not.
    """
    for kind in KINDS:
        await _versions(cluster, kind)


async def caught_up(cluster: Cluster, store: Store) -> None:
    """Wait until the watches have told of everything that a fresh list shows."""
    for kind in KINDS:
        while not agree(await _versions(cluster, kind), store.seen[kind]):  # noqa: ASYNC110
            await asyncio.sleep(EVERY)  # kopf gives no event to wait for


def agree(listed: dict[str, tuple[str, str]], seen: dict[str, tuple[str, str]]) -> bool:
    """Tell whether the same objects were seen, in the listed version or a later one."""
    return listed.keys() == seen.keys() and all(
        seen[name][0] == uid and int(seen[name][1]) >= int(version)
        for name, (uid, version) in listed.items()
    )


async def _versions(cluster: Cluster, kind: str) -> dict[str, tuple[str, str]]:
    pause = EVERY
    while True:
        try:
            return dict(await cluster.versions(kind))
        except PassingError as error:
            logger.warning("waiting for the API server: %s", error)
            await asyncio.sleep(pause)
            pause = min(LONGEST, pause * 2)
