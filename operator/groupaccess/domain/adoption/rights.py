"""What a GroupAccess grants, right by right: a draft must not take one away from another."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from groupaccess.domain.access.group_access import Access, AccessMapping


class Right(NamedTuple):
    """A part of what a GroupAccess grants; namespace "" is the whole cluster."""

    mapping: str
    group: str
    cluster_role: str
    namespace: str


def rights(access: Access) -> frozenset[Right] | None:
    """Return what a GroupAccess declares, None when a selector or an end makes that uncertain."""
    if any(item.expires_at or (item.scope and item.scope.requirements) for item in access.mappings):
        return None
    return declared_rights(access.mappings)


def declared_rights(mappings: Iterable[AccessMapping]) -> frozenset[Right]:
    """Return what mappings declare that have neither a selector nor an end."""
    return frozenset(
        Right(item.name, item.group, item.cluster_role, namespace)
        for item in mappings
        for namespace in (item.scope.names if item.scope else ("",))
    )


def grants_all_of(existing: AbstractSet[Right] | None, granted: AbstractSet[Right]) -> bool:
    """Tell whether what stands would still be granted; what is uncertain may be more."""
    return existing is not None and existing <= granted
