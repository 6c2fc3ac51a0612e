"""The clock of a server, by the time of its answer."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def clock_ahead(date: str) -> timedelta | None:
    """Return how far a server's clock is ahead, by an answer's header `Date`; None without one."""
    try:
        return parsedate_to_datetime(date) - datetime.now(UTC)
    except (TypeError, ValueError):
        return None
