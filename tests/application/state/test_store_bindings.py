"""Whom a binding or a ClusterRole touches."""

from dataclasses import replace
from datetime import UTC, datetime

from fakes.values import access, binding, key, mapping
from groupaccess.application.state.store import Store
from groupaccess.domain.binding import BindingKey


def test_a_binding_touches_the_object_in_its_name_whatever_its_owner(store: Store) -> None:
    assert store.put_binding(binding(key("platform"))) == {"platform"}
    assert set(store.bindings_of("platform")) == {key("platform")}
    assert store.drop_binding(key("platform"), "u1") == {"platform"}
    assert store.bindings_of("platform") == {}


def test_a_foreign_binding_is_kept_and_touches_nobody(store: Store) -> None:
    foreign = BindingKey("", "sre-by-hand")
    assert store.put_binding(binding(foreign)) == set()
    assert foreign in store.bindings.by_key
    assert store.drop_binding(foreign, "u1") == set()


def test_a_binding_that_says_the_same_touches_nobody(store: Store) -> None:
    store.put_binding(binding(key(), version="1"))
    assert store.put_binding(binding(key(), version="2")) == set()
    assert store.bindings.by_key[key()].resource_version == "2"


def test_an_older_version_of_a_binding_is_not_taken(store: Store) -> None:
    store.put_binding(binding(key(), version="10"))
    older = replace(
        binding(key(), version="9"), content=binding(key(), has_managed_by_label="x").content
    )
    assert store.put_binding(older) == set()
    assert store.bindings.by_key[key()].resource_version == "10"


def test_news_of_the_binding_before_do_not_hide_the_one_made_anew(store: Store) -> None:
    store.put_binding(binding(key(), uid="anew", version="10"))
    assert store.put_binding(binding(key(), uid="before", version="9")) == set()
    assert store.drop_binding(key(), "before") == set()
    assert store.bindings.by_key[key()].uid == "anew"


def test_a_cluster_role_touches_those_that_grant_it_once(store: Store) -> None:
    assert store.put_cluster_role("edit") == {"shop"}
    assert store.put_cluster_role("edit") == set()
    assert store.put_cluster_role("unused") == set()
    assert store.drop_cluster_role("edit") == {"shop"}


def test_bindings_that_must_not_be_there_any_more_are_overdue_by_names_and_times_alone() -> None:
    """What these name goes first after a start."""
    made, now = Store(), datetime(2026, 1, 1, tzinfo=UTC)
    ended, later = "2025-12-31T00:00:00Z", "2026-12-31T00:00:00Z"
    declared = {
        "fine": mapping("sre", "SRE", "view", expiresAt=later),
        "ended": mapping("sre", "SRE", "view", expiresAt=ended),
        "removed": mapping("other", "SRE", "view"),
        "changed": mapping("sre", "SRE", "edit"),
    }
    for number, (name, line) in enumerate(declared.items()):
        made.put_access(access(name, line))
        made.put_binding(binding(key(name), uid=name, version=str(number + 1)))
    made.put_binding(binding(key("deleted"), uid="deleted", version="9"))
    made.put_access(access("not-bound-yet", mapping("sre", "SRE", "view", expiresAt=ended)))
    assert made.accesses_with_revocations(now) == {"ended", "removed", "changed", "deleted"}
