"""The order of the rules: of two objections that both apply, the earlier one is said."""

from dataclasses import replace
from itertools import combinations

import pytest

from domain.builders import group
from domain.verdict.objections import EXCLUSIVE, GRANTED, RULES, Change, groups, reserved_in_token
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import DIRECTORY_UNAVAILABLE, REASONS, Reason, ReasonClass
from groupaccess.domain.verdict.verdict import Outcome

# Reasons that no rule gives, each set with who gives them.
NOT_READ = DIRECTORY_UNAVAILABLE  # the adapter of Keycloak; `not_read` stands for all of them
NO_OBJECTION = frozenset(each for each in Reason if REASONS[each].reason_class is ReasonClass.FINE)
OF_WRITES = {  # the status, by what is bound and what the API server answered
    Reason.PROGRESSING,
    Reason.NAMESPACE_NOT_FOUND,
    Reason.BIND_FORBIDDEN,
    Reason.WRITE_REFUSED,
    Reason.CONFLICT,
}
DOUBTS = {Reason.API_SERVER_UNKNOWN}  # a grant has it as a doubt
PAIRS = [
    (earlier, later)
    for earlier, later in combinations(RULES, 2)
    if not any({earlier[0], later[0]} <= both for both in EXCLUSIVE)
]


def test_without_objection_it_is_granted() -> None:
    assert GRANTED.evaluate().outcome is Outcome.GRANT


@pytest.mark.parametrize(
    ("change", "outcome", "reason"), RULES, ids=[rule[0].__name__ for rule in RULES]
)
def test_each_rule_objects_in_its_own_way(change: Change, outcome: Outcome, reason: Reason) -> None:
    case = change(GRANTED)
    said = case.evaluate()
    assert (said.mapping, said.outcome, said.reason) == (case.mapping, outcome, reason)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_rule_or_is_given_elsewhere(reason: Reason) -> None:
    """A reason that a verdict can have belongs into RULES."""
    has_rule = reason in {row[2] for row in RULES}
    elsewhere = NOT_READ | NO_OBJECTION | OF_WRITES | DOUBTS
    assert has_rule or reason in elsewhere
    assert not (has_rule and reason in elsewhere - NOT_READ)


@pytest.mark.parametrize("reason", sorted(NOT_READ))
def test_whatever_keeps_keycloak_from_being_read_holds(reason: Reason) -> None:
    reading = replace(GRANTED.context.reading, failure=Failure(reason, "."))
    said = replace(GRANTED, context=replace(GRANTED.context, reading=reading)).evaluate()
    assert (said.outcome, said.reason, said.directory_unavailable) == (Outcome.HOLD, reason, True)


@pytest.mark.parametrize(
    ("earlier", "later"),
    PAIRS,
    ids=[f"{one[0].__name__} before {two[0].__name__}" for one, two in PAIRS],
)
def test_earlier_rule_wins(
    earlier: tuple[Change, Outcome, Reason], later: tuple[Change, Outcome, Reason]
) -> None:
    change, outcome, reason = earlier
    said = change(later[0](GRANTED)).evaluate()
    assert (said.outcome, said.reason) == (outcome, reason)


def test_name_that_is_reserved_is_revoked_before_it_collides() -> None:
    hidden = reserved_in_token(GRANTED)
    both = groups(hidden, group(hidden.mapping.group), group("/y/system:masters"))
    said = both.evaluate()
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.INVALID_SUBJECT)
