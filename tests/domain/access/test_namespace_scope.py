"""Which namespaces names and labels pick, as every Kubernetes label selector does."""

import pytest

from domain.builders import scope, team, terminating, there
from groupaccess.domain.access.namespace_scope import (
    CLUSTER_WIDE,
    LabelOperator,
    LabelRequirement,
    Namespace,
    NamespaceScope,
    Placement,
    resolve_scope,
)

SHOP = {"team": "shop"}
ONE_OR_TWO = frozenset({"shop", "bank"})


@pytest.mark.parametrize(
    ("operator", "picked"),
    [
        (LabelOperator.IN, ["bank", "shop"]),
        (LabelOperator.NOT_IN, ["bare", "empty", "test"]),
        (LabelOperator.EXISTS, ["bank", "empty", "shop", "test"]),
        (LabelOperator.DOES_NOT_EXIST, ["bare"]),
    ],
)
def test_operators_compare_as_in_kubernetes(operator: LabelOperator, picked: list[str]) -> None:
    known = there("bare", shop="shop", bank="bank", test="test", empty="")
    requirement = LabelRequirement("team", operator, ONE_OR_TWO)
    assert resolve_scope(scope(of=[requirement]), known).active == tuple(picked)


def test_operators_have_the_names_of_the_api() -> None:
    assert [str(one) for one in LabelOperator] == ["In", "NotIn", "Exists", "DoesNotExist"]


def test_all_requirements_must_match() -> None:
    known = {
        "both": Namespace({"team": "shop", "stage": "prod"}),
        "one": Namespace({"team": "shop"}),
        "other": Namespace({"stage": "prod"}),
    }
    both = scope(of=[team("shop"), LabelRequirement("stage", LabelOperator.EXISTS)])
    assert resolve_scope(both, known).active == ("both",)


def test_without_a_selector_no_labels_are_selected() -> None:
    assert not scope("shop").selects(SHOP)
    assert not NamespaceScope().selects({})
    assert resolve_scope(NamespaceScope(), there("shop")) == Placement(())


def test_selector_picks_by_the_labels_that_it_is_shown() -> None:
    assert scope(of=[team("shop")]).selects(SHOP)
    assert not scope(of=[team("bank")]).selects(SHOP)


def test_without_a_scope_it_is_the_whole_cluster_whatever_namespaces_there_are() -> None:
    assert resolve_scope(None, there("shop")) == CLUSTER_WIDE == Placement(("",), (), ())


def test_names_alone_pick_no_other_namespace() -> None:
    assert resolve_scope(scope("shop"), there("other", shop="shop", bank="shop")) == Placement(
        ("shop",)
    )


def test_names_and_selector_pick_what_either_does_each_once() -> None:
    known = there("extra", "other", shop="shop", bank="shop")
    assert resolve_scope(scope("extra", "shop", of=[team("shop")]), known).active == (
        "bank",
        "extra",
        "shop",
    )


def test_selector_that_matches_none_wants_none() -> None:
    assert resolve_scope(scope(of=[team("nobody")]), there(shop="shop")) == Placement(())


def test_namespaces_that_terminate_are_told_apart_however_they_were_picked() -> None:
    ending = {"bank": Namespace({"team": "shop"}, terminating=True)}
    known = there("b", shop="shop") | terminating("z", "a", "unpicked") | ending
    assert resolve_scope(scope("z", "a", "b", of=[team("shop")]), known) == Placement(
        active=("b", "shop"), terminating=("a", "bank", "z")
    )


def test_named_namespaces_that_do_not_exist_are_absent() -> None:
    found = resolve_scope(scope("shop", "z", "a", of=[team("shop")]), there(shop="shop"))
    assert found == Placement(active=("shop",), missing=("a", "z"))


def test_namespaces_are_sorted_however_they_were_listed() -> None:
    known = there(c="shop", a="shop", b="shop")
    assert resolve_scope(scope(of=[team("shop")]), known).active == ("a", "b", "c")
