"""What a KeycloakDirectory says of itself, as kstatus reads it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.builders import realm
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.status.directory_status import RoundSummary, directory_conditions

STRETCHED = (
    "2 groups in use. The operator asks about them every 3m, less often than spec.syncInterval "
    "says, to use at most 5 % of Keycloak's time."
)
PASSING = Failure(Reason.KEYCLOAK_UNAVAILABLE, "no answer.")
FINAL = Failure(Reason.LOGIN_FAILED, "wrong secret.")


def said(reading: Reading, *, patient: bool) -> dict[str, str]:
    found = directory_conditions(reading, RoundSummary(2), patient=patient)
    return {one.type: one.status for one in found}


@pytest.mark.parametrize("patient", [True, False])
def test_read_directory_is_ready_and_counts_its_groups(*, patient: bool) -> None:
    reading = Reading(realm("/a", "/b"))
    assert directory_conditions(reading, RoundSummary(2), patient=patient) == (
        StatusCondition("Ready", "True", Reason.READ, "2 groups in use."),
        StatusCondition("Reconciling", "False", Reason.READ, ""),
        StatusCondition("Stalled", "False", Reason.READ, ""),
    )


@pytest.mark.parametrize(
    ("asking", "message"),
    [
        (RoundSummary(), "0 groups in use."),
        (RoundSummary(1), "1 group in use."),
        (
            RoundSummary(2, interval="3m"),
            STRETCHED,
        ),
        (
            RoundSummary(2, 1, PASSING),
            "2 groups in use. 1 question to Keycloak has no answer: no answer.",
        ),
        (
            RoundSummary(2, 3, FINAL),
            "2 groups in use. 3 questions to Keycloak have no answer: wrong secret.",
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_told_although_it_is_ready(
    asking: RoundSummary, message: str
) -> None:
    ready = directory_conditions(Reading(realm()), asking, patient=True)[0]
    assert (ready.status, ready.message) == ("True", message)


def test_snapshot_is_stale_since_it_was_read_while_newer_readings_fail() -> None:
    read_at = datetime(2026, 1, 1, tzinfo=UTC)
    fresh = Reading(realm(), read_at=read_at)
    assert fresh.stale_since is None
    assert replace(fresh, failure=PASSING).stale_since == read_at
    assert Reading(failure=PASSING, read_at=read_at).stale_since is None


def test_failure_says_why_although_an_old_snapshot_is_in_force() -> None:
    assert directory_conditions(Reading(realm(), FINAL), RoundSummary(1), patient=True) == (
        StatusCondition("Ready", "False", Reason.LOGIN_FAILED, "wrong secret."),
        StatusCondition("Reconciling", "False", Reason.LOGIN_FAILED, ""),
        StatusCondition("Stalled", "True", Reason.LOGIN_FAILED, "wrong secret."),
    )


@pytest.mark.parametrize(
    ("reading", "status", "reason", "words"),
    [
        (Reading(realm("/a")), "True", Reason.SUSPENDED, "1 group in use. "),
        (Reading(realm(), FINAL), "False", Reason.LOGIN_FAILED, "wrong secret. "),
    ],
)
def test_a_suspended_directory_is_never_silently_ready(
    reading: Reading, status: str, reason: Reason, words: str
) -> None:
    ready = directory_conditions(reading, RoundSummary(groups=1), patient=True, suspended=True)[0]
    assert (ready.status, ready.reason) == (status, reason)
    assert ready.message.startswith(f"{words}Suspended by spec.suspend: nothing new is granted")
    assert ready.message.endswith(REASONS[Reason.SUSPENDED].advice)


def test_what_may_come_by_itself_is_waited_for() -> None:
    waiting = {"Ready": "False", "Reconciling": "True", "Stalled": "False"}
    assert said(Reading(failure=PASSING), patient=True) == waiting


def test_patience_ends() -> None:
    stalled = {"Ready": "False", "Reconciling": "False", "Stalled": "True"}
    assert said(Reading(failure=PASSING), patient=False) == stalled


def test_what_was_never_read_has_no_groups() -> None:
    assert (
        directory_conditions(Reading(), RoundSummary(), patient=True)[0].message
        == "0 groups in use."
    )


@pytest.mark.parametrize(
    ("reason", "waited_for"),
    [
        (Reason.CREDENTIALS_NOT_FOUND, True),
        (Reason.DIRECTORY_NOT_FOUND, True),
        (Reason.CLUSTER_ROLE_NOT_FOUND, True),
        (Reason.GROUP_NOT_FOUND, True),
        (Reason.NAMESPACE_NOT_FOUND, True),
        (Reason.EXPIRED, False),
        (Reason.SUSPENDED, False),
        (Reason.KEYCLOAK_UNAVAILABLE, True),
        (Reason.KEYCLOAK_FORBIDDEN, False),
        (Reason.LOGIN_FAILED, False),
        (Reason.ISSUER_MISMATCH, False),
        (Reason.UNREADABLE, False),
        (Reason.GROUP_AMBIGUOUS, False),
        (Reason.CONFLICT, False),
    ],
)
def test_only_what_somebody_may_be_about_to_make_is_waited_for(
    reason: Reason, *, waited_for: bool
) -> None:
    found = said(Reading(failure=Failure(reason, ".")), patient=True)
    assert found["Reconciling"] == str(waited_for)
    assert found["Stalled"] == str(not waited_for)
