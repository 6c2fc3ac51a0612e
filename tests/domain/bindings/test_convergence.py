"""Plan, apply, plan again is empty, whatever stood before."""

from dataclasses import replace

from hypothesis import given

from domain.model_cluster import ModelCluster, carry_out
from domain.strategies import (
    BindingsByKey,
    accesses,
    clusters,
    contexts,
    existing_bindings,
    outages,
)
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.binding import Binding, RoleRef
from groupaccess.domain.bindings.plan import DeleteReason, is_ours, plan, plan_orphans
from groupaccess.domain.verdict.verdict import EvaluationContext


@given(accesses(), contexts(), clusters())
def test_plan_apply_plan_is_empty(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    cluster.step(declared, context)
    assert cluster.step(declared, context).empty


def with_wrong_role(binding: Binding) -> Binding:
    return replace(binding, content=replace(binding.content, role=RoleRef("Role", "wrong")))


@given(accesses(), contexts())
def test_one_application_is_enough_after_a_wrong_role_ref(
    declared: Access, context: EvaluationContext
) -> None:
    cluster = ModelCluster()
    cluster.settle(declared, context)
    wrong = {key: with_wrong_role(binding) for key, binding in cluster.bindings.items()}
    cluster.bindings = dict(wrong)
    deletes = cluster.step(declared, context).deletes
    assert {delete.binding.key for delete in deletes} == wrong.keys()
    assert {delete.reason for delete in deletes} <= {DeleteReason.WRONG_ROLE_REF}
    assert cluster.step(declared, context).empty


@given(accesses(), contexts(), existing_bindings())
def test_afterwards_exactly_the_desired_bindings_of_ours_exist(
    declared: Access, context: EvaluationContext, existing: BindingsByKey
) -> None:
    cluster = ModelCluster(existing)
    cluster.settle(declared, context)
    desired = cluster.desired_state(declared, context)
    conflicts = plan(desired, cluster.bindings.values()).conflicts
    for want in desired.bindings:
        assert want in conflicts or want.matches(cluster.bindings[want.key])
    ours = {where for where, binding in cluster.bindings.items() if is_ours(binding)}
    granted = {want.key for want in desired.bindings if want not in conflicts}
    assert granted <= ours <= granted | desired.preserved


@given(outages())
def test_restart_of_the_operator_writes_nothing(
    outage: tuple[ModelCluster, Access, EvaluationContext],
) -> None:
    cluster, declared, context = outage
    cluster.settle(declared, context)
    cluster.restart()
    assert cluster.step(declared, context).empty


@given(accesses(), contexts(), existing_bindings())
def test_drift_is_repaired_to_the_same_content(
    declared: Access, context: EvaluationContext, existing: BindingsByKey
) -> None:
    cluster = ModelCluster()
    cluster.settle(declared, context)
    settled = {where: binding.content for where, binding in cluster.bindings.items()}
    cluster.bindings = {
        w: binding for w, binding in existing.items() if w in settled and is_ours(binding)
    }
    cluster.settle(declared, context)
    for where, one in cluster.bindings.items():
        assert settled[where].subjects == one.content.subjects
        assert settled[where].annotations == one.content.annotations
    assert cluster.bindings.keys() == settled.keys()


@given(existing_bindings())
def test_orphans_are_gone_after_one_plan(existing: BindingsByKey) -> None:
    left = carry_out(plan_orphans(existing.values()), existing)
    assert plan_orphans(left.values()).empty
    assert left == {where: binding for where, binding in existing.items() if not is_ours(binding)}


@given(accesses(), accesses(), contexts())
def test_a_delete_that_waits_keeps_waiting_for_the_same_replacements(
    before: Access, declared: Access, context: EvaluationContext
) -> None:
    cluster = ModelCluster()
    cluster.settle(before, context)
    first = plan(cluster.desired_state(declared, context), cluster.bindings.values())
    waiting = tuple(delete for delete in first.deletes if delete.reason is DeleteReason.REPLACED)
    at_once = tuple(delete for delete in first.deletes if delete not in waiting)
    cluster.bindings = carry_out(replace(first, deletes=at_once), cluster.bindings)
    cluster.replacing = {one.binding.uid: one.replacements for one in waiting}
    assert cluster.step(declared, context).deletes == waiting
    assert cluster.step(declared, context).empty
