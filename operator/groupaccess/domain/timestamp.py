"""Times as Kubernetes writes them: RFC 3339, in UTC, with whole seconds."""

from datetime import UTC, datetime


def format_time(time: datetime) -> str:
    """Write a time as Kubernetes does."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def parse_time(text: str | None) -> datetime | None:
    """Read a time that somebody may have edited: what cannot be read counts as none."""
    try:
        time = datetime.fromisoformat(text or "")
        return time.astimezone(UTC) if time.tzinfo is not None else None
    except (ValueError, OverflowError):  # at the edges of the calendar
        return None
