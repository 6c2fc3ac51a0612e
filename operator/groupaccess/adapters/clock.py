"""The port `Clock` on the machine's own time and the running event loop."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.metrics import Metrics

logger = logging.getLogger(__name__)

MAX_DIFFERENCE_SECONDS = 5.0  # seconds; the API server's Date counts whole ones
WARNING_INTERVAL_SECONDS = 60.0  # seconds between two warnings


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return time.monotonic()

    def call_later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        """Make the call after that time, in the running event loop."""
        return asyncio.get_running_loop().call_later(seconds, call)


class ServerClockMonitor:
    """Compares the own clock with the API server's: grants end by the own one."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._warned = -WARNING_INTERVAL_SECONDS

    def compare(self, date: str) -> None:
        """Take the `Date` of an answer; one that cannot be read says nothing."""
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        ahead = (self._clock.now() - theirs).total_seconds()
        self._metrics.clock_difference(ahead)
        now = self._clock.monotonic()
        if abs(ahead) > MAX_DIFFERENCE_SECONDS and now - self._warned >= WARNING_INTERVAL_SECONDS:
            self._warned = now
            logger.warning("the own clock is %+.0f s off the API server's: expiry is too", ahead)
