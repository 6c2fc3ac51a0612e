"""A snapshot of what is in use knows what it does not know."""

from dataclasses import replace

import pytest

from domain.builders import group, realm
from groupaccess.domain.directory import Missing, Snapshot, groups_in_use
from groupaccess.domain.in_use import InUse, leaf_names


def looked_up(*references: str, groups: tuple[str, ...] = ("/SRE",)) -> Snapshot:
    return replace(realm(*groups), looked_up=InUse(frozenset(references)), counted=9000)


def test_what_was_looked_up_is_found_or_missing() -> None:
    found = looked_up("SRE", "Dev")
    assert found.knows("SRE")
    assert found.find("SRE") == group("/SRE")
    assert found.find("Dev") == Missing(())


def test_what_was_not_looked_up_is_unknown_although_a_group_is_called_so() -> None:
    found = looked_up("Dev")
    assert not found.knows("SRE")
    with pytest.raises(LookupError, match="SRE"):
        found.find("SRE")


def test_whole_realm_knows_every_reference() -> None:
    assert realm("/SRE").knows("Dev")


def test_size_is_that_of_the_realm() -> None:
    assert looked_up("SRE").size == 9000
    assert realm("/SRE", "/Dev").size == 2


def test_groups_are_indexed_by_id() -> None:
    assert looked_up("SRE").by_id == {"id of /SRE": group("/SRE")}


def test_suggestions_are_paths_since_a_leaf_name_may_not_be_unique() -> None:
    assert looked_up("sre").find("sre") == Missing(("/SRE",))
    assert realm("/SRE").find("sre") == Missing(("SRE",))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SRE", {"SRE"}),
        ("/SRE", {"SRE"}),
        ("/a/b c", {"b c"}),
        ("a/b", {"b"}),
        ("/a~/b", {"b"}),
        ("/a/", set()),
        ("/", set()),
        ("", set()),
        ("/ ", set()),
    ],
)
def test_name_without_a_slash_is_the_last_part_and_never_blank(text: str, names: set[str]) -> None:
    assert leaf_names([text]) == names
    assert InUse(frozenset({text})).names == names


DEV = (group("/a/dev"), group("/b/dev"))
ODD = group("/x/SRE", "x/SRE", "odd")


@pytest.mark.parametrize(
    ("used", "meant"),
    [
        (InUse(), []),
        (InUse(frozenset({"/a/dev"})), ["/a/dev"]),
        (InUse(frozenset({"SRE"})), ["/SRE"]),
        (InUse(frozenset({"/SRE", "SRE"})), ["/SRE"]),
        (InUse(frozenset({"sre", "/sre", "SRE/", "a/dev"})), []),
        (InUse(frozenset({"dev"})), []),
        (InUse(frozenset({"dev", "/b/dev"})), ["/b/dev"]),
        (InUse(frozenset({"gone"}), frozenset({"id of /a/dev", "gone"})), ["/a/dev"]),
        (InUse(frozenset({"SRE"}), frozenset({"id of /a/dev", "id of /SRE"})), ["/SRE", "/a/dev"]),
        (InUse(frozenset({"x/SRE"})), ["/x/SRE"]),
    ],
)
def test_group_in_use_is_pinned_by_id_or_meant_by_a_reference_alone(
    used: InUse, meant: list[str]
) -> None:
    known = (group("/SRE"), *DEV, ODD)
    assert [each.path for each in groups_in_use(known, used)] == meant
