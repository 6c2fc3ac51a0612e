"""Nobody gets a right that is not declared, or that Keycloak did not prove for a group."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.model_cluster import ModelCluster, evaluate_all
from domain.strategies import (
    BindingsByKey,
    accesses,
    clusters,
    contexts,
    existing_bindings,
    outages,
)
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import resolve_scope
from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    BindingName,
    DesiredBinding,
)
from groupaccess.domain.bindings.plan import is_ours, plan
from groupaccess.domain.directory.group import Group
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome

Right = tuple[str, str, str]  # role, subject, namespace
Step = tuple[Access, EvaluationContext, bool]
STEPS = st.lists(
    st.tuples(accesses(), contexts(), st.integers(0, 3).map(lambda n: n == 3)),
    min_size=2,
    max_size=4,
)


def everywhere(mapping: AccessMapping, context: EvaluationContext) -> tuple[str, ...]:
    """Return where a mapping is declared, the namespaces that terminate included."""
    found = resolve_scope(mapping.scope, context.namespaces)
    return found.active + found.terminating


class History:
    """The strings that Keycloak ever proved, by directory and group as declared."""

    def __init__(self) -> None:
        self._strings: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def read(self, declared: Access, context: EvaluationContext) -> None:
        snapshot, directory = context.reading.snapshot, context.directory
        if snapshot is None or directory is None:
            return
        for mapping in declared.mappings:
            named, of = snapshot.find(mapping.group), (declared.directory, mapping.group)
            fits = (group for group in snapshot.groups if mapping.group in (group.path, group.name))
            if isinstance(named, Group) or mapping.group_id is not None:
                self._ids[of] |= {one.id for one in fits}
            for group in (group for group in snapshot.groups if group.id in self._ids[of]):
                strings = {directory.groups_prefix + text for text in (group.path, group.name)}
                self._strings[of] |= strings

    def allowed(self, declared: Access, context: EvaluationContext) -> set[Right]:
        return {
            (mapping.cluster_role, text, namespace)
            for mapping in declared.mappings
            if mapping.expires_at is None or context.now < mapping.expires_at
            for text in self._strings[declared.directory, mapping.group]
            for namespace in everywhere(mapping, context)
        }


def names_unreadable(declared: Access, key: BindingKey) -> bool:
    """Tell whether a binding is of a mapping that cannot be read: what it grants is not known."""
    name = BindingName.parse(key.name)
    unreadable = {mapping.name for mapping in declared.mappings if mapping.unreadable}
    return name is not None and name.mapping in unreadable


def adds_nobody(now: Binding, before: Binding) -> bool:
    return {*now.content.subjects} <= {*before.content.subjects}


@given(STEPS)
def test_each_bound_subject_is_declared_now_and_was_read_for_its_group(steps: list[Step]) -> None:
    cluster, history = ModelCluster(), History()
    for declared, context, restarted in steps:
        if restarted:
            cluster.restart()
        history.read(declared, context)
        unreadable = {key for key in cluster.bindings if names_unreadable(declared, key)}
        before = dict(cluster.bindings)
        cluster.settle(declared, context)
        rights = {
            (binding.content.role.name, subject.name, binding.key.namespace)
            for binding in cluster.bindings.values()
            for subject in binding.content.subjects
            if not (binding.key in unreadable and adds_nobody(binding, before[binding.key]))
        }
        assert rights <= history.allowed(declared, context)


@given(STEPS)
def test_each_write_on_the_way_is_declared_too(steps: list[Step]) -> None:
    cluster, history = ModelCluster(), History()
    for declared, context, _ in steps:
        history.read(declared, context)
        for apply in cluster.step(declared, context).applies:
            what = apply.desired.content
            where = apply.desired.key.namespace
            rights = {(what.role.name, text, where) for text in what.groups}
            assert rights <= history.allowed(declared, context)
            assert len(what.groups) == len(what.subjects)


@given(accesses(), contexts())
def test_grant_is_for_a_group_that_the_snapshot_holds(
    declared: Access, context: EvaluationContext
) -> None:
    for said in evaluate_all(declared, context):
        if said.outcome is Outcome.GRANT:
            snapshot, directory = context.reading.snapshot, context.directory
            assert snapshot is not None
            assert directory is not None
            assert said.group in snapshot.groups
            strings = {directory.groups_prefix + t for t in (said.group.path, said.group.name)}
            assert set() < set(said.subjects) <= strings
        else:
            assert (said.group, said.subjects) == (None, ())


def known_before(declared: Access, mapping: AccessMapping, cluster: ModelCluster) -> set[str]:
    contents: list[BindingContent] = [binding.content for binding in cluster.bindings.values()]
    contents += cluster.applied.values()
    return {
        text
        for content in contents
        if content.annotation("group") == mapping.group
        and content.annotation("directory") == declared.directory
        for text in content.groups
    }


def held(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> Iterator[tuple[DesiredBinding, AccessMapping]]:
    verdicts = {verdict.mapping.name: verdict for verdict in cluster.evaluate(declared, context)}
    for want in cluster.desired_state(declared, context).bindings:
        said = verdicts[want.mapping]
        if said.outcome is Outcome.HOLD:
            yield want, said.mapping


@given(accesses(), contexts(), clusters())
def test_hold_adds_nobody(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    for want, mapping in held(declared, context, cluster):
        assert set(want.content.groups) <= known_before(declared, mapping, cluster)


@given(outages())
def test_edit_while_keycloak_is_silent_adds_nobody(
    outage: tuple[ModelCluster, Access, EvaluationContext],
) -> None:
    cluster, declared, context = outage
    for want, mapping in held(declared, context, cluster):
        assert set(want.content.groups) <= known_before(declared, mapping, cluster)


@given(outages())
def test_edit_while_keycloak_is_silent_takes_no_group_from_its_mapping(
    outage: tuple[ModelCluster, Access, EvaluationContext],
) -> None:
    cluster, declared, context = outage
    before = {binding.content.annotation("group") for binding in cluster.bindings.values()}
    cluster.settle(declared, context)
    after = {binding.content.annotation("group") for binding in cluster.bindings.values()}
    held_on = {
        mapping.group
        for mapping in declared.mappings
        if evaluate(mapping, context).directory_unavailable
        and resolve_scope(mapping.scope, context.namespaces).active
    }
    assert after >= before & held_on


@given(accesses(), contexts(), existing_bindings())
def test_reserved_names_are_never_written(
    declared: Access, context: EvaluationContext, existing: BindingsByKey
) -> None:
    for apply in ModelCluster(existing).step(declared, context).applies:
        assert all(subject.kind == "Group" for subject in apply.desired.content.subjects)
        assert not any(text.startswith("system:") for text in apply.desired.content.groups)


@given(accesses(), contexts(), existing_bindings())
def test_what_is_revoked_or_no_longer_declared_is_deleted(
    declared: Access, context: EvaluationContext, existing: BindingsByKey
) -> None:
    verdicts = ModelCluster(existing).evaluate(declared, context)
    live = {
        where
        for said in verdicts
        if said.outcome is not Outcome.REVOKE
        for namespace in everywhere(said.mapping, context)
        for where in [declared.binding_key(said.mapping, namespace)]
    }
    held = {said.mapping for said in verdicts if said.outcome is Outcome.HOLD}
    known = replace(
        declared, mappings=tuple(mapping for mapping in declared.mappings if mapping in held)
    )
    live |= {where for where in existing if names_unreadable(known, where)}
    todo = ModelCluster(existing).step(declared, context)
    ended = {delete.binding.key for delete in todo.deletes}
    ended |= {apply.desired.key for apply in todo.applies if not apply.desired.content.subjects}
    ended |= {where for where, binding in existing.items() if not binding.content.subjects}
    assert ended >= {w for w, binding in existing.items() if w not in live and is_ours(binding)}


@given(accesses(), contexts(), existing_bindings())
def test_foreign_bindings_are_left_alone(
    declared: Access, context: EvaluationContext, existing: BindingsByKey
) -> None:
    cluster = ModelCluster(dict(existing))
    todo = plan(cluster.desired_state(declared, context), existing.values())
    conflicts = {conflict.key for conflict in todo.conflicts}
    applied = {apply.desired.key for apply in todo.applies}
    deleted = {delete.binding.key for delete in todo.deletes}
    assert not conflicts & (applied | deleted)
    assert not applied & deleted
    assert all(BindingName.parse(where.name) for where in applied | deleted)
    cluster.settle(declared, context)
    for where, binding in existing.items():
        if where in conflicts or BindingName.parse(where.name) is None:
            assert cluster.bindings[where] == binding
