"""Names that parse without doubt, and when a binding already says what it should."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builders import binding, content, groups, key
from groupaccess.domain.binding import (
    BindingContent,
    BindingKey,
    BindingName,
    DesiredBinding,
    Owner,
    RoleRef,
    Subject,
)

WANTED = DesiredBinding(key(), "sre", content())


def test_name_is_readable_and_says_object_mapping_and_role() -> None:
    assert str(BindingName("platform", "sre", "cluster-admin")) == (
        "groupaccess:platform:sre:cluster-admin"
    )


def test_name_parses_into_its_parts() -> None:
    assert BindingName.parse("groupaccess:team.a:sre:view") == ("team.a", "sre", "view")


def test_role_name_may_hold_colons() -> None:
    name = BindingName("platform", "sre", "system:aggregate-to:view")
    assert BindingName.parse(str(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "groupaccess",
        "groupaccess:platform",
        "groupaccess:platform:sre",
        "groupaccess::sre:view",
        "groupaccess:platform::view",
        "groupaccess:platform:sre:",
        "GroupAccess:platform:sre:view",
        "groupaccess.io:platform:sre:view",
        "x:groupaccess:platform:sre",
        "system:controller:sre:view",
    ],
)
def test_name_that_is_not_reserved_does_not_parse(name: str) -> None:
    assert BindingName.parse(name) is None


PART = st.text("abc-.", min_size=1, max_size=6)


@given(PART, PART, st.text("ab:-", min_size=1, max_size=8))
def test_every_name_that_is_rendered_parses_back(owner: str, mapping: str, role: str) -> None:
    name = BindingName(owner, mapping, role)
    assert BindingName.parse(str(name)) == name


@given(st.one_of(st.text("g:ab", max_size=12), PART.map("groupaccess:{}:b:c".format)))
def test_every_name_that_parses_renders_back(name: str) -> None:
    parsed = BindingName.parse(name)
    assert parsed is None or str(parsed) == name


def test_key_names_kind_and_namespace() -> None:
    assert str(BindingKey("", "a")) == "ClusterRoleBinding a"
    assert str(BindingKey("shop", "a")) == "RoleBinding shop/a"


def test_annotation_is_read_below_our_domain_alone() -> None:
    said = replace(content(), annotations=(("groupaccess.io/group", "SRE"), ("group-id", "7")))
    assert said.annotation("group") == "SRE"
    assert said.annotation("group-id") is None


def test_groups_are_the_subjects_of_that_kind() -> None:
    mixed = (*groups("/SRE"), Subject("User", "eve"), Subject("ServiceAccount", "x", "y"))
    assert replace(content(), subjects=mixed).groups == ("/SRE",)


def test_binding_that_says_the_same_is_met() -> None:
    assert WANTED.matches(binding())


@pytest.mark.parametrize(
    "drifted",
    [
        replace(content(), role=RoleRef("ClusterRole", "admin")),
        replace(content(), role=RoleRef("Role", "edit")),
        content("/SRE", "/evil"),
        replace(content(), subjects=()),
        content(group_id="another"),
        content(group=""),
        content(has_managed_by_label=False),
        replace(content(), owners=()),
        replace(content(), owners=(Owner("uid of another", "platform"),)),
    ],
    ids=[
        "another role",
        "another kind of role",
        "one more subject",
        "no subject",
        "another annotation",
        "an annotation less",
        "no label",
        "no owner",
        "another owner",
    ],
)
def test_drift_is_seen(drifted: BindingContent) -> None:
    assert not WANTED.matches(binding(what=drifted))


def test_owner_beside_ours_is_no_drift() -> None:
    beside = (Owner("uid of a parent", "parent"), *content().owners)
    assert WANTED.matches(binding(what=replace(content(), owners=beside)))
