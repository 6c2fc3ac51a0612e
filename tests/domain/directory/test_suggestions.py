"""What somebody may have meant who named a group that is not there."""

import pytest

from domain.builders import group
from groupaccess.domain.directory.suggestions import search_terms, similar_paths

KNOWN = ("/SRE", "/Developer", "/platform/ops")


def suggested(reference: str, *paths: str) -> tuple[str, ...]:
    return similar_paths(reference, [group(path) for path in paths or KNOWN])


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("sre", ("/SRE",)),
        ("/sre", ("/SRE",)),
        ("SRE/", ("/SRE",)),
        ("SREs", ("/SRE",)),
        ("/SREs", ("/SRE",)),
        ("Develper", ("/Developer",)),
        ("/develper", ("/Developer",)),
        ("/ops", ("/platform/ops",)),
        ("platform/op", ("/platform/ops",)),
        ("quite another", ()),
        ("", ()),
        ("/", ()),
    ],
)
def test_paths_of_groups_that_are_spelled_nearly_so_are_told(
    reference: str, found: tuple[str, ...]
) -> None:
    assert suggested(reference) == found


def test_same_but_for_case_and_slash_comes_before_similar_ones() -> None:
    assert suggested("sre", "/sree", "/srex", "/SRE") == ("/SRE",)


def test_at_most_three_are_told_sorted() -> None:
    assert suggested("/ops", "/d/ops", "/c/ops", "/b/ops", "/a/ops") == (
        "/a/ops",
        "/b/ops",
        "/c/ops",
    )
    assert len(suggested("team-x", "/team-a", "/team-b", "/team-c", "/team-d")) == 3


def test_only_much_alike_is_near() -> None:
    assert suggested("team-abc", "/team-abd") == ("/team-abd",)
    assert suggested("abc", "/abd") == ()


def test_each_path_is_told_once() -> None:
    twins = [group("/a/SRE"), group("/a/SRE", "a/SRE", "another")]
    assert similar_paths("/A/sre", twins) == ("/a/SRE",)
    assert similar_paths("/A/sr", twins) == ("/a/SRE",)


@pytest.mark.parametrize(
    ("reference", "texts"),
    [
        ("developers", ("developers", "devel", "opers")),
        ("/a/developers", ("developers", "devel", "opers")),
        ("SRE", ("SRE",)),
        ("abcdef", ("abcdef", "abc", "def")),
        ("/sre/", ("sre",)),
        (" x y ", ("x y",)),
        ("/", ()),
        ("", ()),
    ],
)
def test_a_name_is_searched_and_then_its_halves(reference: str, texts: tuple[str, ...]) -> None:
    assert search_terms(reference) == texts
