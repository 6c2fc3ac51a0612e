"""Bindings without subjects: they remember a pinned id while nobody may be bound.

Without them a group that is made anew under a revoked name would be a first grant.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import Binding, BindingKey, Content, Desired
from groupaccess.domain.bindings.desired_state import Wanted, expiry, render, spelled_role
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.timestamp import stamp
from groupaccess.domain.verdict.verdict import Circumstances, Outcome, Verdict

Standing = Mapping[BindingKey, Binding]


def carriers(
    access: Access,
    verdicts: Iterable[Verdict],
    given: Circumstances,
    standing: Standing,
    wanted: Wanted,
) -> Iterator[Desired]:
    """Yield one for each pin that nothing else carries: the binding that it stands on, emptied.

    Where that cannot be, the first that the mapping may have.
    """
    contents = {key: standing[key].content for key in wanted.kept if key in standing}
    contents |= {want.key: want.content for want in wanted.bindings}
    carried = {
        content.annotation("group")
        for content in contents.values()
        if content.annotation("group-id") is not None
    }
    taken = {*contents, *wanted.kept}
    for verdict in sorted(verdicts, key=lambda verdict: verdict.mapping.name):
        mapping = verdict.mapping
        pin = verdict.pin or given.pins.get(mapping.group)
        if pin is None or mapping.group in carried or not _loses(verdict, pin, standing):
            continue
        places = wanted.places[mapping.name].wanted
        for key in (pin.key, *(access.key(mapping, each) for each in places)):
            if _is_free(key, given, standing, taken):
                carried.add(mapping.group)
                taken.add(key)
                yield Desired(key, mapping.name, _emptied(access, mapping, key, pin))
                break


def _loses(verdict: Verdict, pin: Pin, standing: Standing) -> bool:
    """Tell whether a pin could get lost; while suspended what carries one is left so."""
    if verdict.suspended:
        content = standing[pin.key].content if pin.key in standing else None
        return bool(content and content.annotation("group-id") and not content.subjects)
    return verdict.outcome is not Outcome.GRANT and not verdict.forgets


def _is_free(
    key: BindingKey, given: Circumstances, standing: Standing, taken: AbstractSet[BindingKey]
) -> bool:
    """Tell whether a binding can be written there that nothing else is wanted of."""
    stands, namespace = standing.get(key), given.namespaces.get(key.namespace)
    fits = stands is None or stands.content.role == spelled_role(key)
    there = not key.namespace or (namespace is not None and not namespace.terminating)
    return key not in taken and fits and there


def _emptied(access: Access, mapping: AccessMapping, key: BindingKey, pin: Pin) -> Content:
    about = {
        "directory": access.directory,
        "directory-id": pin.directory_id,
        "group": mapping.group,
        "group-id": pin.group_id,
        "group-name": pin.group_name,
        "group-path": pin.path,
        "missing-since": stamp(pin.missing_since) if pin.missing_since else None,
        "replaced-id": pin.replaced_id,
    }
    return render(access, spelled_role(key), (), {**about, **expiry(mapping)})
