"""The rights that a GroupAccess grants, one by one: a draft must not take one away."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import NamespaceScope


class Right(NamedTuple):
    """One right that a GroupAccess grants; namespace "" means cluster-wide."""

    mapping: str
    group: str
    cluster_role: str
    namespace: str


def rights(access: Access) -> frozenset[Right] | None:
    """Return the rights of a GroupAccess, None if something makes them uncertain.

    That is a selector, an end, or any field that `Right` does not tell of: it may grant less.
    """
    if any(mapping != _plain(mapping) for mapping in access.mappings):
        return None
    return declared_rights(access.mappings)


def declared_rights(mappings: Iterable[AccessMapping]) -> frozenset[Right]:
    """Return the rights of mappings that nothing makes uncertain."""
    return frozenset(
        Right(item.name, item.group, item.cluster_role, namespace)
        for item in mappings
        for namespace in (item.scope.names if item.scope else ("",))
    )


def _plain(mapping: AccessMapping) -> AccessMapping:
    """Return the mapping with no other limit than the names of namespaces."""
    return AccessMapping(
        mapping.name,
        mapping.group,
        mapping.cluster_role,
        scope=NamespaceScope(mapping.scope.names) if mapping.scope else None,
        group_id=mapping.group_id,  # the same group
    )


def grants_all_of(existing: AbstractSet[Right] | None, granted: AbstractSet[Right]) -> bool:
    """Tell whether `granted` includes all `existing` rights; uncertain ones may be more."""
    return existing is not None and existing <= granted
