"""From verdicts to the desired state: the bindings that should exist."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import Placement, resolve_scope
from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    BindingName,
    DesiredBinding,
)
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.history import NO_MEMORY, BindingHistory, GrantMemory
from groupaccess.domain.bindings.placeholders import pin_placeholders
from groupaccess.domain.bindings.renderer import BindingRenderer
from groupaccess.domain.identity.pins import respelled_groups
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict


def build_desired_state(
    access: Access,
    verdicts: Iterable[Verdict],
    context: EvaluationContext,
    existing: Mapping[BindingKey, Binding],
    applied: Mapping[BindingKey, BindingContent],
    memory: GrantMemory = NO_MEMORY,
) -> DesiredState:
    """Return the desired state that follows from the verdicts.

    `existing` are the bindings with the object's reserved names. `applied` is the content that the
    API server acknowledged last of each; drift is repaired to it under Hold. `memory` is what else
    is remembered of the object.
    """
    history = BindingHistory(
        access.directory,
        frozenset({access.directory, *context.prefixes.partners}),
        respelled_groups(
            access, {key: item.content for key, item in existing.items()} | dict(applied)
        ),
        context.pins,
        existing,
        applied,
        memory,
    )
    renderer = BindingRenderer(access, context, history)
    judged = tuple(verdicts)
    where: dict[str, Placement] = {}
    bindings: list[DesiredBinding] = []
    unreadable = unreadable_bindings(access, judged, existing)
    preserved = {key for key in unreadable if not renderer.is_of_namesake(existing[key])}
    for verdict in judged:
        placement = where[verdict.mapping.name] = _placement(verdict.mapping, context)
        if verdict.outcome is not Outcome.REVOKE:
            rendered, kept = _bindings_of(renderer, verdict, placement)
            bindings += rendered
            preserved |= kept
    ended = {want.key: want for want in _without_ended_subjects(renderer, preserved)}
    bindings += ended.values()
    desired = DesiredState(tuple(bindings), frozenset(preserved - ended.keys()), where)
    empty = pin_placeholders(access, judged, context, existing, desired)
    return replace(desired, bindings=(*bindings, *empty))


def _bindings_of(
    renderer: BindingRenderer, verdict: Verdict, placement: Placement
) -> tuple[list[DesiredBinding], set[BindingKey]]:
    """Return the bindings to write for a mapping, and those of it that stay as they are."""
    access, mapping = renderer.access, verdict.mapping
    rendered: list[DesiredBinding] = []
    kept = {access.binding_key(mapping, gone) for gone in placement.terminating}
    for namespace in placement.active:
        key = access.binding_key(mapping, namespace)
        content = renderer.content(verdict, key)
        if content is not None:
            rendered.append(DesiredBinding(key, mapping.name, content))
        elif renderer.still_matches(mapping, key):
            kept.add(key)
    return rendered, kept


def _placement(mapping: AccessMapping, context: EvaluationContext) -> Placement:
    if mapping.unreadable is not None:
        return Placement(active=())
    return resolve_scope(mapping.scope, context.namespaces)


def _without_ended_subjects(
    renderer: BindingRenderer, preserved: AbstractSet[BindingKey]
) -> Iterator[DesiredBinding]:
    """Yield preserved bindings without the former subjects that have ended."""
    for key in sorted(preserved):
        name, content = BindingName.parse(key.name), renderer.without_ended_subjects(key)
        if name is not None and content is not None:
            yield DesiredBinding(key, name.mapping, content)


def unreadable_bindings(
    access: Access, verdicts: Iterable[Verdict], existing: Iterable[BindingKey]
) -> Iterator[BindingKey]:
    """Yield the bindings of unreadable mappings; all, if not even the names are readable.

    What such a mapping grants is not known, so that each binding with its name stays as it is.
    """
    names = {
        verdict.mapping.name
        for verdict in verdicts
        if verdict.outcome is Outcome.HOLD and verdict.mapping.unreadable is not None
    }
    for key in existing:
        name = BindingName.parse(key.name)
        if access.unreadable is not None or (name is not None and name.mapping in names):
            yield key
