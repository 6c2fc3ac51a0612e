"""Which writes lead from existing bindings to the desired ones."""

import pytest

from domain.bindings.desired_state import WANT, wanting
from domain.builders import binding, content, key
from groupaccess.domain.binding import BindingContent, BindingKey, DesiredBinding
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason, Plan, plan, plan_orphans


def test_missing_binding_is_created() -> None:
    assert plan(wanting(WANT), ()) == Plan(applies=(Apply(WANT, None),))


def test_a_binding_as_desired_needs_no_write() -> None:
    nothing = plan(wanting(WANT), [binding()])
    assert nothing == Plan()
    assert nothing.empty


def test_drift_is_written_over_the_very_binding() -> None:
    drifted = binding(what=content("/evil"))
    assert plan(wanting(WANT), [drifted]) == Plan(applies=(Apply(WANT, drifted),))


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
