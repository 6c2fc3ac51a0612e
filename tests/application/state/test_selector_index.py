"""A namespace is compared only with the selectors that may match it."""

from itertools import product

import pytest

from groupaccess.application.state.selector_index import SelectorIndex
from groupaccess.domain.access.namespace_scope import (
    LabelOperator,
    LabelRequirement,
    NamespaceScope,
)
from simulation.memory import texts

SHOP = LabelRequirement("team", LabelOperator.IN, frozenset({"shop"}))
SHOP_OR_BANK = LabelRequirement("team", LabelOperator.IN, frozenset({"shop", "bank"}))
ANY_TEAM = LabelRequirement("team", LabelOperator.EXISTS)
NO_TEAM = LabelRequirement("team", LabelOperator.DOES_NOT_EXIST)
NOT_SHOP = LabelRequirement("team", LabelOperator.NOT_IN, frozenset({"shop"}))
OPEN = LabelRequirement("open", LabelOperator.EXISTS)
SELECTORS = (
    (SHOP,),
    (SHOP_OR_BANK,),
    (ANY_TEAM,),
    (NO_TEAM,),
    (NOT_SHOP,),
    (NOT_SHOP, OPEN),
    (ANY_TEAM, NOT_SHOP),
    (OPEN, SHOP_OR_BANK),
)
NO_LABELS: dict[str, str] = {}
LABELS = (NO_LABELS, {"team": "shop"}, {"team": "bank"}, {"open": ""}, {"open": "", "team": "shop"})


def scope(*requirements: LabelRequirement) -> NamespaceScope:
    return NamespaceScope(requirements=requirements)


@pytest.mark.parametrize(("before", "after"), [*product(LABELS, LABELS)])
def test_it_finds_what_a_comparison_with_each_selector_finds(
    before: dict[str, str], after: dict[str, str]
) -> None:
    index = SelectorIndex()
    for number, requirements in enumerate(SELECTORS):
        index.add(f"a{number}", (scope(*requirements),))
    expected = {
        f"a{number}"
        for number, requirements in enumerate(SELECTORS)
        if any(scope(*requirements).selects(labels) for labels in (before, after))
    }
    assert index.selecting(before, after) == expected


def test_of_several_scopes_one_is_enough() -> None:
    index = SelectorIndex()
    index.add("a", (scope(SHOP), scope(OPEN)))
    assert index.selecting({"team": "shop"}) == {"a"}
    assert index.selecting({"open": "yes"}) == {"a"}
    assert index.selecting({"team": "bank"}) == set()


def test_what_is_removed_leaves_nothing() -> None:
    index = SelectorIndex()
    index.add("gone", (scope(SHOP), scope(NO_TEAM), scope(OPEN)))
    index.remove("gone")
    index.remove("never seen")
    assert index.selecting({"team": "shop"}, {}) == set()
    assert "gone" not in {text for text, _ in texts(index)}
