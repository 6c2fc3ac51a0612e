"""Whom a new reading of its directory touches."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from groupaccess.application.asked import knows
from groupaccess.domain.directory import Group, Snapshot
from groupaccess.domain.model import Access
from groupaccess.domain.pins import Pin


def is_touched(
    access: Access,
    pinned: Mapping[str, Pin],
    formers: AbstractSet[str],
    snapshot: Snapshot | None,
    changed: AbstractSet[str],
    ids: AbstractSet[str],
) -> bool:
    """Tell whether a mapping's group changed, or has none so that new ones may be near.

    `formers` are the names that its groups had before, which others may have now.
    """
    if snapshot is None or not knows(snapshot, access) or formers & changed:
        return True
    for mapping in access.mappings:
        if mapping.unreadable:
            continue  # it is held, whatever Keycloak says
        pin = pinned.get(mapping.group)
        meant = snapshot.by_id.get(pin.group_id) if pin else None
        known = {mapping.group, *((meant.path, meant.name) if meant else ())}
        named = meant or snapshot.find(mapping.group)
        if known & changed or not isinstance(named, Group):
            return True
        if {mapping.group_id, pin.group_id if pin else None, named.id} & ids:
            return True
    return False
