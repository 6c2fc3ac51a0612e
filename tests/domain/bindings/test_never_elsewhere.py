"""Nothing is made where or when it is not declared, whatever stood before."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given

from domain.model_cluster import ModelCluster
from domain.strategies import accesses, clusters, contexts, outages
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import Namespace, resolve_scope
from groupaccess.domain.binding import BindingKey, BindingName
from groupaccess.domain.bindings.plan import DeleteReason, plan
from groupaccess.domain.reasons import KEYCLOAK_OBJECTIONS, Reason
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome


@given(accesses(), contexts(), clusters())
def test_nothing_is_written_where_a_namespace_takes_nothing(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    for apply in cluster.step(declared, context).applies:
        where = apply.desired.key.namespace
        assert not where or not context.namespaces[where].terminating


@given(accesses(), contexts(), clusters())
def test_each_write_is_where_its_mapping_is_declared(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    mappings = {mapping.name: mapping for mapping in declared.mappings}
    desired = cluster.desired_state(declared, context)
    assert desired.placements.keys() == mappings.keys()
    for want in (binding for binding in desired.bindings if binding.content.subjects):
        mapping = mappings[want.mapping]
        assert want.key.namespace in resolve_scope(mapping.scope, context.namespaces).active
        assert want.key == declared.binding_key(mapping, want.key.namespace)
        assert (mapping.expires_at is None) == (want.content.annotation("expires-at") is None)


@given(accesses(), contexts(), clusters())
def test_what_ended_is_not_written(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    ended = {
        verdict.mapping.name
        for verdict in cluster.evaluate(declared, context)
        if verdict.reason is Reason.EXPIRED
    }
    assert ended == {
        mapping.name
        for mapping in declared.mappings
        if mapping.expires_at and mapping.expires_at <= context.now
    }
    desired = cluster.desired_state(declared, context)
    assert not ended & {want.mapping for want in desired.bindings}
    assert not ended & mappings_of(desired.preserved)


def mappings_of(keys: Iterable[BindingKey]) -> set[str]:
    names = (BindingName.parse(key.name) for key in keys)
    return {name.mapping for name in names if name is not None}


@given(accesses(), contexts(), clusters())
def test_suspended_object_adds_nobody_and_ends_what_any_other_ends(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    resumed = replace(context, suspend=False)
    suspended = replace(context, suspend=True)
    by_keycloak = {
        verdict.mapping.name
        for verdict in cluster.evaluate(declared, resumed)
        if verdict.outcome is Outcome.REVOKE and verdict.reason in KEYCLOAK_OBJECTIONS
    }
    ends = {
        delete.binding.key
        for delete in plan(
            cluster.desired_state(declared, resumed), cluster.bindings.values()
        ).deletes
        if delete.reason is DeleteReason.NOT_DECLARED
        and not by_keycloak & mappings_of([delete.binding.key])
    }
    applied = dict(cluster.applied)
    todo = cluster.step(declared, suspended)
    for apply in todo.applies:  # former subjects, whose end has come
        assert apply.existing is not None
        assert {*apply.desired.content.subjects} < {*apply.existing.content.subjects}
        applied[apply.desired.key] = apply.desired.content
    assert ends <= {delete.binding.key for delete in todo.deletes}
    assert cluster.applied.items() <= applied.items()
    assert cluster.step(declared, suspended).empty


@given(outages())
def test_suspending_and_resuming_leaves_what_was_granted(
    outage: tuple[ModelCluster, Access, EvaluationContext],
) -> None:
    cluster, declared, context = outage
    context = replace(context, suspend=False)
    cluster.settle(declared, context)
    before = dict(cluster.bindings)
    cluster.settle(declared, replace(context, suspend=True))
    assert cluster.bindings == before
    assert cluster.step(declared, context).empty


@given(accesses(), contexts(), clusters())
def test_in_a_namespace_only_what_succeeds_it_there_or_everywhere_delays_an_end(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    desired = cluster.desired_state(declared, context)
    now = {want.key.namespace for want in desired.bindings}
    for delete in plan(desired, cluster.bindings.values()).deletes:
        if delete.reason is DeleteReason.REPLACED and delete.binding.key.namespace:
            assert now & {"", delete.binding.key.namespace}


@given(accesses(), contexts(), clusters())
def test_a_namespace_that_comes_changes_nothing_elsewhere(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    cluster.settle(declared, context)
    before = dict(cluster.bindings)
    later = replace(context, namespaces={**context.namespaces, "late": Namespace({"team": "shop"})})
    cluster.settle(declared, later)
    assert {
        w: binding for w, binding in cluster.bindings.items() if w.namespace != "late"
    } == before
    revoked = {
        o.mapping.name for o in cluster.evaluate(declared, context) if o.outcome is Outcome.REVOKE
    }
    assert not revoked & mappings_of(w for w in cluster.bindings if w.namespace == "late")
