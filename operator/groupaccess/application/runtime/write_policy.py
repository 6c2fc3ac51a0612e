"""Monitors the admission policy on the operator's own writes: a change may allow refused ones."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.state.store import Store

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 5.0


class WritePolicies(Protocol):
    """The admission policies of the API server."""

    async def resource_version(self, name: str) -> str:
        """Return the resourceVersion of a policy; "" when it does not exist.

        Raise TransientError for what may be retried, and when the right is missing.
        """


class WritePolicyMonitor:
    """Reads the policy only while a write is refused: nothing is asked when all is well."""

    def __init__(
        self,
        policies: WritePolicies,
        store: Store,
        enqueue: Callable[[Iterable[str]], None],
        name: str,
    ) -> None:
        self._policies = policies
        self._store = store
        self._enqueue = enqueue
        self._name = name

    async def run(self) -> None:
        """Requeue refused writes when the policy changes, until cancelled."""
        last_version: str | None = None
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            if not self._name or not self._store.accesses_with_rejected_writes():
                last_version = None
                continue
            try:
                version = await self._policies.resource_version(self._name)
            except TransientError as error:
                logger.warning("admission policy %s was not read: %s", self._name, error)
                continue
            if last_version is not None and version != last_version:
                self._enqueue(self._store.change_rights())
            last_version = version
