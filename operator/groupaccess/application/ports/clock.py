"""What the application needs to know about time."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class TimerHandle(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""


class Clock(Protocol):
    """Time. `now` is the wall clock in UTC, `monotonic` counts seconds and never steps back."""

    def now(self) -> datetime:
        """Return the current time, timezone-aware."""

    def monotonic(self) -> float:
        """Return the seconds since a fixed moment."""

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        """Call `call` after `seconds`, in the event loop."""
