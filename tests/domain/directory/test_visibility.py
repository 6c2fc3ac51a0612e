"""Answers that leave something out are noticed: a group must be among those of its own name."""

import pytest

from domain.builders import group
from groupaccess.domain.directory.questions import Answer, ById, ByPath, Question, Search
from groupaccess.domain.directory.visibility import (
    VIEW_GROUPS,
    forbidden_group,
    groups_hidden,
    hidden_groups,
)
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

OPS = group("/b/Ops", uid="7")


@pytest.mark.parametrize("question", [ById("7"), ByPath("/b/Ops")])
def test_a_group_that_the_search_for_its_name_lacks_is_hidden(question: Question) -> None:
    there = Answer((OPS,))
    for search in (Answer(), Answer((group("/Ops"),))):
        assert [*hidden_groups({question: there, Search("Ops"): search})] == [OPS]


@pytest.mark.parametrize(
    "search",
    [
        Answer((OPS,)),
        Answer((group("/c/Ops", uid="7"),)),
        Answer((group("/Ops"),), truncated=True),
        None,
    ],
    ids=["shown", "moved meanwhile", "one of many", "not answered"],
)
def test_nothing_else_tells_of_hidden_groups(search: Answer | None) -> None:
    assert not [*hidden_groups({ById("7"): Answer((OPS,)), Search("Ops"): search})]


@pytest.mark.parametrize("answers", [{}, {ById("7"): Answer()}, {ById("7"): None}])
def test_a_group_that_is_not_there_is_not_hidden(answers: dict[Question, Answer | None]) -> None:
    assert not [*hidden_groups(answers)]
    assert not [*hidden_groups({**answers, Search("Ops"): Answer()})]


def test_before_the_search_was_made_nothing_is_known() -> None:
    assert not [*hidden_groups({ById("7"): Answer((OPS,))})]


def test_an_id_that_may_not_be_read_is_of_a_hidden_group() -> None:
    forbidden = Failure(Reason.KEYCLOAK_FORBIDDEN, "403")
    assert forbidden_group({ById("7"): forbidden, Search("Ops"): Answer()}) == ById("7")


@pytest.mark.parametrize(
    ("by_id", "search"),
    [
        (Answer((OPS,)), Answer()),
        (Failure(Reason.KEYCLOAK_UNAVAILABLE, "503"), Answer()),
        (Failure(Reason.KEYCLOAK_FORBIDDEN, "403"), Answer((group("/Ops"),), truncated=True)),
        (
            Failure(Reason.KEYCLOAK_FORBIDDEN, "403"),
            Failure(Reason.KEYCLOAK_FORBIDDEN, "403"),
        ),
    ],
    ids=["readable", "no answer", "one of many", "no search"],
)
def test_nothing_else_tells_of_ids_that_may_not_be_read(
    by_id: Answer | Failure, search: Answer | Failure
) -> None:
    assert forbidden_group({ById("7"): by_id, Search("Ops"): search}) is None


def test_the_missing_right_is_named() -> None:
    failure = groups_hidden("groups: Keycloak counts 5, but shows none")
    assert failure.reason is Reason.KEYCLOAK_FORBIDDEN
    assert failure.message.startswith(
        "groups: Keycloak counts 5, but shows none. The operator's account"
    )
    assert VIEW_GROUPS in failure.message
