"""What the bindings of the cluster pin of each directory: its groups, and its identity."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.application.state.counts import Counts, change_count, no_counts
from groupaccess.domain.binding import Binding
from groupaccess.domain.identity.former_subjects import former_subjects
from groupaccess.domain.identity.freeze import PinnedGroup, pinned_group


@dataclass
class PinIndex:
    """An index of all our bindings, by directory."""

    _uses: Counts[PinnedGroup] = field(default_factory=no_counts)
    _accounts: Counts[str] = field(default_factory=no_counts)
    _changed: set[str] = field(default_factory=set)
    _formers: Counts[str] = field(default_factory=no_counts)

    def add(self, binding: Binding) -> None:
        """Add a binding."""
        self._count(binding, 1)

    def remove(self, binding: Binding) -> None:
        """Remove a binding, with the same content as when it was added."""
        self._count(binding, -1)

    def _count(self, binding: Binding, by: int) -> None:
        result = pinned_group(binding.key, binding.content)
        if result is None:
            return
        directory, use = result
        self._changed.add(directory)
        change_count(self._uses, directory, use, by)
        for name in former_subjects(binding.content):
            change_count(self._formers, directory, name, by)
        if use.has_subjects:
            change_count(self._accounts, directory, use.directory_id, by)

    def take_changed(self) -> AbstractSet[str]:
        """Return the directories whose pins may have changed since this was called last."""
        changed, self._changed = self._changed, set()
        return changed

    @property
    def directories_with_subjects(self) -> AbstractSet[str]:
        """Return the directories that bindings with subjects name."""
        return self._accounts.keys()

    def accounts(self, directory: str) -> AbstractSet[str]:
        """Return the operator's accounts that bindings with subjects name in a directory."""
        return frozenset(self._accounts.get(directory, ())) - {""}

    def former_subjects(self, directory: str) -> Collection[str]:
        """Return the former subjects of a directory that are bound, each once."""
        return self._formers.get(directory, {}).keys()

    def of_directory(self, directory: str) -> Collection[PinnedGroup]:
        """Return what is pinned in a directory, each once."""
        return self._uses.get(directory, {}).keys()
