"""How a group is found in a realm, letter for letter, and what is near when it is not."""

import pytest

from domain.builders import group, realm
from groupaccess.domain.directory import Ambiguous, Missing, Snapshot


def near(reference: str, *groups: str) -> tuple[str, ...]:
    found = realm(*groups).find(reference)
    assert isinstance(found, Missing)
    return found.near


def test_group_is_found_by_its_path() -> None:
    assert realm("/platform/sre", "/apps/sre").find("/apps/sre") == group("/apps/sre")


def test_group_is_found_by_a_leaf_name_that_is_unique() -> None:
    assert realm("/platform/sre", "/apps/dev").find("sre") == group("/platform/sre")


def test_top_group_is_found_with_and_without_slash() -> None:
    one = realm("/SRE", "/Developer")
    assert one.find("/SRE") == one.find("SRE") == group("/SRE")


def test_leaf_name_of_several_groups_is_ambiguous_and_paths_are_sorted() -> None:
    found = realm("/platform/sre", "/apps/sre", "/apps/dev").find("sre")
    assert found == Ambiguous(("/apps/sre", "/platform/sre"))


def test_path_of_several_groups_is_ambiguous_since_a_name_may_hold_a_slash() -> None:
    twin = group("/a/b", "a/b", "another")
    assert realm("/a/b", twin).find("/a/b") == Ambiguous(("/a/b", "/a/b"))
    assert realm("/a/b", twin).find("b") == group("/a/b")


@pytest.mark.parametrize("reference", ["sre", "/sre", "SRE/", "//SRE", "SRE ", "/SRE/x", "", "/"])
def test_other_letters_are_no_group(reference: str) -> None:
    assert isinstance(realm("/SRE").find(reference), Missing)


@pytest.mark.parametrize(
    ("reference", "suggested"),
    [
        ("sre", ("SRE",)),
        ("/sre", ("/SRE",)),
        ("SRE/", ("SRE",)),
        ("/SRE/", ("/SRE",)),
        ("SREs", ("SRE",)),
        ("/SREs", ("/SRE",)),
        ("Develper", ("Developer",)),
        ("/develper", ("/Developer",)),
        ("Platform/Ops", ("ops",)),
        ("/ops", ("/platform/ops",)),
        ("quite another", ()),
        ("", ()),
    ],
)
def test_near_names_are_told(reference: str, suggested: tuple[str, ...]) -> None:
    assert near(reference, "/SRE", "/Developer", "/platform/ops") == suggested


def test_same_but_for_case_and_slash_comes_before_similar_ones() -> None:
    assert near("sre", "/SRE", "/sree", "/srex") == ("SRE",)


def test_name_that_several_groups_share_is_told_by_path() -> None:
    assert near("sre", "/b/SRE", "/a/SRE", "/c/Sre") == ("/a/SRE", "/b/SRE", "Sre")


def test_at_most_three_are_told_sorted() -> None:
    assert near("/ops", "/d/ops", "/c/ops", "/b/ops", "/a/ops") == ("/a/ops", "/b/ops", "/c/ops")
    assert len(near("team-x", "/team-a", "/team-b", "/team-c", "/team-d")) == 3


def test_only_much_alike_is_near() -> None:
    assert near("team-abc", "/team-abd") == ("team-abd",)
    assert near("abc", "/abd") == ()


def test_slash_alone_is_near_nothing() -> None:
    assert near("/", "/X", "/a/b") == ()


def test_each_spelling_is_told_once() -> None:
    twin = group("/a/SRE", "a/SRE", "another")
    found = realm("/a/SRE", twin).find("/A/sre")
    assert found == Missing(("/a/SRE",))
    assert realm("/a/SREs", group("/a/SREs", "a/SREs", "another")).find("/a/SRE") == Missing(
        ("/a/SREs",)
    )


def test_empty_realm_suggests_nothing() -> None:
    assert Snapshot("realm-1", (), ()).find("SRE") == Missing(())


def test_namesakes_are_the_others_that_are_called_so() -> None:
    sre = group("/platform/sre")
    one = realm(sre, "/apps/sre", "/apps/dev")
    assert one.namesakes(sre, "sre") == (group("/apps/sre"),)
    assert one.namesakes(sre, "/platform/sre") == ()
    assert one.namesakes(sre, "nobody") == ()


def test_namesake_may_bear_the_path_as_its_name() -> None:
    sre, odd = group("/sre"), group("//sre", "/sre")
    assert realm(sre, odd).namesakes(sre, "/sre") == (odd,)
