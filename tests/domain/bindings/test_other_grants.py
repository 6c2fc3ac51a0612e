"""Who else gives the same right: only without them is "revoked" revoked."""

import pytest

from groupaccess.domain.binding import BindingKey, RoleRef
from groupaccess.domain.bindings.other_grants import (
    MAX_COUNTED_BINDINGS,
    OtherGrants,
    ScopedRole,
    equal_or_wider_roles,
    summarize_other_grants,
)

EDIT, ADMIN = RoleRef("ClusterRole", "edit"), RoleRef("ClusterRole", "cluster-admin")


def by_hand(*names: str, namespace: str = "") -> list[BindingKey]:
    return [BindingKey(namespace, name) for name in names]


def test_the_same_role_and_cluster_admin_give_a_right_in_the_whole_cluster() -> None:
    assert equal_or_wider_roles("edit", frozenset({""})) == {
        ScopedRole(EDIT, ""),
        ScopedRole(ADMIN, ""),
    }


def test_in_a_namespace_wider_bindings_count_and_those_of_the_same_namespace() -> None:
    rights = equal_or_wider_roles("edit", frozenset({"shop"}))
    assert rights == {ScopedRole(role, place) for role in (EDIT, ADMIN) for place in ("", "shop")}


def test_without_others_nothing_is_said() -> None:
    assert summarize_other_grants([]) is None


def test_they_are_named_with_their_kind_and_place() -> None:
    found = summarize_other_grants([*by_hand("a"), *by_hand("b", namespace="shop")])
    assert found == OtherGrants(2, ("ClusterRoleBinding/a", "RoleBinding/shop/b"))


def test_the_first_five_are_named_and_all_are_counted() -> None:
    found = summarize_other_grants(by_hand(*"abcdefg"))
    assert found == OtherGrants(7, tuple(f"ClusterRoleBinding/{name}" for name in "abcde"))


@pytest.mark.parametrize("more", [0, 1, 1000])
def test_only_so_many_are_counted(more: int) -> None:
    many = by_hand(*(f"{number:04}" for number in range(MAX_COUNTED_BINDINGS + more)))
    found = summarize_other_grants(many)
    assert found is not None
    assert found.count == MAX_COUNTED_BINDINGS
