"""How a group is found in a realm, letter for letter."""

import pytest

from domain.builders import group, realm
from groupaccess.domain.directory.snapshot import NoGroup, SeveralGroups, Snapshot


def test_group_is_found_by_its_path() -> None:
    assert realm("/platform/sre", "/apps/sre").find("/apps/sre") == group("/apps/sre")


def test_group_is_found_by_a_leaf_name_that_is_unique() -> None:
    assert realm("/platform/sre", "/apps/dev").find("sre") == group("/platform/sre")


def test_top_group_is_found_with_and_without_slash() -> None:
    one = realm("/SRE", "/Developer")
    assert one.find("/SRE") == one.find("SRE") == group("/SRE")


def test_leaf_name_of_several_groups_is_ambiguous_and_paths_are_sorted() -> None:
    found = realm("/platform/sre", "/apps/sre", "/apps/dev").find("sre")
    assert found == SeveralGroups(("/apps/sre", "/platform/sre"))


def test_path_of_several_groups_is_ambiguous_since_a_name_may_hold_a_slash() -> None:
    twin = group("/a/b", "a/b", "another")
    assert realm("/a/b", twin).find("/a/b") == SeveralGroups(("/a/b", "/a/b"))
    assert realm("/a/b", twin).find("b") == group("/a/b")


@pytest.mark.parametrize("reference", ["sre", "/sre", "SRE/", "//SRE", "SRE ", "/SRE/x", "", "/"])
def test_other_letters_are_no_group(reference: str) -> None:
    assert isinstance(realm("/SRE").find(reference), NoGroup)


def test_empty_realm_has_no_group() -> None:
    assert Snapshot("realm-1", (), ()).find("SRE") == NoGroup()


@pytest.mark.parametrize(
    ("references", "ids", "meant"),
    [
        ([], [], []),
        (["/a/dev"], [], ["/a/dev"]),
        (["SRE", "/SRE"], [], ["/SRE"]),
        (["sre", "SRE/", "a/dev"], [], []),
        (["dev"], [], []),
        (["dev", "/b/dev"], [], ["/b/dev"]),
        (["gone"], ["id of /a/dev", "gone"], ["/a/dev"]),
        (["SRE"], ["id of /a/dev", "id of /SRE"], ["/SRE", "/a/dev"]),
    ],
)
def test_groups_in_use_are_those_that_are_meant(
    references: list[str], ids: list[str], meant: list[str]
) -> None:
    found = realm("/SRE", "/a/dev", "/b/dev").in_use(frozenset(references), frozenset(ids))
    assert [each.path for each in found] == meant


def test_namesakes_are_the_others_that_are_called_so() -> None:
    sre = group("/platform/sre")
    one = realm(sre, "/apps/sre", "/apps/dev")
    assert one.namesakes(sre, "sre") == (group("/apps/sre"),)
    assert one.namesakes(sre, "/platform/sre") == ()
    assert one.namesakes(sre, "nobody") == ()


def test_namesake_may_bear_the_path_as_its_name() -> None:
    sre, odd = group("/sre"), group("//sre", "/sre")
    assert realm(sre, odd).namesakes(sre, "/sre") == (odd,)
