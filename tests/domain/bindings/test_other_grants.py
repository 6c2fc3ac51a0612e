"""Who else gives the same right: only without them is "revoked" revoked."""

import pytest

from domain.builders import binding, content, key
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, RoleRef
from groupaccess.domain.bindings.other_grants import OtherGrants, find_other_grants

WIDE, SHOP = frozenset({key()}), frozenset({key(namespace="shop")})


def by_hand(name: str = "by-hand", namespace: str = "", role: str = "edit") -> Binding:
    return binding(BindingKey(namespace, name), content(role=role, has_managed_by_label=False))


def test_without_others_nothing_is_said() -> None:
    assert find_other_grants("edit", WIDE, ()) is None
    assert find_other_grants("edit", WIDE, [binding()]) is None


@pytest.mark.parametrize("role", ["edit", "cluster-admin"])
def test_the_same_role_and_cluster_admin_count(role: str) -> None:
    found = find_other_grants("edit", WIDE, [by_hand(role=role)])
    assert found == OtherGrants(1, ("ClusterRoleBinding/by-hand",))


def test_another_role_does_not_count() -> None:
    assert find_other_grants("edit", WIDE, [by_hand(role="admin")]) is None


def test_a_role_of_a_namespace_is_no_cluster_role() -> None:
    local = BindingContent(RoleRef("Role", "edit"), (), (), (), has_managed_by_label=False)
    assert find_other_grants("edit", SHOP, [binding(BindingKey("shop", "x"), local)]) is None


def test_a_wider_binding_counts_for_a_namespace() -> None:
    found = find_other_grants("edit", SHOP, [by_hand()])
    assert found == OtherGrants(1, ("ClusterRoleBinding/by-hand",))


def test_one_in_the_same_namespace_counts_and_is_named_with_it() -> None:
    found = find_other_grants("edit", SHOP, [by_hand(namespace="shop"), by_hand(namespace="bank")])
    assert found == OtherGrants(1, ("RoleBinding/shop/by-hand",))


def test_a_narrower_one_does_not_count_for_the_whole_cluster() -> None:
    assert find_other_grants("edit", WIDE, [by_hand(namespace="shop")]) is None


def test_other_bindings_of_ours_count_too() -> None:
    twin = binding(key("twin"))
    found = find_other_grants("edit", WIDE, [binding(), twin])
    assert found == OtherGrants(1, ("ClusterRoleBinding/groupaccess:platform:twin:edit",))


def test_the_first_five_by_place_and_name_are_named_and_all_are_counted() -> None:
    many = [by_hand(name) for name in ("g", "c", "a", "f", "b", "e")]
    found = find_other_grants("edit", SHOP, [by_hand("0", namespace="shop"), *many])
    assert found == OtherGrants(
        7, tuple(f"ClusterRoleBinding/{name}" for name in ("a", "b", "c", "e", "f"))
    )


def test_one_that_names_two_of_the_subjects_counts_once() -> None:
    found = find_other_grants("edit", WIDE, [by_hand(), by_hand()])
    assert found == OtherGrants(1, ("ClusterRoleBinding/by-hand",))
