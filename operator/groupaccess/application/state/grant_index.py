"""Who else is given a right: all bindings by group, role and namespace, and whom they concern."""

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from groupaccess.application.state.reference_index import NOTHING, discard
from groupaccess.domain.binding import CLUSTER_ADMIN, Binding, BindingKey
from groupaccess.domain.bindings.other_grants import (
    MAX_COUNTED_BINDINGS,
    MAX_NAMED_BINDINGS,
    ScopedRole,
)


class Grant(NamedTuple):
    """A role that a binding gives to a group."""

    group: str
    scoped: ScopedRole


class BoundRole(NamedTuple):
    """A group, and a ClusterRole that a GroupAccess binds to it."""

    group: str
    cluster_role: str


@dataclass
class GrantIndex:
    """An index of what bindings grant, each list of keys sorted.

    A change concerns the GroupAccesses that bind the same role to the same group, as long as it can
    change what their status says of others: they name the first, and count only so many.
    """

    _keys: defaultdict[Grant, list[BindingKey]] = field(default_factory=lambda: defaultdict(list))
    _binders: defaultdict[BoundRole, set[str]] = field(default_factory=lambda: defaultdict(set))
    _binders_of_group: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _bound: dict[str, frozenset[BoundRole]] = field(default_factory=dict)

    def replace(self, before: Binding | None, now: Binding | None) -> AbstractSet[str]:
        """Store a binding in place of the one before; return the GroupAccesses that it concerns."""
        ended, new = _grants(before), _grants(now)
        concerned = set[str]()
        if before is not None:
            for grant in ended - new:
                concerned |= self.binders(grant) if self._drop(grant, before.key) else NOTHING
        if now is not None:
            for grant in new - ended:
                concerned |= self.binders(grant) if self._put(grant, now.key) else NOTHING
        return concerned

    def others(
        self,
        groups: Iterable[str],
        roles: Iterable[ScopedRole],
        excluded: AbstractSet[BindingKey],
    ) -> Iterator[BindingKey]:
        """Yield the bindings that give one of the groups one of the roles, sorted, each once."""
        roles = tuple(roles)
        lists = (self._keys.get(Grant(each, scoped), ()) for each in groups for scoped in roles)
        for key, _ in groupby(heapq.merge(*filter(None, lists))):
            if key not in excluded:
                yield key

    def track(self, access: str, bound: frozenset[BoundRole]) -> None:
        """Record which roles a GroupAccess binds to which groups; none when it is gone."""
        before = self._bound.pop(access, frozenset())
        for each in before:
            discard(self._binders, each, access)
        for group in {each.group for each in before}:
            discard(self._binders_of_group, group, access)
        if bound:
            self._bound[access] = bound
        for each in bound:
            self._binders[each].add(access)
            self._binders_of_group[each.group].add(access)

    def binders(self, grant: Grant) -> AbstractSet[str]:
        """Return the GroupAccesses that bind a role to a group which this grant gives, too."""
        role = grant.scoped.role
        if role == CLUSTER_ADMIN:
            return self._binders_of_group.get(grant.group, NOTHING)
        if role.kind != CLUSTER_ADMIN.kind:
            return NOTHING
        return self._binders.get(BoundRole(grant.group, role.name), NOTHING)

    def _put(self, grant: Grant, key: BindingKey) -> bool:
        """Store a key; return whether that can change what is said of others."""
        keys = self._keys[grant]
        rank = bisect_left(keys, key)
        keys.insert(rank, key)
        return self._is_counted(rank, len(keys) - 1)

    def _drop(self, grant: Grant, key: BindingKey) -> bool:
        keys = self._keys[grant]
        rank = bisect_left(keys, key)
        del keys[rank]
        if not keys:
            del self._keys[grant]
        return self._is_counted(rank, len(keys))

    @staticmethod
    def _is_counted(rank: int, others: int) -> bool:
        """Return whether somebody names a key of this rank, or counts it among so many others.

        One of them may be the own binding of who tells of others.
        """
        return rank <= MAX_NAMED_BINDINGS or others <= MAX_COUNTED_BINDINGS


def _grants(binding: Binding | None) -> frozenset[Grant]:
    if binding is None:
        return frozenset()
    scoped = ScopedRole(binding.content.role, binding.key.namespace)
    return frozenset(Grant(group, scoped) for group in binding.content.groups)
