"""A cluster as plain values, which carries out plans as an API server would."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from groupaccess.domain.access.group_access import Access
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, DesiredBinding
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.history import GrantMemory
from groupaccess.domain.bindings.plan import Plan, plan
from groupaccess.domain.identity.former_subjects import FormerSubjects, former_subjects
from groupaccess.domain.identity.pins import read_pins
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Verdict

ROUNDS = 2  # one to write, one to see that it is done


def evaluate_all(declared: Access, context: EvaluationContext) -> list[Verdict]:
    return [evaluate(mapping, context) for mapping in declared.mappings]


def carry_out(todo: Plan, existing: Mapping[BindingKey, Binding]) -> dict[BindingKey, Binding]:
    """Return the bindings afterwards; refuse a write over another binding than was seen.

    Owner references of other managers survive a server-side apply.
    """
    after = dict(existing)
    for delete in todo.deletes:
        assert after.pop(delete.binding.key) == delete.binding
    for apply in todo.applies:
        want, over = apply.desired, apply.existing
        assert after.get(want.key) == over, "what has the wrong role is deleted before"
        others = over.content.owners if over else ()
        owners = tuple(sorted({*others, *want.content.owners}))
        uid, version = (over.uid, over.resource_version) if over else (f"new {want.key}", "0")
        content = replace(want.content, owners=owners)
        after[want.key] = Binding(want.key, uid, f"{version}+", content)
    return after


@dataclass
class ModelCluster:
    """The bindings that exist, and what the operator remembers of them since its start."""

    bindings: dict[BindingKey, Binding] = field(default_factory=dict)
    applied: dict[BindingKey, BindingContent] = field(default_factory=dict)
    pending: Mapping[BindingKey, BindingContent] = field(default_factory=dict)
    ends: Mapping[BindingKey, FormerSubjects] = field(default_factory=dict)
    replacing: dict[str, frozenset[BindingKey]] = field(default_factory=dict)  # by uid

    def with_pins(self, declared: Access, context: EvaluationContext) -> EvaluationContext:
        """Add what is pinned, and that Keycloak confirmed what it lacks of it.

        An answer that a group lacks is lacked by each of its mappings.
        """
        contents = {
            where: binding.content for where, binding in self.bindings.items()
        } | self.applied
        pinned = read_pins(declared.directory, contents)
        reading = context.reading
        if reading.snapshot is not None:
            gone = {pin.group_id for pin in pinned.values()} - reading.snapshot.by_id.keys()
            reading = replace(reading, confirmed_absent=dict.fromkeys(gone, context.now))
        missing = {
            mapping.name: context.missing_answers[mapping.group]
            for mapping in declared.mappings
            if mapping.group in context.missing_answers
        }
        return replace(context, pins=pinned, reading=reading, missing_answers=missing)

    def evaluate(self, declared: Access, context: EvaluationContext) -> list[Verdict]:
        return evaluate_all(declared, self.with_pins(declared, context))

    def desired_state(self, declared: Access, context: EvaluationContext) -> DesiredState:
        return self.desired_with_pins(declared, self.with_pins(declared, context))

    def desired_with_pins(self, declared: Access, context: EvaluationContext) -> DesiredState:
        verdicts = evaluate_all(declared, context)
        return build_desired_state(
            declared,
            verdicts,
            context,
            self.bindings,
            self.applied,
            GrantMemory(self.pending, self.ends),
        )

    def step(self, declared: Access, context: EvaluationContext) -> Plan:
        """Reconcile once and return the plan that was carried out; all calls are answered."""
        desired, verdicts = (
            self.desired_state(declared, context),
            self.evaluate(declared, context),
        )
        todo = plan(desired, self.bindings.values(), self.replacing)
        self.ends = {want.key: self._ends(want) for want in desired.bindings}
        self.bindings = carry_out(todo, self.bindings)
        stays = set(desired.preserved)
        for mapping in (verdict.mapping for verdict in verdicts if verdict.suspended):
            places = desired.placements[mapping.name].active
            stays |= {declared.binding_key(mapping, namespace) for namespace in places}
        kept = {where: what for where, what in self.applied.items() if where in stays}
        self.applied = kept | {
            want.key: want.content for want in desired.bindings if want not in todo.conflicts
        }
        self.pending, self.replacing = {}, {}
        return todo

    def _ends(self, want: DesiredBinding) -> FormerSubjects:
        """Return the ends of former subjects; a past one stays until its subject is gone."""
        existing = self.bindings.get(want.key)
        bound = set(existing.content.groups) if existing else set()
        ended = bound.difference(want.content.groups)
        before = self.ends.get(want.key, {})
        return {name: before[name] for name in before.keys() & ended} | former_subjects(
            want.content
        )

    def settle(self, declared: Access, context: EvaluationContext) -> None:
        """Reconcile until nothing is left to write."""
        plans = [self.step(declared, context) for _ in range(ROUNDS)]
        assert plans[-1].empty, plans

    def restart(self) -> None:
        """Forget what is only in memory."""
        self.applied, self.pending, self.ends, self.replacing = {}, {}, {}, {}
