"""The rights that a GroupAccess grants, one by one: a draft must not take one away."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from groupaccess.domain.access.group_access import Access, AccessMapping


class Right(NamedTuple):
    """One right that a GroupAccess grants; namespace "" means cluster-wide."""

    mapping: str
    group: str
    cluster_role: str
    namespace: str


def rights(access: Access) -> frozenset[Right] | None:
    """Return the rights of a GroupAccess, None if a selector or an expiry makes them uncertain."""
    if any(item.expires_at or (item.scope and item.scope.requirements) for item in access.mappings):
        return None
    return declared_rights(access.mappings)


def declared_rights(mappings: Iterable[AccessMapping]) -> frozenset[Right]:
    """Return the rights of mappings that have neither a selector nor an expiry."""
    return frozenset(
        Right(item.name, item.group, item.cluster_role, namespace)
        for item in mappings
        for namespace in (item.scope.names if item.scope else ("",))
    )


def grants_all_of(existing: AbstractSet[Right] | None, granted: AbstractSet[Right]) -> bool:
    """Tell whether `granted` includes all `existing` rights; uncertain ones may be more."""
    return existing is not None and existing <= granted
