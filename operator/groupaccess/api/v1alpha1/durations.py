"""Durations as Kubernetes people write them: the whole-number part of Go's syntax."""

import re
from datetime import timedelta

DURATION = r"^([0-9]{1,5}(ms|s|m|h))+$"
"""RE2 and Python pattern: numbers of at most five digits, each with a unit, no sign, no fraction.

Five digits keep the sum of a string of 24 characters far below what Go and CEL can hold."""

_UNITS = {
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}


def parse_duration(text: str) -> timedelta:
    """Return the length of `60s`, `1m30s`, `2h` or `500ms`; raise ValueError for anything else."""
    if not re.fullmatch(DURATION, text):
        msg = f"{text!r} is no duration: write whole numbers with h, m, s or ms, such as 1m30s"
        raise ValueError(msg)
    parts = re.findall(r"([0-9]+)(ms|s|m|h)", text)
    return sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())


def format_duration(length: timedelta) -> str:
    """Return the shortest text that `parse_duration` reads as `length`, `0s` for none.

    Lengths are whole milliseconds and not negative, as everything is that was parsed.
    """
    parts = []
    for unit, size in _UNITS.items():
        number, length = divmod(length, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


def format_seconds(seconds: float) -> str:
    """Return the shortest text for so many seconds, without their fraction."""
    return format_duration(timedelta(seconds=int(seconds)))
