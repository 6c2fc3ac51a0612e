"""Who else is given the same right, and whom a change of that concerns."""

import pytest

from fakes.granting import VIEW, bind, giving
from fakes.values import content
from groupaccess.application.state.binding_index import BindingIndex
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, RoleRef
from groupaccess.domain.bindings.other_grants import (
    MAX_COUNTED_BINDINGS,
    MAX_NAMED_BINDINGS,
    ScopedRole,
)


def given(name: str, *groups: str, namespace: str = "", role: str = "view") -> Binding:
    key = BindingKey(namespace, name)
    return Binding(key, f"uid-of-{name}", "1", content(role, *groups))


def made(*bindings: Binding) -> tuple[BindingIndex, list[str]]:
    """Return an index, and who is told of later changes."""
    told = list[str]()
    index = BindingIndex(on_other_grants_change=told.extend)
    for binding in bindings:
        index.put(binding)
    return index, told


def test_bindings_are_found_by_group_role_and_place_in_order_and_each_once() -> None:
    index, _ = made(
        given("c", "SRE", "Ops"),
        given("a", "Ops"),
        given("b", "Ops", role="edit"),
        given("d", "Ops", namespace="shop"),
    )
    assert [key.name for key in giving(index, ["SRE", "Ops"])] == ["a", "c"]
    assert [key.name for key in giving(index, ["Ops"], namespace="shop")] == ["d"]
    assert giving(index, ["nobody"]) == []


def test_of_several_places_and_roles_they_come_in_one_order() -> None:
    index, _ = made(
        given("c", "Ops", namespace="shop"), given("b", "Ops", role="edit"), given("a", "Ops")
    )
    rights = [
        ScopedRole(VIEW, "shop"),
        ScopedRole(RoleRef("ClusterRole", "edit"), ""),
        ScopedRole(VIEW, ""),
    ]
    own = frozenset({BindingKey("", "b")})
    assert [key.name for key in index.grants.others(["Ops"], rights, own)] == ["a", "c"]


@pytest.mark.parametrize(
    ("role", "told"), [("view", ["one"]), ("edit", ["two"]), ("cluster-admin", ["one", "two"])]
)
def test_who_binds_the_same_role_is_told_and_of_cluster_admin_everybody(
    role: str, told: list[str]
) -> None:
    index, heard = made()
    bind(index, "one", "Ops")
    bind(index, "two", "Ops", role="edit")
    index.put(given("new", "Ops", role=role))
    assert sorted(heard) == told


def test_a_role_of_a_namespace_is_no_cluster_role() -> None:
    index, heard = made()
    bind(index, "one", "Ops")
    local = BindingContent(RoleRef("Role", "view"), content("view", "Ops").subjects, (), ())
    index.put(Binding(BindingKey("shop", "x"), "u", "1", local))
    assert heard == []


@pytest.mark.parametrize(
    ("name", "others", "told"),
    [
        ("zzz", MAX_COUNTED_BINDINGS, ["one"]),  # one of them may be the own
        ("zzz", MAX_COUNTED_BINDINGS + 1, []),
        ("b-0002x", MAX_COUNTED_BINDINGS + 1, ["one"]),  # it is named
    ],
)
def test_nobody_is_told_of_what_no_status_names_or_counts(
    name: str, others: int, told: list[str]
) -> None:
    index, heard = made(*(given(f"b-{number:04}", "Ops") for number in range(others)))
    bind(index, "one", "Ops")
    index.put(given(name, "Ops"))
    assert heard == told
    heard.clear()
    index.drop(BindingKey("", name), f"uid-of-{name}")
    assert heard == told


def test_one_behind_those_that_are_named_is_told_while_it_is_counted() -> None:
    index, heard = made(*(given(f"b-{number}", "Ops") for number in range(MAX_NAMED_BINDINGS + 2)))
    bind(index, "one", "Ops")
    index.put(given("zzz", "Ops"))
    assert heard == ["one"]
