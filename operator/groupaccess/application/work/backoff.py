"""How long to wait before something that failed is tried again."""

import random

MAX_DOUBLINGS = 32  # beyond any sensible longest; a float cannot hold 2 to the power of everything


def backoff(failures: int, first: float, longest: float) -> float:
    """Return the seconds to wait after so many failures in a row, one at least.

    They begin with `first`, double up to `longest`, and are spread over the upper half of that, so
    that those who failed together do not come back together.
    """
    seconds = min(longest, first * 2.0 ** min(failures - 1, MAX_DOUBLINGS))
    return seconds * random.uniform(0.5, 1)  # noqa: S311 -- spreads retries, keeps no secret
