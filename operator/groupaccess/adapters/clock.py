"""The port `Clock`: the machine's clocks and the running event loop."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.metrics import Metrics

logger = logging.getLogger(__name__)

MAX_DIFFERENCE_SECONDS = 5.0  # the API server's `Date` has whole seconds
WARNING_INTERVAL_SECONDS = 60.0  # between two warnings


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the monotonic clock, in seconds."""
        return time.monotonic()

    def call_later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        """Call `call` after `seconds`, in the running event loop."""
        return asyncio.get_running_loop().call_later(seconds, call)


class ServerClockMonitor:
    """Compares the operator's clock, by which grants expire, with the API server's."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._warned = -WARNING_INTERVAL_SECONDS

    def compare(self, date: str) -> None:
        """Compare with the `Date` header of a response; one that cannot be parsed is ignored."""
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        ahead = (self._clock.now() - theirs).total_seconds()
        self._metrics.clock_difference(ahead)
        now = self._clock.monotonic()
        if abs(ahead) > MAX_DIFFERENCE_SECONDS and now - self._warned >= WARNING_INTERVAL_SECONDS:
            self._warned = now
            logger.warning(
                "the operator's clock differs from the API server's by %+.0f s: grants expire too "
                "early or too late",
                ahead,
            )
