"""A former subject goes along to a binding that replaces another."""

import pytest

from domain.builders import (
    NOW,
    access,
    mapping,
    scope,
)
from domain.renamed_group import END, HOLDS, MINUTE, bound, called, granted, held, settle
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.identity.former_subjects import former_subjects

EDITS = {
    "role": access(mapping(role="view")),
    "name": access(mapping("renamed")),
    "namespaces": access(mapping(within=scope("shop", "bank"))),
    "a second mapping": access(mapping(), mapping("second", role="view")),
}


@pytest.mark.parametrize("down", [False, True], ids=["read", "outage"])
@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_a_new_binding_takes_it_along_with_the_same_end(edited: Access, *, down: bool) -> None:
    cluster = granted()
    settle(cluster, called("/OPS"))
    later = called("/OPS", now=NOW + MINUTE)
    settle(cluster, held(later, HOLDS["outage"], later.now) if down else later, edited)
    for binding in cluster.bindings.values():
        assert set(binding.content.groups) == {"SRE", "OPS"}
        assert former_subjects(binding.content)["SRE"].until == END


@pytest.mark.parametrize(("edit", "taken"), [("name", True), ("namespaces", True), ("role", False)])
def test_after_a_restart_it_is_taken_to_no_other_role(edit: str, *, taken: bool) -> None:
    """Who may edit a binding could list anybody, and would get a right that it does not give."""
    cluster = granted()
    settle(cluster, called("/OPS"))
    cluster.restart()
    settle(cluster, called("/OPS"), EDITS[edit])
    assert bound(cluster) == ({"SRE", "OPS"} if taken else {"OPS"})


def test_in_one_namespace_it_is_taken_to_no_other_after_a_restart() -> None:
    here, there_ = (access(mapping(within=scope(name))) for name in ("shop", "bank"))
    cluster = granted(here)
    settle(cluster, called("/OPS"), here)
    cluster.restart()
    settle(cluster, called("/OPS"), there_)
    assert bound(cluster) == {"OPS"}


def test_another_declared_group_takes_nothing_along() -> None:
    cluster = granted()
    settle(cluster, called("/OPS", "/Dev"))
    settle(cluster, called("/OPS", "/Dev"), access(mapping(group="Dev")))
    assert bound(cluster) == {"Dev"}


def test_a_new_binding_whose_write_fails_still_takes_it_along_at_the_next_try() -> None:
    cluster, edited = granted(), EDITS["role"]
    settle(cluster, called("/OPS"))
    cluster.pending = cluster.desired_state(edited, called("/OPS")).contents
    cluster.applied.clear()  # what was applied under a name that is no longer declared is forgotten
    (want,) = cluster.desired_state(edited, called("/OPS", now=NOW + MINUTE)).bindings
    assert want.content.groups == ("OPS", "SRE")
