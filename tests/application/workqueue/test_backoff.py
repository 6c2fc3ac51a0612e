"""What failed is tried again soon at first, and then less often."""

import pytest

from groupaccess.application.workqueue.backoff import backoff


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0.5), (2, 1), (3, 2), (4, 4), (5, 5), (6, 5), (10_000, 5)]
)
def test_it_doubles_up_to_the_longest(failures: int, seconds: float) -> None:
    waits = [backoff(failures, 0.5, 5.0) for _ in range(200)]
    assert all(seconds / 2 <= each <= seconds for each in waits)
    assert len(set(waits)) > 1
