"""How long something is waited for that may come by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from groupaccess.domain.condition import TRANSIENT_WAIT, PreviousStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEVER = timedelta(0)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def left(generation: int = 1, **conditions: tuple[str, datetime]) -> timedelta:
    return PreviousStatus(1, conditions).transient_wait_left(generation, NOW)


def test_patience_is_five_minutes() -> None:
    assert timedelta(minutes=5) == TRANSIENT_WAIT


def test_new_object_has_all_of_it() -> None:
    assert PreviousStatus().transient_wait_left(1, NOW) == TRANSIENT_WAIT
    assert PreviousStatus(1, {}).transient_wait_left(1, NOW) == TRANSIENT_WAIT


@pytest.mark.parametrize(
    ("waited", "remains"), [(0, 5), (2, 3), (4.5, 0.5), (5, 0), (6, 0), (600, 0)]
)
def test_it_runs_from_when_the_waiting_began(waited: float, remains: float) -> None:
    reconciling = ("True", ago(waited))
    assert left(Reconciling=reconciling) == timedelta(minutes=remains)


@pytest.mark.parametrize(
    ("generation", "changed", "remains"),
    [(2, None, 5), (2, ago(1), 4), (2, ago(9), 1), (2, ago(-9), 5), (1, ago(1), 4), (1, None, 1)],
    ids=[
        "a new spec of unknown age",
        "a new spec",
        "an old spec",
        "a spec of the time to come",
        "a spec that was seen before",
        "a spec of unknown age that was seen before",
    ],
)
def test_each_generation_has_the_whole_time(
    generation: int, changed: datetime | None, remains: float
) -> None:
    prior = PreviousStatus(1, {"Reconciling": ("True", ago(4))})
    assert prior.transient_wait_left(generation, NOW, changed) == timedelta(minutes=remains)


def test_object_that_was_ready_has_all_of_it_again() -> None:
    ready = left(Ready=("True", ago(60)), Reconciling=("False", ago(60)), Stalled=("False", ago(1)))
    assert ready == TRANSIENT_WAIT


def test_it_does_not_begin_anew_once_it_ended() -> None:
    assert left(Reconciling=("False", ago(1)), Stalled=("True", ago(1))) == NEVER
    assert left(Stalled=("True", ago(100))) == NEVER


def test_edit_of_a_stalled_object_is_a_new_chance() -> None:
    assert left(2, Reconciling=("False", ago(1)), Stalled=("True", ago(1))) == TRANSIENT_WAIT


def test_unknown_is_neither_waiting_nor_stalled() -> None:
    assert left(Reconciling=("Unknown", ago(4)), Stalled=("Unknown", ago(4))) == TRANSIENT_WAIT


def test_stalled_object_without_generation_was_never_judged() -> None:
    assert (
        PreviousStatus(conditions={"Stalled": ("True", ago(9))}).transient_wait_left(1, NOW)
        == TRANSIENT_WAIT
    )
    assert (
        PreviousStatus(conditions={"Stalled": ("True", ago(9))}).transient_wait_left(-1, NOW)
        == NEVER
    )
