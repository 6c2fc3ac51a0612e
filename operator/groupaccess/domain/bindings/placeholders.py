"""Bindings without subjects: they keep a pinned id while nobody may be bound.

Without them, a group that is re-created under a revoked name would count as a first grant.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import (
    Annotation,
    Binding,
    BindingContent,
    BindingKey,
    DesiredBinding,
)
from groupaccess.domain.bindings.desired_state import (
    DesiredState,
    declared_annotations,
    render_content,
    role_in_name,
)
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.timestamp import format_time
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

ExistingBindings = Mapping[BindingKey, Binding]


def pin_placeholders(
    access: Access,
    verdicts: Iterable[Verdict],
    context: EvaluationContext,
    existing: ExistingBindings,
    desired: DesiredState,
) -> Iterator[DesiredBinding]:
    """Yield a placeholder for each pin that no other binding keeps: its own binding, emptied.

    If that binding cannot be written, the placeholder is the mapping's first binding that can.
    """
    contents = {key: existing[key].content for key in desired.preserved if key in existing}
    contents |= {want.key: want.content for want in desired.bindings}
    pinned = {
        content.annotation(Annotation.GROUP)
        for content in contents.values()
        if content.annotation(Annotation.GROUP_ID) is not None
    }
    taken = {*contents, *desired.preserved}
    for verdict in sorted(verdicts, key=lambda verdict: verdict.mapping.name):
        mapping = verdict.mapping
        pin = verdict.pin or context.pins.get(mapping.group)
        if pin is None or mapping.group in pinned or not _pin_would_be_lost(verdict, pin, existing):
            continue
        places = desired.placements[mapping.name].active
        for key in (pin.key, *(access.binding_key(mapping, each) for each in places)):
            if _may_write(key, context, existing, taken):
                pinned.add(mapping.group)
                taken.add(key)
                yield DesiredBinding(
                    key, mapping.name, _placeholder_content(access, mapping, key, pin)
                )
                break


def _pin_would_be_lost(verdict: Verdict, pin: Pin, existing: ExistingBindings) -> bool:
    """Tell whether a pin needs a placeholder. While suspended, only an existing one stays."""
    if verdict.suspended:
        content = existing[pin.key].content if pin.key in existing else None
        return bool(content and content.annotation(Annotation.GROUP_ID) and not content.subjects)
    return verdict.outcome is not Outcome.GRANT and not verdict.drops_pin


def _may_write(
    key: BindingKey,
    context: EvaluationContext,
    existing: ExistingBindings,
    taken: AbstractSet[BindingKey],
) -> bool:
    """Tell whether a binding can be written at `key`, and nothing else is desired there."""
    binding, namespace = existing.get(key), context.namespaces.get(key.namespace)
    fits = binding is None or binding.content.role == role_in_name(key)
    there = not key.namespace or (namespace is not None and not namespace.terminating)
    return key not in taken and fits and there


def _placeholder_content(
    access: Access, mapping: AccessMapping, key: BindingKey, pin: Pin
) -> BindingContent:
    about: dict[str, str | None] = {
        Annotation.DIRECTORY: access.directory,
        Annotation.DIRECTORY_ID: pin.directory_id,
        Annotation.GROUP: mapping.group,
        Annotation.GROUP_ID: pin.group_id,
        Annotation.GROUP_NAME: pin.group_name,
        Annotation.GROUP_PATH: pin.path,
        Annotation.MISSING_SINCE: format_time(pin.missing_since) if pin.missing_since else None,
        Annotation.REPLACED_ID: pin.replaced_id,
    }
    return render_content(access, role_in_name(key), (), {**about, **declared_annotations(mapping)})
