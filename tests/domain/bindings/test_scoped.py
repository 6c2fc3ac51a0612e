"""What a mapping for namespaces renders, and what changes when its scope does."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    binding,
    by_key,
    content,
    directory,
    key,
    make_context,
    mapping,
    realm,
    scope,
    team,
    terminating,
    there,
)
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import NamespacesByName, NamespaceScope, Placement
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.bindings.plan import DeleteReason, plan
from groupaccess.domain.failure import Failure
from groupaccess.domain.verdict.verdict import EvaluationContext

SHOP, BANK = key(namespace="shop"), key(namespace="bank")
BOTH = there("shop", "bank")


def scoped(within: NamespaceScope | None, role: str = "edit") -> Access:
    return access(mapping(role=role, within=within))


def read(namespaces: NamespacesByName, failure: Failure | None = None) -> EvaluationContext:
    return make_context(realm(), namespaces=namespaces, failure=failure)


def at(*places: BindingKey) -> dict[BindingKey, Binding]:
    return by_key(*(binding(place) for place in places))


def whys(
    declared: Access, context: EvaluationContext, existing: dict[BindingKey, Binding]
) -> dict[BindingKey, DeleteReason]:
    """Return which existing bindings go, and why."""
    desired = ModelCluster(existing).desired_state(declared, context)
    return {
        delete.binding.key: delete.reason for delete in plan(desired, existing.values()).deletes
    }


def keys(wants: Iterable[object]) -> list[object]:
    return [getattr(want, "key", None) for want in wants]


def test_each_namespace_gets_the_same_content_and_the_cluster_none() -> None:
    found = ModelCluster().desired_state(scoped(scope("shop", "bank")), read(BOTH))
    assert {want.key: want.content for want in found.bindings} == {
        SHOP: content(),
        BANK: content(),
    }
    assert {want.mapping for want in found.bindings} == {"sre"}
    assert found.placements == {"sre": Placement(("bank", "shop"))}


def test_a_namespace_that_does_not_exist_hinders_no_other() -> None:
    found = ModelCluster().desired_state(scoped(scope("shop", "nowhere")), read(BOTH))
    assert keys(found.bindings) == [SHOP]
    assert found.placements["sre"].missing == ("nowhere",)


def test_in_a_namespace_that_terminates_nothing_is_written_and_nothing_deleted() -> None:
    cluster = ModelCluster(at(SHOP, BANK))
    context = read(there("bank") | terminating("shop"))
    drifted = replace(cluster.bindings[SHOP], content=content("/drifted"))
    cluster.bindings[SHOP] = drifted
    found = cluster.desired_state(scoped(scope("shop", "bank")), context)
    assert keys(found.bindings) == [BANK]
    assert found.preserved == {SHOP}
    assert cluster.step(scoped(scope("shop", "bank")), context).empty
    assert cluster.bindings[SHOP] == drifted


def test_what_was_proven_in_a_namespace_outlives_its_end_to_be() -> None:
    cluster = ModelCluster(at(SHOP), {SHOP: content()})
    cluster.step(scoped(scope("shop")), read(terminating("shop")))
    assert cluster.applied == {SHOP: content()}


def test_revoked_mapping_keeps_nothing_not_even_where_a_namespace_terminates() -> None:
    refused = replace(read(there("bank") | terminating("shop")), directory=directory(allowed=["x"]))
    found = ModelCluster(at(SHOP, BANK)).desired_state(scoped(scope("shop", "bank")), refused)
    assert (found.bindings, found.preserved) == ((), frozenset())
    assert found.placements == {"sre": Placement(("bank",), ("shop",))}


def test_a_namespace_that_leaves_the_scope_loses_its_binding_at_once() -> None:
    assert whys(scoped(scope("bank")), read(BOTH), at(SHOP, BANK)) == {
        SHOP: DeleteReason.NOT_DECLARED
    }


def test_a_namespace_that_loses_its_label_loses_its_binding_at_once() -> None:
    selected = scoped(scope(of=[team("shop")]))
    now = read(there(shop="other", bank="shop"))
    assert whys(selected, now, at(SHOP, BANK)) == {SHOP: DeleteReason.NOT_DECLARED}


def test_the_last_namespace_that_leaves_goes_at_once_too() -> None:
    assert whys(scoped(scope(of=[team("shop")])), read(BOTH), at(SHOP)) == {
        SHOP: DeleteReason.NOT_DECLARED
    }


def test_a_cluster_wide_binding_goes_after_the_bindings_in_namespaces_exist() -> None:
    assert whys(scoped(scope("shop")), read(BOTH), at(key())) == {key(): DeleteReason.REPLACED}


def test_the_whole_cluster_goes_at_once_when_no_namespace_succeeds_it() -> None:
    assert whys(scoped(scope("nowhere")), read(BOTH), at(key())) == {
        key(): DeleteReason.NOT_DECLARED
    }


def test_bindings_in_namespaces_go_after_the_cluster_wide_binding_exists() -> None:
    found = whys(scoped(None), read(BOTH), at(SHOP, BANK))
    assert found == {SHOP: DeleteReason.REPLACED, BANK: DeleteReason.REPLACED}


def test_another_role_replaces_the_binding_of_the_same_namespace_alone() -> None:
    found = whys(scoped(scope("bank"), role="view"), read(BOTH), at(SHOP, BANK))
    assert found == {SHOP: DeleteReason.NOT_DECLARED, BANK: DeleteReason.REPLACED}


def test_another_mapping_for_the_group_replaces_only_in_its_own_namespace() -> None:
    moved = access(mapping("renamed", within=scope("bank")))
    found = whys(moved, read(BOTH), at(SHOP, BANK))
    assert found == {SHOP: DeleteReason.NOT_DECLARED, BANK: DeleteReason.REPLACED}


@pytest.mark.parametrize("remembered", [True, False])
def test_another_scope_is_carried_while_keycloak_is_silent(*, remembered: bool) -> None:
    cluster = ModelCluster(at(key()), {key(): content()} if remembered else {})
    silent = read(BOTH, UNAVAILABLE)
    found = cluster.desired_state(scoped(scope("shop", "bank")), silent)
    assert {want.key: want.content for want in found.bindings} == {
        SHOP: content(),
        BANK: content(),
    }
    cluster.settle(scoped(scope("shop", "bank")), silent)
    assert cluster.bindings.keys() == {SHOP, BANK}


def test_a_new_namespace_is_served_while_keycloak_is_silent() -> None:
    cluster = ModelCluster(at(SHOP), {SHOP: content()})
    selected = scoped(scope(of=[team("a")]))
    cluster.settle(selected, read(there(shop="a", bank="a"), UNAVAILABLE))
    assert cluster.bindings.keys() == {SHOP, BANK}


def test_after_a_restart_a_new_namespace_gets_the_subjects_bound_in_another() -> None:
    cluster = ModelCluster(at(SHOP))
    declared = scoped(scope("shop", "bank"))
    found = cluster.desired_state(declared, read(BOTH, UNAVAILABLE))
    assert {want.key: want.content for want in found.bindings} == {BANK: content()}
    assert found.preserved == {SHOP}


def test_a_binding_in_a_namespace_parses_and_is_repaired_like_any_other() -> None:
    cluster = ModelCluster(by_key(binding(SHOP, content("/drifted"))))
    cluster.settle(scoped(scope("shop")), read(BOTH))
    assert cluster.bindings[SHOP].content == content()


def test_each_mapping_has_a_scope_of_its_own() -> None:
    two = access(mapping("a", within=scope("shop")), mapping("b"))
    found = ModelCluster().desired_state(two, read(BOTH))
    assert keys(found.bindings) == [key("a", namespace="shop"), key("b")]
    assert found.placements == {"a": Placement(("shop",)), "b": Placement(("",))}
