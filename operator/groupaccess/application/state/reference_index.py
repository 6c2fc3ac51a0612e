"""Which GroupAccesses a changed role, directory or namespace affects."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar

from groupaccess.application.state.declared_group_index import DeclaredGroupIndex
from groupaccess.application.state.selector_index import SelectorIndex
from groupaccess.domain.access.group_access import Access

NOTHING: frozenset[str] = frozenset()
Index = defaultdict[str, set[str]]
K = TypeVar("K")
T = TypeVar("T")


def discard(index: defaultdict[K, set[T]], key: K, value: T) -> None:
    """Remove a value from an index, and the key with its last value."""
    values = index[key]
    values.discard(value)
    if not values:
        del index[key]


def _index() -> Index:
    return defaultdict(set)


@dataclass
class ReferenceIndex:
    """An index of what GroupAccesses refer to, by name and by label."""

    groups: DeclaredGroupIndex = field(default_factory=DeclaredGroupIndex)
    _roles: Index = field(default_factory=_index)
    _directories: Index = field(default_factory=_index)
    _namespaces: Index = field(default_factory=_index)
    _ids: Index = field(default_factory=_index)
    _selectors: SelectorIndex = field(default_factory=SelectorIndex)

    def add(self, access: Access) -> None:
        """Add what a GroupAccess refers to."""
        self._directories[access.directory].add(access.name)
        scopes = tuple(mapping.scope for mapping in access.mappings if mapping.scope is not None)
        self.groups.add(access)
        for mapping in access.mappings:
            self._roles[mapping.cluster_role].add(access.name)
            if mapping.group_id is not None:
                self._ids[mapping.group_id].add(access.name)
        for scope in scopes:
            for namespace in scope.names:
                self._namespaces[namespace].add(access.name)
        selecting = tuple(scope for scope in scopes if scope.requirements)
        if selecting:
            self._selectors.add(access.name, selecting)

    def remove(self, access: Access) -> None:
        """Remove a GroupAccess, with the same content as when it was added."""
        discard(self._directories, access.directory, access.name)
        self._selectors.remove(access.name)
        self.groups.remove(access)
        for mapping in access.mappings:
            discard(self._roles, mapping.cluster_role, access.name)
            if mapping.group_id is not None:
                discard(self._ids, mapping.group_id, access.name)
            for namespace in mapping.scope.names if mapping.scope else ():
                discard(self._namespaces, namespace, access.name)

    @property
    def roles(self) -> frozenset[str]:
        """Return the ClusterRoles that are granted."""
        return frozenset(self._roles)

    @property
    def ids(self) -> AbstractSet[str]:
        """Return the ids of groups that are declared: no successor replaces such a group."""
        return self._ids.keys()

    def of_role(self, name: str) -> AbstractSet[str]:
        """Return the GroupAccesses that grant a ClusterRole."""
        return frozenset(self._roles.get(name, NOTHING))

    def of_directory(self, name: str) -> AbstractSet[str]:
        """Return the GroupAccesses that refer to a KeycloakDirectory."""
        return frozenset(self._directories.get(name, NOTHING))

    def of_namespace(self, name: str, *labels: Mapping[str, str]) -> AbstractSet[str]:
        """Return the GroupAccesses that name a namespace, or select it.

        `labels` are its labels, before and after a change.
        """
        return self._namespaces.get(name, NOTHING) | self._selectors.selecting(*labels)
