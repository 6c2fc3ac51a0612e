"""How often something is there, by directory; what is there no more leaves nothing."""

from collections import Counter, defaultdict
from typing import TypeVar

T = TypeVar("T")
Counts = defaultdict[str, Counter[T]]


def no_counts() -> Counts[T]:
    """Return counts of nothing."""
    return defaultdict(Counter)


def change_count(counts: Counts[T], directory: str, item: T, by: int) -> None:
    """Count an item more or less often."""
    counted = counts[directory]
    counted[item] += by
    if not counted[item]:
        del counted[item]
    if not counted:
        del counts[directory]
