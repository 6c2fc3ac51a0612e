"""Which bindings are ours: others are never touched, and orphans go."""

from dataclasses import replace

import pytest

from domain.bindings.desired_state import WANT, wanting, why
from domain.builders import binding, content, key
from groupaccess.domain.binding import Binding, BindingKey, Owner, RoleRef
from groupaccess.domain.bindings.plan import (
    Apply,
    Delete,
    DeleteReason,
    Plan,
    is_ours,
    plan,
    plan_orphans,
)


def test_binding_without_our_label_is_taken_over_when_it_has_the_role_of_its_name() -> None:
    foreign = binding(what=replace(content("/evil", has_managed_by_label=False), owners=()))
    assert plan(wanting(WANT), [foreign]) == Plan(applies=(Apply(WANT, foreign),))


@pytest.mark.parametrize("role", [RoleRef("ClusterRole", "admin"), RoleRef("Role", "edit")])
def test_labelled_binding_with_another_role_is_deleted_to_be_made_anew(role: RoleRef) -> None:
    other = binding(what=replace(content(), role=role))
    assert plan(wanting(WANT), [other]) == Plan(
        applies=(Apply(WANT, None),),
        deletes=(Delete(other, DeleteReason.WRONG_ROLE_REF),),
    )


def test_unlabelled_binding_with_another_role_is_a_conflict_and_untouched() -> None:
    other = binding(what=content(role="admin", has_managed_by_label=False))
    conflict = plan(wanting(WANT), [other])
    assert conflict == Plan(conflicts=(WANT,))
    assert conflict.empty


NOT_OURS = [
    binding(BindingKey("", "cluster-admin")),
    binding(BindingKey("", "groupaccess")),
    binding(BindingKey("", "groupaccess:platform")),
    binding(BindingKey("", "groupaccess:platform:sre")),
    binding(what=content(role="admin", has_managed_by_label=False)),
    binding(what=replace(content(has_managed_by_label=False), role=RoleRef("Role", "edit"))),
]


@pytest.mark.parametrize("foreign", NOT_OURS, ids=lambda one: one.key.name)
def test_foreign_binding_is_never_touched(foreign: Binding) -> None:
    assert not is_ours(foreign)
    assert plan(wanting(), [foreign]) == Plan()
    assert plan_orphans([foreign]) == Plan()


@pytest.mark.parametrize(
    "ours",
    [
        binding(),
        binding(what=content(has_managed_by_label=False)),
        binding(what=content(role="admin")),
    ],
    ids=["role and label", "role", "label"],
)
def test_reserved_name_with_its_role_or_our_label_is_ours(ours: Binding) -> None:
    assert is_ours(ours)
    assert why(ours) == [DeleteReason.NOT_DECLARED]


def test_orphan_with_an_owner_is_told_from_one_without() -> None:
    owned = binding(key("b"), replace(content(), owners=(Owner("any uid", "platform"),)))
    unowned = binding(key("a"), replace(content(), owners=()))
    assert plan_orphans([owned, unowned]) == Plan(
        deletes=(Delete(unowned, DeleteReason.OWNER_UNKNOWN), Delete(owned, DeleteReason.ORPHANED))
    )


def test_without_orphans_there_is_nothing_to_do() -> None:
    assert plan_orphans(()).empty
