"""What a directory is asked, and what more with each answer."""

import pytest

from domain.builders import group
from groupaccess.domain.directory.group import ANY_CONTENT, ClaimContent, Group
from groupaccess.domain.directory.questions import (
    MAX_SEARCH_RESULTS,
    Answer,
    ById,
    ByPath,
    GroupsInUse,
    PinnedId,
    Question,
    Search,
    possible_names,
    questions_about,
)

NAMES = ClaimContent()
MOVED = group("/b/Ops", uid="7")


def used(*references: str, **pins: str) -> GroupsInUse:
    """Return groups in use; pins are ids with their last names."""
    return GroupsInUse(frozenset(references), frozenset(PinnedId(*pin) for pin in pins.items()))


def shown(*groups: Group, more: bool = False) -> Answer:
    return Answer(groups, more)


def asked(
    about: GroupsInUse,
    answers: dict[Question, Answer | None] | None = None,
    content: ClaimContent = NAMES,
) -> set[Question]:
    return set(questions_about(about, answers or {}, content))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SRE", {"SRE"}),
        ("/SRE", {"SRE", "/SRE"}),
        ("/a/b/c", {"c", "b/c", "a/b/c", "/a/b/c"}),
        ("a/b", {"a/b"}),
        ("/a~/b", {"b", "a~/b", "a/b", "/a~/b", "/a/b"}),
        ("/a/", {"a/", "/a/"}),
        (" x ", {" x "}),
        ("/a/b c", {"b c", "a/b c", "/a/b c"}),
        ("/", set()),
        ("/ ", set()),
        (" ", set()),
        ("", set()),
    ],
)
def test_a_name_may_hold_slashes_and_is_never_blank(text: str, found: set[str]) -> None:
    assert possible_names(text) == found


def test_a_declared_name_is_one_search() -> None:
    assert asked(used("SRE")) == {Search("SRE")}


def test_a_string_that_was_bound_before_is_searched_too() -> None:
    about = GroupsInUse(strings=frozenset({"Old", "/x"}))
    assert asked(about) == {Search("Old"), Search("x"), Search("/x")}


def test_nothing_in_use_is_no_question() -> None:
    assert asked(GroupsInUse()) == set()


def test_a_pinned_group_is_searched_by_the_name_that_it_had_last() -> None:
    assert asked(used(**{"7": "Ops"})) == {Search("Ops")}


def test_a_pinned_id_that_the_search_shows_is_not_asked_for() -> None:
    about = used(**{"7": "Ops"})
    assert asked(about, {Search("Ops"): shown(MOVED)}) == {Search("Ops")}


@pytest.mark.parametrize("answer", [Answer(), None, shown(group("/Ops", uid="8"))])
def test_a_pinned_id_that_no_search_shows_is_asked_for(answer: Answer | None) -> None:
    about = used(**{"7": "Ops"})
    assert asked(about, {Search("Ops"): answer}) == {Search("Ops"), ById("7")}


def test_a_renamed_group_is_searched_by_its_new_name() -> None:
    about = used("/b/Dev", **{"7": "Dev"})
    known: dict[Question, Answer | None] = {
        Search(name): Answer() for name in possible_names("/b/Dev")
    }
    assert asked(about, known) == {*known, ById("7")}
    assert asked(about, {**known, ById("7"): shown(MOVED)}) == {*known, ById("7"), Search("Ops")}


def test_of_a_declared_group_the_strings_are_searched_that_tokens_carry() -> None:
    known: dict[Question, Answer | None] = {Search("Ops"): shown(MOVED)}
    assert asked(used("Ops"), known) == {Search("Ops")}
    assert asked(used("Ops"), known, ANY_CONTENT) == {
        Search("Ops"),
        Search("b/Ops"),
        Search("/b/Ops"),
    }


def test_of_a_namesake_nothing_more_is_asked() -> None:
    known: dict[Question, Answer | None] = {
        Search(name): Answer() for name in possible_names("/a/Ops")
    }
    known[Search("Ops")] = shown(group("/a/Ops"), MOVED)
    assert asked(used("/a/Ops"), known, ANY_CONTENT) == set(known)


def test_a_path_that_many_namesakes_hide_is_asked_for() -> None:
    many = tuple(group(f"/{number}/Ops") for number in range(MAX_SEARCH_RESULTS))
    known: dict[Question, Answer | None] = {
        Search(name): Answer() for name in possible_names("/b/Ops")
    }
    known[Search("Ops")] = shown(*many, more=True)
    assert asked(used("/b/Ops"), known) - known.keys() == {ByPath("/b/Ops")}
    known[Search("Ops")] = shown(*many[1:], MOVED, more=True)
    assert asked(used("/b/Ops"), known) == set(known)
    known[Search("Ops")] = shown(*many[1:])
    assert asked(used("/b/Ops"), known) == set(known)


def test_of_many_namesakes_a_name_alone_asks_for_no_path() -> None:
    many = tuple(group(f"/{number}/Ops") for number in range(MAX_SEARCH_RESULTS))
    known: dict[Question, Answer | None] = {Search("Ops"): shown(*many, more=True)}
    assert asked(used("Ops"), known) - known.keys() == set()


def test_what_cannot_be_an_id_is_not_asked_for() -> None:
    about = used(**{"..": "Ops"})
    assert asked(about, {Search("Ops"): Answer()}) == {Search("Ops")}


def test_an_id_waits_for_each_search_that_may_show_it() -> None:
    about = used(**{"7": "/b/Ops"})
    known: dict[Question, Answer | None] = {Search("Ops"): Answer()}
    assert ById("7") not in asked(about, known)
    known |= {Search(name): Answer() for name in possible_names("/b/Ops")}
    assert ById("7") in asked(about, known)


def test_an_ambiguous_name_costs_one_search_however_many_have_it() -> None:
    many = shown(
        *(group(f"/{number}/Ops", uid=f"{number}") for number in range(MAX_SEARCH_RESULTS)),
        more=True,
    )
    assert asked(used("Ops"), {Search("Ops"): many}, ANY_CONTENT) == {Search("Ops")}
    one = shown(group("/a/Ops", uid="1"))
    assert Search("a/Ops") in asked(used("Ops"), {Search("Ops"): one}, ANY_CONTENT)
