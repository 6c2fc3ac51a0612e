"""Several directories: which of those with the same prefix grants."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.several import compare, made
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.reasons import Reason


def granting(*directories: Directory, bound: Iterable[str] = ()) -> set[str]:
    names = (directory.name for directory in directories)
    return {name for name in names if compare(name, *directories, bound=bound).conflict is None}


@pytest.mark.parametrize(
    ("first", "second", "bound", "grants"),
    [
        (made("a"), made("b"), (), {"a"}),
        (made("a"), made("b", age=1), (), {"b"}),
        (made("a"), made("b", age=1), ("a", "b"), {"b"}),
        (made("a"), made("b", age=1), ("a",), {"a"}),
        (made("a", age=1), made("b"), ("b",), {"b"}),
        (made("a", age=None), made("b"), (), {"b"}),
        (made("a", "x:"), made("b", "x:"), (), {"a"}),
        (made("a", "x:"), made("b", "y:"), (), {"a", "b"}),
        (made("a"), made("b", realm_name="a"), (), {"a", "b"}),
        (made("a", shares="b"), made("b", shares="a"), (), {"a", "b"}),
        (made("a", shares="b"), made("b"), (), {"a"}),
        (made("a"), made("b", shares="a"), (), {"a"}),
    ],
    ids=[
        "by name",
        "by age",
        "by age when both are bound",
        "the one that bindings name, though it is younger",
        "the other one",
        "the one whose age is known",
        "the same prefix that is not empty",
        "other prefixes",
        "one issuer",
        "both list each other",
        "one lists the other",
        "the other lists the one",
    ],
)
def test_of_two_with_the_same_prefix_one_grants(
    first: Directory, second: Directory, bound: Iterable[str], grants: set[str]
) -> None:
    assert granting(first, second, bound=bound) == grants
    assert granting(second, first, bound=bound) == grants


def test_of_three_each_pair_is_context_of_itself() -> None:
    a, b, c = made("a", shares="c"), made("b"), made("c", shares="a")
    assert granting(a, b, c) == {"a"}
    assert granting(a, b, c, bound=["c"]) == {"a", "c"}
    assert granting(a, b, c, bound=["b"]) == {"b"}


@pytest.mark.parametrize(
    ("first", "bound", "why"),
    [
        (made("b", "x:", age=1), ["b"], "because bindings name it"),
        (made("b", "x:", age=1), ["a", "b"], "because it is older"),
        (made("A", "x:"), (), "because its name comes first"),
    ],
)
def test_the_other_one_says_the_prefix_the_name_the_issuer_why_and_what_to_do(
    first: Directory, bound: Iterable[str], why: str
) -> None:
    conflict = compare("a", made("a", "x:"), first, bound=bound).conflict
    assert conflict is not None
    assert conflict.reason is Reason.PREFIX_SHARED
    assert conflict.message == (
        'KeycloakDirectory "a" has the same spec.tokens.groupsPrefix "x:" as KeycloakDirectory '
        f'"{first.name}" of another realm ({first.issuer}). kube-apiserver cannot distinguish '
        f'their groups, so only "{first.name}" may grant new access, {why}. Give one of the two '
        "another spec.tokens.groupsPrefix, the same as in kube-apiserver. If equal names mean the "
        "same group in both realms, list each directory in the other's "
        "spec.tokens.sharesPrefixWith instead."
    )


def test_of_several_that_come_first_the_first_is_named() -> None:
    conflict = compare("c", made("c"), made("b", age=1), made("a", age=2)).conflict
    assert conflict is not None
    assert 'only "a" may grant' in conflict.message


NAMES = ("a", "b", "c", "d")


@st.composite
def clusters(draw: st.DrawFn) -> list[Directory]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    return [
        made(
            name,
            draw(st.sampled_from(["", "", "x:"])),
            realm_name=draw(st.sampled_from([*NAMES, name, name])),
            shares=draw(st.sets(st.sampled_from(NAMES))),
            age=draw(st.sampled_from([None, 0, 1, 2])),
        )
        for name in names
    ]


BOUND = st.sets(st.sampled_from(NAMES))


def conflicting(one: Directory, other: Directory) -> bool:
    agreed = other.name in one.shares_prefix_with and one.name in other.shares_prefix_with
    same = one.groups_prefix == other.groups_prefix
    return same and one.issuer != other.issuer and not agreed


@given(clusters(), BOUND)
def test_no_two_that_conflict_grant(directories: list[Directory], bound: set[str]) -> None:
    granted = [d for d in directories if d.name in granting(*directories, bound=bound)]
    assert not any(conflicting(one, other) for one in granted for other in granted)


@given(clusters(), BOUND)
def test_of_those_that_all_conflict_exactly_one_grants(
    directories: list[Directory], bound: set[str]
) -> None:
    known = [replace(made(d.name, d.groups_prefix), created=d.created) for d in directories]
    for prefix in {one.groups_prefix for one in known}:
        rivals = {one.name for one in known if one.groups_prefix == prefix}
        assert len(granting(*known, bound=bound) & rivals) == 1


@given(clusters(), BOUND)
def test_whoever_holds_has_a_rival_that_comes_before_it(
    directories: list[Directory], bound: set[str]
) -> None:
    for directory in directories:
        rivals = [other for other in directories if conflicting(directory, other)]
        if directory.name not in granting(*directories, bound=bound):
            assert any(granting(directory, other, bound=bound) == {other.name} for other in rivals)


@given(clusters(), BOUND, st.data())
def test_the_order_in_which_they_come_does_not_matter(
    directories: list[Directory], bound: set[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(directories))
    for name in NAMES:
        said = compare(name, *directories, bound=bound)
        assert compare(name, *shuffled, bound=bound) == said


@given(st.permutations([0, 1, 2, None]), st.sampled_from(NAMES))
def test_a_restore_in_another_order_moves_no_grant(ages: list[int | None], bound: str) -> None:
    restored = [made(name, age=age) for name, age in zip(NAMES, ages, strict=True)]
    assert granting(*restored, bound=[bound]) == {bound}
