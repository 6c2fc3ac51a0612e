"""Answers that leave something out are noticed: a group must be among those of its own name."""

import pytest

from domain.builders import group
from groupaccess.domain.control import VIEW_GROUPS, filtered, hidden
from groupaccess.domain.question import Answer, ById, ByPath, Question, Search
from groupaccess.domain.reasons import Reason

OPS = group("/b/Ops", uid="7")


@pytest.mark.parametrize("question", [ById("7"), ByPath("/b/Ops")])
def test_a_group_that_the_search_for_its_name_lacks_is_hidden(question: Question) -> None:
    there = Answer((OPS,))
    assert hidden({question: there, Search("Ops"): Answer()}) == OPS
    assert hidden({question: there, Search("Ops"): Answer((group("/Ops"),))}) == OPS


@pytest.mark.parametrize(
    "search",
    [
        Answer((OPS,)),
        Answer((group("/c/Ops", uid="7"),)),
        Answer((group("/Ops"),), more=True),
        None,
    ],
    ids=["shown", "moved meanwhile", "one of many", "not answered"],
)
def test_nothing_else_tells_of_hidden_groups(search: Answer | None) -> None:
    assert hidden({ById("7"): Answer((OPS,)), Search("Ops"): search}) is None


@pytest.mark.parametrize("answers", [{}, {ById("7"): Answer()}, {ById("7"): None}])
def test_a_group_that_is_not_there_is_not_hidden(answers: dict[Question, Answer | None]) -> None:
    assert hidden(answers) is None
    assert hidden({**answers, Search("Ops"): Answer()}) is None


def test_before_the_search_was_made_nothing_is_known() -> None:
    assert hidden({ById("7"): Answer((OPS,))}) is None


def test_the_missing_right_is_named() -> None:
    failure = filtered("groups: 5 counted and none shown")
    assert failure.reason is Reason.KEYCLOAK_FORBIDDEN
    assert failure.message.startswith("groups: 5 counted and none shown: the operator's account")
    assert VIEW_GROUPS in failure.message
