"""Which rights an object grants for certain."""

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import (
    LabelOperator,
    LabelRequirement,
    NamespaceScope,
)
from groupaccess.domain.adoption.rights import Right, rights


def test_a_selector_or_an_end_makes_what_is_granted_uncertain() -> None:
    plain = AccessMapping("a", "A", "view", NamespaceScope(frozenset({"x", "y"})))
    selected = AccessMapping(
        "b",
        "B",
        "view",
        NamespaceScope(requirements=(LabelRequirement("t", LabelOperator.EXISTS),)),
    )
    whole = AccessMapping("c", "C", "view")
    found_rights = rights(Access("o", "u", 1, "default", (plain, whole)))
    assert found_rights == frozenset(
        {
            Right("a", "A", "view", "x"),
            Right("a", "A", "view", "y"),
            Right("c", "C", "view", ""),
        }
    )
    assert rights(Access("o", "u", 1, "default", (plain, selected))) is None
