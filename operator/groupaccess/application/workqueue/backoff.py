"""How long to wait before a retry."""

import random

MAX_DOUBLINGS = 32  # beyond any sensible `longest`; a float overflows at 2**1024


def backoff(failures: int, first: float, longest: float) -> float:
    """Return the seconds to wait after `failures` in a row, at least one.

    They start at `first`, double up to `longest`, and are randomized over the upper half, so that
    what failed together is not retried together.
    """
    seconds = min(longest, first * 2.0 ** min(failures - 1, MAX_DOUBLINGS))
    return seconds * random.uniform(0.5, 1)  # noqa: S311 -- spreads retries, keeps no secret
