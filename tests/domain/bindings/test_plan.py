"""Which writes lead from existing bindings to the desired ones."""

from dataclasses import replace

import pytest

from domain.builders import binding, content, key
from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    DesiredBinding,
    Owner,
    RoleRef,
)
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.plan import (
    Apply,
    Delete,
    DeleteReason,
    Plan,
    is_ours,
    plan,
    plan_orphans,
)

WANT = DesiredBinding(key(), "sre", content())


def wanting(*wants: DesiredBinding, kept: tuple[BindingKey, ...] = ()) -> DesiredState:
    return DesiredState(wants, frozenset(kept))


def why(*existing: Binding, wants: tuple[DesiredBinding, ...] = ()) -> list[DeleteReason]:
    return [delete.reason for delete in plan(wanting(*wants), existing).deletes]


def test_missing_binding_is_created() -> None:
    assert plan(wanting(WANT), ()) == Plan(applies=(Apply(WANT, None),))


def test_a_binding_as_desired_needs_no_write() -> None:
    nothing = plan(wanting(WANT), [binding()])
    assert nothing == Plan()
    assert nothing.empty


def test_drift_is_written_over_the_very_binding() -> None:
    drifted = binding(what=content("/evil"))
    assert plan(wanting(WANT), [drifted]) == Plan(applies=(Apply(WANT, drifted),))


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


def test_kept_binding_is_left_as_it_is() -> None:
    assert plan(wanting(kept=(key(),)), [binding(what=content("/drifted"))]) == Plan()


def test_plan_with_any_write_is_not_empty() -> None:
    assert not plan(wanting(WANT), ()).empty
    assert not plan(wanting(), [binding()]).empty


def test_what_is_no_longer_declared_is_deleted() -> None:
    assert plan(wanting(), [binding()]) == Plan(
        deletes=(Delete(binding(), DeleteReason.NOT_DECLARED),)
    )


def test_one_that_goes_hides_no_other() -> None:
    keep, go, foreign = binding(key("a")), binding(key("b")), binding(BindingKey("", "view"))
    found = plan(wanting(kept=(key("a"),)), [keep, foreign, go])
    assert [delete.binding for delete in found.deletes] == [go]


VIEW = DesiredBinding(key("sre", "view"), "sre", content(role="view"))


def replacements(*wants: DesiredBinding, bound: Binding | None = None) -> frozenset[BindingKey]:
    found = plan(wanting(*wants), [bound or binding()]).deletes
    return found[0].replacements


def test_a_changed_role_waits_for_the_binding_that_the_plan_makes_for_its_mapping() -> None:
    assert why(binding(), wants=(VIEW,)) == [DeleteReason.REPLACED]
    assert replacements(VIEW) == {VIEW.key}


def test_a_renamed_mapping_waits_for_its_new_name() -> None:
    renamed = DesiredBinding(key("renamed"), "renamed", content())
    assert replacements(renamed) == {renamed.key}


def test_a_mapping_that_is_not_new_replaces_no_other() -> None:
    known = DesiredBinding(key("ops"), "ops", content())
    placed = DesiredBinding(key("ops", namespace="shop"), "ops", content())
    found = plan(wanting(known, placed), [binding(), binding(key("ops"))])
    assert found.deletes == (Delete(binding(), DeleteReason.NOT_DECLARED),)


def test_another_role_of_another_mapping_replaces_nothing() -> None:
    weaker = DesiredBinding(key("ops", "view"), "ops", content(role="view"))
    assert why(binding(), wants=(weaker,)) == [DeleteReason.NOT_DECLARED]


def test_who_stood_already_replaces_nothing() -> None:
    found = plan(wanting(VIEW), [binding(), binding(VIEW.key, VIEW.content)])
    assert found == Plan(deletes=(Delete(binding(), DeleteReason.NOT_DECLARED),))


def test_a_binding_for_other_people_replaces_nothing() -> None:
    others = DesiredBinding(key("sre", "view"), "sre", content("/Ops", role="view"))
    assert why(binding(), wants=(others,)) == [DeleteReason.NOT_DECLARED]


def test_a_binding_without_subjects_replaces_nothing_and_is_no_reason_to_be_known() -> None:
    empty = DesiredBinding(VIEW.key, "sre", replace(VIEW.content, subjects=()))
    assert why(binding(), wants=(empty,)) == [DeleteReason.NOT_DECLARED]
    filled = plan(wanting(VIEW), [binding(), binding(VIEW.key, empty.content)])
    assert [delete.replacements for delete in filled.deletes] == [{VIEW.key}]


def test_what_leaves_a_namespace_waits_only_for_what_covers_it() -> None:
    shop, bank = key(namespace="shop"), key(namespace="bank")
    here = DesiredBinding(key("sre", "view", namespace="shop"), "sre", content(role="view"))
    around = VIEW
    assert replacements(here, bound=binding(shop)) == {here.key}
    assert replacements(here, bound=binding(bank)) == set()
    assert replacements(around, bound=binding(bank)) == {around.key}
    assert replacements(here, bound=binding()) == {here.key}


def test_a_replacement_of_an_earlier_plan_is_waited_for_while_it_is_desired() -> None:
    waiting = {binding().uid: frozenset({VIEW.key})}
    there = [binding(), binding(VIEW.key, VIEW.content)]
    (delete,) = plan(wanting(VIEW), there, waiting).deletes
    assert delete == Delete(binding(), DeleteReason.REPLACED, frozenset({VIEW.key}))
    gone = plan(wanting(), there, waiting).deletes
    assert {delete.reason for delete in gone} == {DeleteReason.NOT_DECLARED}


BOUND = content("/SRE", "/Ops")


@pytest.mark.parametrize(
    ("over", "applied", "revokes"),
    [
        (BOUND, BOUND, True),
        (BOUND, content(), False),
        (content(), BOUND, False),
        (BOUND, None, False),
        (content("/SRE", "/Ops", group="Former"), None, True),
        (content("/SRE", group="Former"), None, False),
    ],
    ids=[
        "we bound it",
        "somebody else bound it",
        "nobody goes",
        "nobody knows who bound it",
        "it was for another group",
        "another group and nobody goes",
    ],
)
def test_an_apply_revokes_when_it_takes_away_whom_we_bound(
    over: BindingContent, applied: BindingContent | None, *, revokes: bool
) -> None:
    assert Apply(WANT, binding(what=over)).revokes(applied) is revokes


def test_a_new_binding_revokes_nothing() -> None:
    assert not Apply(WANT, None).revokes(content("/Ops"))


def test_role_binding_of_ours_that_nothing_declares_is_deleted() -> None:
    spread = binding(key(namespace="shop"))
    found = plan(wanting(WANT), [binding(), spread])
    assert [delete.binding for delete in found.deletes] == [spread]


def test_lists_are_sorted() -> None:
    wants = [DesiredBinding(key(name), name, content()) for name in ("c", "a", "b")]
    conflicting = [
        binding(key(n), content(role="admin", has_managed_by_label=False)) for n in ("c", "a", "b")
    ]
    going = [binding(key(name)) for name in ("z", "x", "y")]
    found = plan(wanting(*wants), going)
    assert [apply.desired.mapping for apply in found.applies] == ["a", "b", "c"]
    assert [delete.binding.key for delete in found.deletes] == [key("x"), key("y"), key("z")]
    assert plan_orphans(reversed(going)).deletes == plan_orphans(going).deletes
    assert [delete.binding.key for delete in plan_orphans(going).deletes] == [
        key("x"),
        key("y"),
        key("z"),
    ]
    conflicts = plan(wanting(*wants), conflicting).conflicts
    assert [conflict.mapping for conflict in conflicts] == ["a", "b", "c"]


def test_what_is_cluster_wide_is_deleted_before_what_is_in_a_namespace() -> None:
    near, wide = key("a")._replace(namespace="shop"), key("z")
    deletes = plan(wanting(), [binding(near), binding(wide)]).deletes
    assert [delete.binding.key for delete in deletes] == [wide, near]


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
