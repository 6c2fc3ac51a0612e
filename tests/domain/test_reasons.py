"""The closed set of reasons: each says what to do, in whole sentences."""

import re

import pytest

from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import (
    DIRECTORY_UNAVAILABLE,
    KEYCLOAK_OBJECTIONS,
    REASONS,
    REPAIRABLE,
    RETRIED,
    TRANSIENT,
    Reason,
    with_advice,
)

EACH_REASON = pytest.mark.parametrize("reason", Reason)


@EACH_REASON
def test_each_reason_has_advice_that_is_a_sentence(reason: Reason) -> None:
    assert re.fullmatch(r"[A-Z'].*[^.]\.", REASONS[reason].advice, re.DOTALL)


@EACH_REASON
def test_each_reason_is_as_conditions_want_it(reason: Reason) -> None:
    assert re.fullmatch(r"([A-Z][a-z]+)+", reason)
    assert reason.name == re.sub(r"(?<!^)(?=[A-Z])", "_", reason).upper()


def test_there_is_advice_for_nothing_else() -> None:
    assert set(REASONS) == set(Reason)


def test_what_is_retried_every_few_seconds_says_so() -> None:
    assert {each for each, row in REASONS.items() if RETRIED in row.advice} == REPAIRABLE


@pytest.mark.parametrize(
    "subset",
    [KEYCLOAK_OBJECTIONS, TRANSIENT, DIRECTORY_UNAVAILABLE],
    ids=["group", "pass", "unread"],
)
def test_what_is_fine_is_in_no_subset(subset: frozenset[Reason]) -> None:
    assert subset
    assert subset.isdisjoint({Reason.GRANTED, Reason.READ})


def test_fact_becomes_a_sentence_before_the_advice() -> None:
    advice = REASONS[Reason.GROUP_NOT_FOUND].advice
    assert with_advice(Reason.GROUP_NOT_FOUND, "there is none") == f"there is none. {advice}"


def test_a_failure_may_have_better_advice_than_its_reason() -> None:
    assert Failure.of(Reason.CONFLICT, "it is there").message == with_advice(
        Reason.CONFLICT, "it is there"
    )
    assert Failure.of(Reason.CONFLICT, "it is there", "Go.").message == "it is there. Go."


@pytest.mark.parametrize("fact", ["did you mean SRE?", "It says so."])
def test_fact_that_is_a_sentence_stays_one(fact: str) -> None:
    assert with_advice(Reason.CONFLICT, fact) == f"{fact} {REASONS[Reason.CONFLICT].advice}"
