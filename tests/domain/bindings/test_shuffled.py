"""The order in which things are listed, watched or remembered decides nothing."""

from dataclasses import replace
from typing import TypeVar

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
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.plan import plan, plan_orphans
from groupaccess.domain.directory.client import Client
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.status.access_status import access_status
from groupaccess.domain.status.observation import Observation, bindings_by_mapping
from groupaccess.domain.verdict.verdict import EvaluationContext, Verdict

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


def shuffled(cluster: ModelCluster, shuffle: "Shuffle") -> ModelCluster:
    """Return the same cluster, with everything that is remembered in another order."""
    return replace(
        cluster,
        bindings=shuffle.pairs(cluster.bindings),
        applied=shuffle.pairs(cluster.applied),
        pending=shuffle.pairs(dict(cluster.pending)),
        ends=shuffle.pairs(dict(cluster.ends)),
        replacing=shuffle.pairs(cluster.replacing),
    )


def waiting(cluster: ModelCluster) -> dict[str, frozenset[BindingKey]]:
    """Return that each binding waits for all others to take its place."""
    where = frozenset(cluster.bindings)
    return {binding.uid: where - {key} for key, binding in cluster.bindings.items()}


class Shuffle:
    """Puts everything into another order that says the same."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def of(self, items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(self._data.draw(st.permutations(items)))

    def pairs(self, items: dict[K, V]) -> dict[K, V]:
        return dict(self.of(tuple(items.items())))

    def access(self, declared: Access) -> Access:
        return replace(declared, mappings=tuple(map(self._mapping, self.of(declared.mappings))))

    def context(self, context: EvaluationContext) -> EvaluationContext:
        return replace(
            context,
            namespaces=self.pairs(dict(context.namespaces)),
            pins=self.pairs(dict(context.pins)),
            missing_answers=self.pairs(dict(context.missing_answers)),
            suggestions=self.pairs(dict(context.suggestions)),
            reading=self.reading(context.reading),
        )

    def reading(self, reading: Reading) -> Reading:
        read = reading.snapshot
        return replace(
            reading,
            snapshot=None if read is None else self.snapshot(read),
            confirmed_absent=self.pairs(dict(reading.confirmed_absent)),
        )

    def snapshot(self, read: Snapshot) -> Snapshot:
        clients = tuple(self._client(client) for client in self.of(read.clients))
        return Snapshot(read.directory_id, self.of(read.groups), clients)

    def _mapping(self, mapping: AccessMapping) -> AccessMapping:
        scope = mapping.scope
        if scope is None:
            return mapping
        return replace(mapping, scope=replace(scope, requirements=self.of(scope.requirements)))

    def _client(self, client: Client) -> Client:
        return replace(
            client,
            mappers=self.of(client.mappers),
            optional_mappers=self.of(client.optional_mappers),
        )


def retold(verdict: Verdict, mapping: AccessMapping) -> Verdict:
    """Return the verdict, and those within it, with the mapping as it was before the shuffle."""
    last, awake = verdict.last_known, verdict.without_suspend
    return replace(
        verdict,
        mapping=mapping,
        last_known=None if last is None else retold(last, mapping),
        without_suspend=None if awake is None else retold(awake, mapping),
    )


@given(accesses(), contexts(), clusters(), st.data())
def test_shuffled_inputs_give_identical_answers(
    declared: Access, context: EvaluationContext, one: ModelCluster, data: st.DataObject
) -> None:
    shuffle = Shuffle(data)
    one.replacing = waiting(one)
    other, declared2 = shuffled(one, shuffle), shuffle.access(declared)
    pinned = one.with_pins(declared, context)
    assert pinned == other.with_pins(declared2, context)
    context, context2 = pinned, shuffle.context(pinned)

    verdicts, verdicts2 = evaluate_all(declared, context), evaluate_all(declared2, context2)
    known = {mapping.name: mapping for mapping in declared.mappings}
    again = {v.mapping.name: retold(v, known[v.mapping.name]) for v in verdicts2}
    assert {v.mapping.name: v for v in verdicts} == again

    desired, desired2 = (
        one.desired_with_pins(declared, context),
        other.desired_with_pins(declared2, context2),
    )
    assert desired.preserved == desired2.preserved
    assert set(desired.bindings) == set(desired2.bindings)
    planned, planned2 = (
        plan(wanted, cluster.bindings.values(), cluster.replacing)
        for wanted, cluster in ((desired, one), (desired2, other))
    )
    assert planned == planned2

    now, now2 = (
        Observation(bindings_by_mapping(cluster.bindings.values())) for cluster in (one, other)
    )
    assert desired.placements == desired2.placements
    assert access_status(declared, verdicts, desired, now, patient=True) == access_status(
        declared2, verdicts2, desired2, now2, patient=True
    )


@given(existing_bindings(), st.data())
def test_shuffled_orphans_give_an_identical_plan(
    existing: BindingsByKey, data: st.DataObject
) -> None:
    another = Shuffle(data).pairs(existing)
    assert plan_orphans(existing.values()) == plan_orphans(another.values())


@given(outages(), st.data())
def test_what_is_carried_does_not_depend_on_the_order_in_memory(
    outage: tuple[ModelCluster, Access, EvaluationContext], data: st.DataObject
) -> None:
    one, declared, context = outage
    shuffle = Shuffle(data)
    other = shuffled(one, shuffle)
    assert one.desired_state(declared, context) == other.desired_state(declared, context)


@given(accesses(), contexts(), clusters())
def test_evaluation_changes_none_of_its_inputs(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    before = dict(cluster.bindings), dict(cluster.applied)
    plan(cluster.desired_state(declared, context), cluster.bindings.values())
    assert (cluster.bindings, cluster.applied) == before
