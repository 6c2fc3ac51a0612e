"""When a write is tried again, and what is said of one that does not work."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from fakes.values import desired, failure
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.state.write_attempt import (
    MAX_BACKOFF_SECONDS,
    MAX_ERROR_CHARACTERS,
    MAX_REVOKING_BACKOFF_SECONDS,
    REPORT_AFTER_SECONDS,
    WriteAttempt,
)
from groupaccess.domain.binding import Binding, DesiredBinding, Owner
from groupaccess.domain.reasons import Reason

OWNER = Owner("uid-platform", "platform")
WANT = desired(OWNER, "sre", "view", "SRE")
OTHER = desired(OWNER, "sre", "view", "Ops")
OVERLOADED = TransientError("503: overloaded")
NO = failure(Reason.WRITE_REFUSED, "a policy says no")


def begin(what: DesiredBinding | None = WANT, now: float = 0.0) -> WriteAttempt:
    return WriteAttempt.continued_from(None, what, "1", now)


def fail(attempt: WriteAttempt, times: int, now: float = 0.0) -> list[float]:
    """Let tries fail, each when it is due; return the pauses between them."""
    pauses = list[float]()
    for _ in range(times):
        attempt.fail(OVERLOADED, now)
        pauses.append(attempt.retry_at - now)
        now = attempt.retry_at
    return pauses


def refuse(attempt: WriteAttempt, times: int, rights: int = 0) -> list[float]:
    now, pauses = 0.0, list[float]()
    for _ in range(times):
        attempt.reject(NO, now, rights, unanswered=False)
        pauses.append(attempt.retry_at - now)
        now = attempt.retry_at
    return pauses


def test_a_write_that_fails_is_tried_again_at_once_and_at_last_every_five_minutes() -> None:
    pauses = fail(begin(), 40)
    assert pauses[0] <= 0.005
    assert MAX_BACKOFF_SECONDS / 2 <= pauses[-1] <= MAX_BACKOFF_SECONDS


def test_a_write_that_is_refused_is_tried_again_after_2_3_and_5_seconds_and_then_less_often() -> (
    None
):
    pauses = refuse(begin(), 20)
    for pause, longest in zip(pauses, (2, 3, 5, 10, 20), strict=False):
        assert longest / 2 <= pause <= longest
    assert MAX_BACKOFF_SECONDS / 2 <= pauses[-1] <= MAX_BACKOFF_SECONDS


@pytest.mark.parametrize("trouble", [fail, refuse], ids=["fails", "is refused"])
def test_a_deletion_is_tried_again_within_two_seconds_however_often_it_failed(
    trouble: Callable[[WriteAttempt, int], list[float]],
) -> None:
    assert max(trouble(begin(None), 40)) <= MAX_REVOKING_BACKOFF_SECONDS


def test_one_that_is_to_leave_nobody_bound_is_as_urgent_as_a_deletion() -> None:
    attempt = begin()
    attempt.urgent = True
    assert max(fail(attempt, 40)) <= MAX_REVOKING_BACKOFF_SECONDS


def test_other_rights_begin_the_pauses_anew() -> None:
    attempt = begin()
    refuse(attempt, 8)
    assert refuse(attempt, 1, rights=1)[0] <= 2


def test_what_is_not_wanted_now_is_not_tried_again_and_not_spoken_of() -> None:
    attempt = begin()
    refuse(attempt, 3)
    attempt.forget_failures()
    assert attempt.fault() is None
    assert not attempt.is_new()
    assert not attempt.is_backing_off("1", WANT, 0.0, 0)


def test_the_same_write_waits_and_another_or_one_with_other_rights_does_not() -> None:
    attempt = begin()
    attempt.reject(NO, 0.0, 0, unanswered=False)
    assert attempt.is_backing_off("1", WANT, 0.5, 0)
    assert not attempt.is_backing_off("1", WANT, 3.0, 0)
    assert not attempt.is_backing_off("2", WANT, 0.5, 0)
    assert not attempt.is_backing_off("1", OTHER, 0.5, 0)
    assert not attempt.is_backing_off("1", WANT, 0.5, 1)


def test_one_that_failed_waits_whatever_the_rights() -> None:
    attempt = begin()
    fail(attempt, 10)
    assert attempt.is_backing_off("1", WANT, 0.0, 1)


def test_a_failure_is_said_when_it_lasts_and_in_the_words_of_then() -> None:
    attempt = begin()
    attempt.fail(OVERLOADED, REPORT_AFTER_SECONDS - 0.1)
    assert attempt.is_new()
    assert attempt.fault() is None
    attempt.fail(TransientError("x" * 10_000), REPORT_AFTER_SECONDS)
    attempt.fail(TransientError("port 2"), REPORT_AFTER_SECONDS + 9)
    said = attempt.fault()
    assert said is not None
    assert (said.reason, said.transient) == (Reason.WRITE_REFUSED, True)
    assert said.message.endswith("tries it again: " + "x" * MAX_ERROR_CHARACTERS)
    assert not attempt.is_new()


def test_a_refusal_is_said_at_once() -> None:
    attempt = begin()
    assert not attempt.is_new()
    attempt.reject(NO, 0.0, 0, unanswered=False)
    assert attempt.fault() == NO
    assert not attempt.is_new()


def test_the_same_write_goes_on_from_the_try_before_and_another_begins_anew() -> None:
    before = begin()
    fail(before, 3)
    again = WriteAttempt.continued_from(before, WANT, "2", 9.0)
    assert (again.failures, again.resource_version, again.since) == (3, "2", 0.0)
    other = WriteAttempt.continued_from(before, OTHER, "2", 9.0)
    assert (other.failures, other.since) == (0, 9.0)


def test_since_when_somebody_is_to_go_is_kept_whatever_is_written_instead() -> None:
    attempt = begin()
    assert attempt.seconds_until_overdue(100.0, timedelta(seconds=30)) is None
    attempt.mark_revoking(5.0, revokes=True)
    other = WriteAttempt.continued_from(attempt, OTHER, "2", 20.0)
    other.mark_revoking(20.0, revokes=True)
    assert other.seconds_until_overdue(20.0, timedelta(seconds=30)) == pytest.approx(15)
    other.mark_revoking(21.0, revokes=False)
    assert other.seconds_until_overdue(22.0, timedelta(seconds=30)) is None


def test_without_an_answer_nothing_is_certain_until_the_watch_shows_it() -> None:
    attempt = begin()
    there = Binding(WANT.key, "u1", "2", WANT.content)
    assert not attempt.is_shown_by(there)
    attempt.mark_sent()
    attempt.fail(TransientError("the connection was cut"), 0.0)
    assert not attempt.is_certain(OTHER.content)
    assert attempt.is_certain(WANT.content)
    assert attempt.is_shown_by(there)
    assert not attempt.is_shown_by(Binding(WANT.key, "u1", "2", OTHER.content))


def test_a_definite_no_after_an_unanswered_try_leaves_that_one_open() -> None:
    attempt = begin()
    attempt.reject(NO, 0.0, 0, unanswered=True)
    assert not attempt.is_certain(OTHER.content)
    attempt.reject(NO, 1.0, 0, unanswered=False)
    assert attempt.is_certain(OTHER.content)
