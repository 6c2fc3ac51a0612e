"""What the GroupAccesses of a cluster ask a directory for."""

from collections.abc import Iterable

from groupaccess.application.declared import DeclaredAccess
from groupaccess.domain.directory import Group, Snapshot
from groupaccess.domain.freeze import Use
from groupaccess.domain.in_use import InUse
from groupaccess.domain.model import Access, Directory


def in_use(directory: Directory, accesses: Iterable[Access], uses: Iterable[Use]) -> InUse:
    """Return what is declared of a directory, and the ids that its bindings are pinned to."""
    mappings = [mapping for access in accesses for mapping in access.mappings]
    references = {mapping.group for mapping in mappings} | {directory.canary}
    pinned = {use.group_id for use in uses} | {mapping.group_id for mapping in mappings}
    return InUse(frozenset(filter(None, references)), frozenset(filter(None, pinned)))


def asks(declared: DeclaredAccess | None) -> frozenset[tuple[str, str, str | None]]:
    """Return which groups a GroupAccess asks for, by name and id, of which directory."""
    if declared is None:
        return frozenset()
    access = declared.access
    name = access.directory
    return frozenset((name, mapping.group, mapping.group_id) for mapping in access.mappings)


def knows(snapshot: Snapshot, access: Access) -> bool:
    """Tell whether all is known that a GroupAccess asks for: its groups, and what proves them."""
    known = all(snapshot.knows(each.group) for each in access.mappings if not each.unreadable)
    return known and not awaits_proof(snapshot, access)


def awaits_proof(snapshot: Snapshot, access: Access) -> bool:
    """Tell whether a group of it is the first in use: the next reading looks for a proof."""
    return any(client.unasked for client in snapshot.clients) and any(
        isinstance(snapshot.find(mapping.group), Group) or mapping.group_id in snapshot.by_id
        for mapping in access.mappings
        if not mapping.unreadable and snapshot.knows(mapping.group)
    )
