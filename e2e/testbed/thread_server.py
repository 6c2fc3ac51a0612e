"""A server in an event loop and a thread of its own, beside a test that does not await."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any, Self

WITHIN = 30.0  # seconds for whatever the test asks of the loop


class ThreadServer(ABC):
    """Serves from `with` to its end."""

    def __init__(self) -> None:
        """Prepare the loop; nothing is served yet."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        self._run(self._serve())
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN)
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WITHIN)

    @abstractmethod
    async def _serve(self) -> None:
        """Begin to serve."""

    @abstractmethod
    async def _end(self) -> None:
        """End what serves."""
