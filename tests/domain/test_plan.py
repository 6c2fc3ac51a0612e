"""Which writes lead from what stands to what is wanted."""

from dataclasses import replace

import pytest

from domain.builders import binding, content, key
from groupaccess.domain.bindings import Binding, BindingKey, Desired, Owner, RoleRef
from groupaccess.domain.plan import Apply, Delete, Plan, Why, is_ours, plan, plan_orphans
from groupaccess.domain.wanted import Wanted

WANT = Desired(key(), "sre", content())


def wanting(*wants: Desired, kept: tuple[BindingKey, ...] = ()) -> Wanted:
    return Wanted(wants, frozenset(kept))


def why(*standing: Binding, wants: tuple[Desired, ...] = ()) -> list[Why]:
    return [delete.why for delete in plan(wanting(*wants), standing).deletes]


def test_missing_binding_is_created() -> None:
    assert plan(wanting(WANT), ()) == Plan(applies=(Apply(WANT, None),))


def test_binding_as_wanted_needs_nothing() -> None:
    nothing = plan(wanting(WANT), [binding()])
    assert nothing == Plan()
    assert nothing.empty


def test_drift_is_written_over_the_very_binding() -> None:
    drifted = binding(what=content("/evil"))
    assert plan(wanting(WANT), [drifted]) == Plan(applies=(Apply(WANT, drifted),))


def test_binding_without_our_label_is_taken_over_when_it_has_the_role_of_its_name() -> None:
    foreign = binding(what=replace(content("/evil", managed=False), owners=()))
    assert plan(wanting(WANT), [foreign]) == Plan(applies=(Apply(WANT, foreign),))


@pytest.mark.parametrize("role", [RoleRef("ClusterRole", "admin"), RoleRef("Role", "edit")])
def test_labelled_binding_with_another_role_is_deleted_to_be_made_anew(role: RoleRef) -> None:
    other = binding(what=replace(content(), role=role))
    assert plan(wanting(WANT), [other]) == Plan(deletes=(Delete(other, Why.OTHER_ROLE),))


def test_unlabelled_binding_with_another_role_is_a_conflict_and_untouched() -> None:
    other = binding(what=content(role="admin", managed=False))
    conflict = plan(wanting(WANT), [other])
    assert conflict == Plan(conflicts=(WANT,))
    assert conflict.empty


def test_kept_binding_is_left_as_it_is() -> None:
    assert plan(wanting(kept=(key(),)), [binding(what=content("/drifted"))]) == Plan()


def test_plan_with_any_write_is_not_empty() -> None:
    assert not plan(wanting(WANT), ()).empty
    assert not plan(wanting(), [binding()]).empty


def test_what_is_no_longer_declared_is_deleted() -> None:
    assert plan(wanting(), [binding()]) == Plan(deletes=(Delete(binding(), Why.UNDECLARED),))


def test_one_that_goes_hides_no_other() -> None:
    keep, go, foreign = binding(key("a")), binding(key("b")), binding(BindingKey("", "view"))
    found = plan(wanting(kept=(key("a"),)), [keep, foreign, go])
    assert [delete.binding for delete in found.deletes] == [go]


def test_role_of_a_mapping_that_changed_is_replaced_after_its_successor() -> None:
    successor = Desired(key("sre", "view"), "sre", content(role="view", group="Another"))
    assert why(binding(), wants=(successor,)) == [Why.SUPERSEDED]


def test_renamed_mapping_is_replaced_after_its_successor() -> None:
    successor = Desired(key("renamed"), "renamed", content())
    assert why(binding(), wants=(successor,)) == [Why.SUPERSEDED]


def test_binding_without_annotations_is_replaced_by_its_mapping_alone() -> None:
    bare = binding(what=content(group=""))
    other = Desired(key("renamed"), "renamed", content(group=""))
    same = Desired(key("sre", "view"), "sre", content(role="view"))
    assert why(bare, wants=(other,)) == [Why.UNDECLARED]
    assert why(bare, wants=(other, same)) == [Why.SUPERSEDED]


def test_another_mapping_of_another_group_replaces_nothing() -> None:
    other = Desired(key("ops"), "ops", content(group="Ops"))
    assert why(binding(), wants=(other,)) == [Why.UNDECLARED]


def test_role_binding_of_ours_that_nothing_declares_is_deleted() -> None:
    spread = binding(key(namespace="shop"))
    found = plan(wanting(WANT), [binding(), spread])
    assert [delete.binding for delete in found.deletes] == [spread]


def test_lists_are_sorted() -> None:
    wants = [Desired(key(name), name, content()) for name in ("c", "a", "b")]
    conflicting = [binding(key(n), content(role="admin", managed=False)) for n in ("c", "a", "b")]
    going = [binding(key(name)) for name in ("z", "x", "y")]
    found = plan(wanting(*wants), going)
    assert [apply.desired.mapping for apply in found.applies] == ["a", "b", "c"]
    assert [delete.binding.key for delete in found.deletes] == [key("x"), key("y"), key("z")]
    conflicts = plan(wanting(*wants), conflicting).conflicts
    assert [conflict.mapping for conflict in conflicts] == ["a", "b", "c"]


NOT_OURS = [
    binding(BindingKey("", "cluster-admin")),
    binding(BindingKey("", "groupaccess")),
    binding(BindingKey("", "groupaccess:platform")),
    binding(BindingKey("", "groupaccess:platform:sre")),
    binding(what=content(role="admin", managed=False)),
    binding(what=replace(content(managed=False), role=RoleRef("Role", "edit"))),
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
        binding(what=content(managed=False)),
        binding(what=content(role="admin")),
    ],
    ids=["role and label", "role", "label"],
)
def test_reserved_name_with_its_role_or_our_label_is_ours(ours: Binding) -> None:
    assert is_ours(ours)
    assert why(ours) == [Why.UNDECLARED]


def test_orphan_with_an_owner_is_told_from_one_without() -> None:
    owned = binding(key("b"), replace(content(), owners=(Owner("any uid", "platform"),)))
    unowned = binding(key("a"), replace(content(), owners=()))
    assert plan_orphans([owned, unowned]) == Plan(
        deletes=(Delete(unowned, Why.UNOWNED), Delete(owned, Why.ORPHANED))
    )


def test_without_orphans_there_is_nothing_to_do() -> None:
    assert plan_orphans(()).empty
