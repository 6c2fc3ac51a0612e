"""How often a directory is asked, by what a round costs Keycloak."""

import pytest

from groupaccess.application.directory.interval import (
    INTERVAL_SECONDS,
    ROUNDS_COMPARED,
    RoundInterval,
)


@pytest.mark.parametrize(
    ("wanted", "worked", "interval"),
    [(60, 0, 60), (60, 3, 60), (60, 3.1, 90), (10, 1, 20), (10, 40, 900), (86400, 9, 86400)],
)
def test_a_round_takes_a_twentieth_of_keycloaks_time(
    wanted: float, worked: float, interval: float
) -> None:
    pace = RoundInterval()
    for _ in range(ROUNDS_COMPARED):
        pace.adjust(wanted, worked)
    assert pace.seconds == interval
    assert pace.stretched is (interval > wanted)


def test_beyond_all_steps_it_is_what_it_has_to_be() -> None:
    pace = RoundInterval()
    for _ in range(ROUNDS_COMPARED):
        pace.adjust(60, INTERVAL_SECONDS[-1])
    assert pace.seconds == INTERVAL_SECONDS[-1] * 20


def test_a_stretched_interval_is_kept_until_a_quarter_of_it_would_do() -> None:
    pace = RoundInterval()
    for worked, interval in ((4, 90), (2.9, 90), (1.2, 90), (1.1, 60), (3.1, 90), (4.5, 90)):
        for _ in range(ROUNDS_COMPARED):
            pace.adjust(60, worked)
        assert pace.seconds == interval


def test_a_longer_interval_that_is_declared_counts_at_once() -> None:
    pace = RoundInterval()
    for _ in range(ROUNDS_COMPARED):
        pace.adjust(60, 4)
    pace.adjust(120, 4)
    assert (pace.seconds, pace.stretched) == (120, False)


def test_slow_rounds_among_others_change_nothing() -> None:
    pace = RoundInterval()
    for worked in (1, 30, 30, 1, 30, 30, 1, 1):
        pace.adjust(60, worked)
        assert (pace.seconds, pace.stretched) == (60, False)


def test_the_first_rounds_change_nothing_yet() -> None:
    pace = RoundInterval()
    for _ in range(ROUNDS_COMPARED - 1):
        pace.adjust(60, 30)
        assert (pace.seconds, pace.stretched) == (60, False)
    pace.adjust(60, 30)
    assert (pace.seconds, pace.stretched) == (600, True)
