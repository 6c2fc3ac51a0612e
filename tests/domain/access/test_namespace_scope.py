"""Which namespaces names and labels pick, as every Kubernetes label selector does."""

import pytest

from domain.builders import scope, team, terminating, there
from groupaccess.domain.access.namespace_scope import (
    EVERYWHERE,
    Namespace,
    Operator,
    Places,
    Requirement,
    Scope,
    places,
)

SHOP = {"team": "shop"}
ONE_OR_TWO = frozenset({"shop", "bank"})


@pytest.mark.parametrize(
    ("operator", "picked"),
    [
        (Operator.IN, ["bank", "shop"]),
        (Operator.NOT_IN, ["bare", "empty", "test"]),
        (Operator.EXISTS, ["bank", "empty", "shop", "test"]),
        (Operator.DOES_NOT_EXIST, ["bare"]),
    ],
)
def test_operators_compare_as_in_kubernetes(operator: Operator, picked: list[str]) -> None:
    known = there("bare", shop="shop", bank="bank", test="test", empty="")
    requirement = Requirement("team", operator, ONE_OR_TWO)
    assert places(scope(of=[requirement]), known).wanted == tuple(picked)


def test_operators_have_the_names_of_the_api() -> None:
    assert [str(one) for one in Operator] == ["In", "NotIn", "Exists", "DoesNotExist"]


def test_all_requirements_must_match() -> None:
    known = {
        "both": Namespace({"team": "shop", "stage": "prod"}),
        "one": Namespace({"team": "shop"}),
        "other": Namespace({"stage": "prod"}),
    }
    both = scope(of=[team("shop"), Requirement("stage", Operator.EXISTS)])
    assert places(both, known).wanted == ("both",)


def test_without_a_selector_no_labels_are_selected() -> None:
    assert not scope("shop").selects(SHOP)
    assert not Scope().selects({})
    assert places(Scope(), there("shop")) == Places(())


def test_selector_picks_by_the_labels_that_it_is_shown() -> None:
    assert scope(of=[team("shop")]).selects(SHOP)
    assert not scope(of=[team("bank")]).selects(SHOP)


def test_without_a_scope_it_is_the_whole_cluster_whatever_namespaces_there_are() -> None:
    assert places(None, there("shop")) == EVERYWHERE == Places(("",), (), ())


def test_names_alone_pick_no_other_namespace() -> None:
    assert places(scope("shop"), there("other", shop="shop", bank="shop")) == Places(("shop",))


def test_names_and_selector_pick_what_either_does_each_once() -> None:
    known = there("extra", "other", shop="shop", bank="shop")
    assert places(scope("extra", "shop", of=[team("shop")]), known).wanted == (
        "bank",
        "extra",
        "shop",
    )


def test_selector_that_matches_none_wants_none() -> None:
    assert places(scope(of=[team("nobody")]), there(shop="shop")) == Places(())


def test_namespaces_that_terminate_are_told_apart_however_they_were_picked() -> None:
    ending = {"bank": Namespace({"team": "shop"}, terminating=True)}
    known = there("b", shop="shop") | terminating("z", "a", "unpicked") | ending
    assert places(scope("z", "a", "b", of=[team("shop")]), known) == Places(
        wanted=("b", "shop"), terminating=("a", "bank", "z")
    )


def test_named_namespaces_that_do_not_exist_are_absent() -> None:
    found = places(scope("shop", "z", "a", of=[team("shop")]), there(shop="shop"))
    assert found == Places(wanted=("shop",), absent=("a", "z"))


def test_namespaces_are_sorted_however_they_were_listed() -> None:
    known = there(c="shop", a="shop", b="shop")
    assert places(scope(of=[team("shop")]), known).wanted == ("a", "b", "c")
