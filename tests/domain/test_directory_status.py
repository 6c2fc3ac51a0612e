"""What a KeycloakDirectory says of itself, as kstatus reads it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.builders import realm
from groupaccess.domain.conditions import Condition
from groupaccess.domain.directory import Failure, Reading
from groupaccess.domain.directory_status import directory_conditions
from groupaccess.domain.in_use import InUse
from groupaccess.domain.reasons import ADVICE, Reason

PASSING = Failure(Reason.KEYCLOAK_UNAVAILABLE, "no answer.")
FINAL = Failure(Reason.LOGIN_FAILED, "wrong secret.")


def said(reading: Reading, *, patient: bool) -> dict[str, str]:
    found = directory_conditions(reading, patient=patient)
    return {one.type: one.status for one in found}


@pytest.mark.parametrize("patient", [True, False])
def test_read_directory_is_ready_and_counts_its_groups(*, patient: bool) -> None:
    reading = Reading(realm("/a", "/b"))
    assert directory_conditions(reading, patient=patient) == (
        Condition("Ready", "True", Reason.READ, "2 groups read."),
        Condition("Reconciling", "False", Reason.READ, ""),
        Condition("Stalled", "False", Reason.READ, ""),
    )


def test_looked_up_directory_says_how_many_are_in_use_and_how_large_the_realm_is() -> None:
    used = InUse(frozenset({"/a", "b"}), frozenset({"id of /a"}))
    snapshot = replace(realm("/a"), looked_up=used, counted=5000)
    ready = directory_conditions(Reading(snapshot), patient=True)[0]
    assert ready.message == ("2 in use looked up among 5000 groups, cheaper than to read them all.")


def test_snapshot_is_stale_since_it_was_read_while_newer_readings_fail() -> None:
    read_at = datetime(2026, 1, 1, tzinfo=UTC)
    fresh = Reading(realm(), read_at=read_at)
    assert fresh.stale_since is None
    assert replace(fresh, failure=PASSING).stale_since == read_at
    assert Reading(failure=PASSING, read_at=read_at).stale_since is None


def test_failure_says_why_although_an_old_snapshot_is_in_force() -> None:
    assert directory_conditions(Reading(realm(), FINAL), patient=True) == (
        Condition("Ready", "False", Reason.LOGIN_FAILED, "wrong secret."),
        Condition("Reconciling", "False", Reason.LOGIN_FAILED, ""),
        Condition("Stalled", "True", Reason.LOGIN_FAILED, "wrong secret."),
    )


@pytest.mark.parametrize(
    ("reading", "status", "reason", "words"),
    [
        (Reading(realm("/a")), "True", Reason.SUSPENDED, "1 groups read. "),
        (Reading(realm(), FINAL), "False", Reason.LOGIN_FAILED, "wrong secret. "),
    ],
)
def test_a_suspended_directory_is_never_silently_ready(
    reading: Reading, status: str, reason: Reason, words: str
) -> None:
    ready = directory_conditions(reading, patient=True, suspended=True)[0]
    assert (ready.status, ready.reason) == (status, reason)
    assert ready.message.startswith(f"{words}Suspended by spec.suspend: nothing new is granted")
    assert ready.message.endswith(ADVICE[Reason.SUSPENDED])


def test_what_may_come_by_itself_is_waited_for() -> None:
    waiting = {"Ready": "False", "Reconciling": "True", "Stalled": "False"}
    assert said(Reading(failure=PASSING), patient=True) == waiting


def test_patience_ends() -> None:
    stalled = {"Ready": "False", "Reconciling": "False", "Stalled": "True"}
    assert said(Reading(failure=PASSING), patient=False) == stalled


def test_what_was_never_read_has_no_groups() -> None:
    assert directory_conditions(Reading(), patient=True)[0].message == "0 groups read."


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
