"""Which groups GroupAccesses declare for each directory."""

from dataclasses import dataclass, field

from groupaccess.application.state.counts import Counts, change_count, no_counts
from groupaccess.application.state.demand import declared_ids
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.directory.questions import GroupsInUse, PinnedId


@dataclass
class DeclaredGroupIndex:
    """An index of declared groups and ids, so that a change of one object counts no other."""

    _references: Counts[str] = field(default_factory=no_counts)
    _ids: Counts[PinnedId] = field(default_factory=no_counts)

    def add(self, access: Access) -> None:
        """Add the groups of a GroupAccess."""
        self._count(access, 1)

    def remove(self, access: Access) -> None:
        """Remove the groups of a GroupAccess, with the same content as when it was added."""
        self._count(access, -1)

    def of_directory(self, directory: str) -> GroupsInUse:
        """Return the groups that are declared for a directory."""
        references, ids = self._references.get(directory, ()), self._ids.get(directory, ())
        return GroupsInUse(frozenset(references), frozenset(ids))

    def _count(self, access: Access, by: int) -> None:
        for mapping in access.mappings:
            if mapping.group:
                change_count(self._references, access.directory, mapping.group, by)
            for each in declared_ids(mapping):
                change_count(self._ids, access.directory, each, by)
