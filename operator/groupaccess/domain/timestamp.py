"""Times as Kubernetes writes them: RFC 3339, in UTC, with whole seconds."""

from datetime import UTC, datetime


def format_time(time: datetime) -> str:
    """Write a time as Kubernetes does."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def parse_time(text: str | None) -> datetime | None:
    """Read a time that somebody may have edited; None if it is invalid or has no time zone."""
    try:
        time = datetime.fromisoformat(text or "")
        return time.astimezone(UTC) if time.tzinfo is not None else None
    except (ValueError, OverflowError):  # OverflowError: at the edges of the calendar
        return None
