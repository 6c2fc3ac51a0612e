"""What the application asks about time."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class TimerHandle(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Do not make the call."""


class Clock(Protocol):
    """Time. `now` is the wall clock in UTC, `monotonic` counts seconds and never steps back."""

    def now(self) -> datetime:
        """Return the time of day, aware."""

    def monotonic(self) -> float:
        """Return seconds since some moment."""

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        """Make the call after that time, in the event loop."""
