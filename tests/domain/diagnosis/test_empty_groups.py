"""A group without a direct member: what a person is told of it."""

from groupaccess.domain.diagnosis.empty_groups import warning


def test_without_anybody_nobody_gets_access() -> None:
    said = warning("/empty", ["empty"])
    assert said == "/empty has no members: nobody gets access by it."


def test_where_members_are_in_a_child_alone_the_strings_that_they_lack_are_named() -> None:
    assert warning("/platform", ["oidc:platform", "/platform"], "/platform/sre") == (
        "No one is a direct member of /platform; members of /platform/sre do not carry "
        "oidc:platform and /platform: add a mapping for each, or put people into the group itself."
    )
