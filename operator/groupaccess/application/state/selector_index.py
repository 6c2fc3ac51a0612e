"""Which GroupAccesses select a namespace: found by one label that their selector requires."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from groupaccess.domain.access.namespace_scope import LabelOperator, NamespaceScope


class RequiredLabel(NamedTuple):
    """A label that a namespace must have, with this value, or with any if that is None."""

    key: str
    value: str | None = None


NO_LABEL = RequiredLabel("")  # of selectors that only exclude labels
NOTHING: frozenset[str] = frozenset()


@dataclass
class SelectorIndex:
    """An index of selectors, so that a namespace is compared only with those that may match."""

    _scopes: dict[str, tuple[NamespaceScope, ...]] = field(default_factory=dict)
    _by_label: defaultdict[RequiredLabel, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, access: str, scopes: tuple[NamespaceScope, ...]) -> None:
        """Add the scopes of a GroupAccess that have selectors."""
        self.remove(access)
        self._scopes[access] = scopes
        for label in _labels(scopes):
            self._by_label[label].add(access)

    def remove(self, access: str) -> None:
        """Remove a GroupAccess, if it has selectors."""
        for label in _labels(self._scopes.pop(access, ())):
            self._by_label[label].discard(access)
            if not self._by_label[label]:
                del self._by_label[label]

    def selecting(self, *labels: Mapping[str, str]) -> AbstractSet[str]:
        """Return the GroupAccesses that select a namespace with some of these labels."""
        return {
            access
            for each in labels
            for access in self._candidates(each)
            if any(scope.selects(each) for scope in self._scopes[access])
        }

    def _candidates(self, labels: Mapping[str, str]) -> AbstractSet[str]:
        keys = [RequiredLabel(*each) for each in labels.items()]
        keys += [NO_LABEL, *map(RequiredLabel, labels)]
        return frozenset().union(*(self._by_label.get(each, NOTHING) for each in keys))


def _labels(scopes: tuple[NamespaceScope, ...]) -> set[RequiredLabel]:
    return {label for scope in scopes for label in _required(scope)}


def _required(scope: NamespaceScope) -> Iterator[RequiredLabel]:
    """Yield the labels of which a selected namespace has one."""
    for requirement in scope.requirements:
        if requirement.operator is LabelOperator.IN:
            yield from (RequiredLabel(requirement.key, value) for value in requirement.values)
            return
        if requirement.operator is LabelOperator.EXISTS:
            yield RequiredLabel(requirement.key)
            return
    yield NO_LABEL
