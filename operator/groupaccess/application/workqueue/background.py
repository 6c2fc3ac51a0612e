"""Calls that may be slow: the caller continues after a second, and is woken when a call ends."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from groupaccess.application.ports.errors import TransientError

WAIT_SECONDS = 1.0
CALL_TIMEOUT_SECONDS = 5.0  # then a call is cancelled, and made again
RETRY_SECONDS = 1.0  # after a slow call that failed

logger = logging.getLogger(__name__)


class BackgroundCalls:
    """At most one slow call for each GroupAccess; `wake` requeues an object after a delay."""

    def __init__(self, wake: Callable[[str, float], None]) -> None:
        self._wake = wake
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def is_busy(self, name: str) -> bool:
        """Return whether a call for the object has not ended yet."""
        return name in self._tasks

    async def run(self, name: str, call: Coroutine[Any, Any, None]) -> None:
        """Make the call; raise its error if it ends within WAIT_SECONDS."""
        task = asyncio.create_task(_bounded(call))
        task.add_done_callback(lambda _: call.close())  # in case it is cancelled before it begins
        try:
            await asyncio.wait({task}, timeout=WAIT_SECONDS)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done():
            task.result()
            return
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._end(name, task))

    async def close(self) -> None:
        """Cancel the calls that have not ended."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _end(self, name: str, task: asyncio.Task[None]) -> None:
        del self._tasks[name]
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._wake(name, 0.0)
            return
        if isinstance(error, TransientError):
            logger.info("GroupAccess %s: %s", name, error)
        else:
            logger.error("GroupAccess %s: unexpected error", name, exc_info=error)
        self._wake(name, RETRY_SECONDS)


async def _bounded(call: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            await call
    except TimeoutError:
        raise TransientError(
            f"the API server did not answer in {CALL_TIMEOUT_SECONDS:.0f} s"
        ) from None
