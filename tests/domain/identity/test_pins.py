"""What bindings say of the groups that they were made for, whoever edited them since."""

from datetime import UTC, datetime

import pytest

from domain.builders import access, content, key, mapping
from groupaccess.domain.binding import BindingContent, BindingKey, RoleRef, Subject
from groupaccess.domain.identity.pins import Pin, read_pins, respelled_groups
from groupaccess.domain.timestamp import format_time

FIRST, SECOND = BindingKey("", "a"), BindingKey("", "b")
SRE = (Subject("Group", "SRE"),)
EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def said(subjects: tuple[Subject, ...] = SRE, /, **annotations: str) -> BindingContent:
    """Return what a binding of group SRE says, with some annotations instead of the usual ones."""
    usual = {"directory": "default", "group": "SRE", "group-id": "id"}
    about = {name.replace("_", "-"): text for name, text in annotations.items()}
    every = tuple((f"groupaccess.io/{name}", text) for name, text in (usual | about).items())
    return BindingContent(RoleRef("ClusterRole", "view"), subjects, (), every)


def of_sre(*contents: BindingContent) -> Pin:
    return read_pins("default", dict(zip((FIRST, SECOND), contents, strict=False)))["SRE"]


def test_all_that_a_binding_says_is_read() -> None:
    content = said(
        group_path="/x/SRE", directory_id="account", missing_since=EARLY, replaced_id="former"
    )
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert of_sre(content) == Pin(FIRST, "id", "/x/SRE", "account", since, "former")


def test_a_missing_annotation_is_none_and_the_declared_group_replaces_a_missing_path() -> None:
    assert of_sre(said()) == Pin(FIRST, "id", "SRE")


def test_of_two_ids_that_counts_which_grants() -> None:
    emptied = said((), group_id="an earlier one")
    assert of_sre(emptied, said(group_id="later")).group_id == "later"
    assert of_sre(said(group_id="later"), emptied).group_id == "later"


def test_of_two_that_grant_the_same_one_counts_always() -> None:
    low, high = said(group_id="1"), said(group_id="2")
    assert of_sre(low, high).group_id == of_sre(high, low).group_id == "1"


def test_the_earliest_start_of_a_grace_counts_and_no_other_groups() -> None:
    early, late = said(missing_since=EARLY), said(missing_since=LATE)
    for two in ((early, late), (late, early), (said(), early)):
        since = of_sre(*two).missing_since
        assert since is not None
        assert format_time(since) == EARLY
    other = said((), group_id="other", missing_since=EARLY)
    assert of_sre(late, other).missing_since == datetime(2026, 1, 2, tzinfo=UTC)
    assert of_sre(said(), other).missing_since is None


def test_a_grace_leaves_all_else_of_a_pin_as_it_is() -> None:
    first = said(group_path="/SRE", directory_id="account", replaced_id="former")
    found = of_sre(first, said((), missing_since=EARLY))
    assert (found.key, found.path, found.directory_id) == (FIRST, "/SRE", "account")
    assert found.replaced_id == "former"


@pytest.mark.parametrize("foreign", [said(directory="other"), said(group_id="")])
def test_what_pins_nothing_here_hides_no_other_binding(foreign: BindingContent) -> None:
    found = read_pins("default", {FIRST: foreign, SECOND: said(group_id="z")})
    assert found == {"SRE": Pin(SECOND, "z", "SRE")}


def test_a_binding_that_names_no_group_pins_none() -> None:
    nameless = BindingContent(RoleRef("ClusterRole", "view"), SRE, (), said().annotations[:1])
    pinned = (("groupaccess.io/directory", "default"), ("groupaccess.io/group-id", "id"))
    assert read_pins("default", {FIRST: nameless}) == {}
    assert read_pins("default", {FIRST: BindingContent(nameless.role, SRE, (), pinned)}) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-01-01T00:00:00",
        "9999-99-99",
        "0001-01-01T00:00:00+01:00",  # these two have no UTC
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_a_start_that_cannot_be_read_is_none(text: str) -> None:
    assert of_sre(said(missing_since=text)).missing_since is None


def edits(
    group: str,
    *declared: str,
    mapping_name: str = "sre",
    of: str = "default",
    group_name: str = "SRE",
) -> dict[str, str]:
    """Return what is only spelled otherwise, after `group` was written into the mapping."""
    mappings = [mapping(mapping_name, group)]
    mappings += [mapping(f"other-{number}", each) for number, each in enumerate(declared)]
    what = content(group="Old", group_path="/a/SRE", group_name=group_name, directory=of)
    bound = {key(): what}
    return respelled_groups(access(*mappings), bound)


@pytest.mark.parametrize("group", ["/a/SRE", "SRE"])
def test_a_group_that_is_spelled_as_its_binding_has_it_is_the_same(group: str) -> None:
    assert edits(group) == {group: "Old"}


def test_what_a_slash_in_a_name_leaves_of_it_is_another_spelling() -> None:
    assert edits("b/SRE", group_name="b/SRE") == {"b/SRE": "Old"}
    assert edits("SRE", group_name="b/SRE") == {}


def test_another_group_is_no_other_spelling() -> None:
    assert edits("Dev") == {}
    assert edits("sre") == {}


def test_as_long_as_the_former_spelling_is_declared_it_is_not_edited() -> None:
    assert edits("SRE", "Old") == {}


def test_another_mapping_or_directory_does_not_inherit_the_group() -> None:
    assert edits("SRE", mapping_name="new") == {}
    assert edits("SRE", of="other") == {}
