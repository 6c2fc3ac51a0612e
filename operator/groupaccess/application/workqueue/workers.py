"""Workers: take a key, reconcile it, and requeue it when needed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.workqueue.queue import WorkQueue

DRAIN_SECONDS = 2.0  # a Lease is lost after 10 s, and another replica may take it after 15 s

logger = logging.getLogger(__name__)


class Workers:
    """A number of workers on one queue."""

    def __init__(
        self,
        queue: WorkQueue,
        reconcile: Callable[[str], Awaitable[float | None]],
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._queue = queue
        self._reconcile = reconcile
        self._clock = clock
        self._metrics = metrics

    async def run(self, count: int) -> None:
        """Work until cancelled; then a running reconcile has DRAIN_SECONDS to finish.

        A reconcile that fails is retried, and stops no other.
        """
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            step = asyncio.ensure_future(self.step(key))
            try:
                await asyncio.shield(step)
            except asyncio.CancelledError:
                await asyncio.wait({step}, timeout=DRAIN_SECONDS)
                step.cancel()
                raise
            finally:
                self._queue.done(key)

    async def step(self, key: str) -> None:
        """Reconcile one key once."""
        began = self._clock.monotonic()
        try:
            again = await self._reconcile(key)
        except TransientError as passing:
            delay = self._queue.retry(key)
            # Another binding is due then, whatever the back-off.
            if passing.retry_after is not None:
                self._queue.add_after(key, passing.retry_after)
            logger.info("GroupAccess %s: %s; next try in %.1f s", key, passing, delay)
            result = "error"
        except Exception:
            delay = self._queue.retry(key)
            logger.exception("GroupAccess %s: unexpected error; next try in %.1f s", key, delay)
            result = "error"
        else:
            self._queue.forget(key)
            result = "success" if again is None else "requeue_after"
            if again is not None:
                self._queue.add_after(key, again)
        self._metrics.reconcile_finished(result, self._clock.monotonic() - began)
