"""Monitors the admission policy on the operator's own writes: a change may allow refused ones."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from groupaccess.application.ports.admission_policies import WritePolicies
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.state.store import Store

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 5.0


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
