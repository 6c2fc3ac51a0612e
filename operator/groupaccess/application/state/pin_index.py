"""What the bindings of the cluster pin of each directory: its groups, and its identity."""

from collections import Counter, defaultdict
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.domain.binding import Binding
from groupaccess.domain.identity.former_subjects import former_subjects
from groupaccess.domain.identity.freeze import PinnedGroup, pinned_group


@dataclass
class PinIndex:
    """An index of all our bindings, by directory."""

    _uses: defaultdict[str, Counter[PinnedGroup]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    _granting: Counter[str] = field(default_factory=Counter)
    _formers: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, binding: Binding) -> None:
        """Add a binding."""
        result = pinned_group(binding.key, binding.content)
        if result is not None:
            directory, use = result
            self._uses[directory][use] += 1
            for name in former_subjects(binding.content):
                self._formers[directory][name] += 1
            self._granting[directory] += use.has_subjects

    def remove(self, binding: Binding) -> None:
        """Remove a binding, with the same content as when it was added."""
        result = pinned_group(binding.key, binding.content)
        if result is not None:
            directory, use = result
            self._uses[directory][use] -= 1
            for name in former_subjects(binding.content):
                self._formers[directory][name] -= 1
                if not self._formers[directory][name]:
                    del self._formers[directory][name]
            if not self._formers[directory]:
                del self._formers[directory]
            if not self._uses[directory][use]:
                del self._uses[directory][use]
            if not self._uses[directory]:
                del self._uses[directory]
            self._granting[directory] -= use.has_subjects
            if not self._granting[directory]:
                del self._granting[directory]

    @property
    def directories_with_subjects(self) -> AbstractSet[str]:
        """Return the directories that bindings with subjects name."""
        return self._granting.keys()

    def former_subjects(self, directory: str) -> Collection[str]:
        """Return the former subjects of a directory that are bound, each once."""
        return self._formers[directory].keys() if directory in self._formers else ()

    def of_directory(self, directory: str) -> Collection[PinnedGroup]:
        """Return what is pinned in a directory, each once."""
        return self._uses[directory].keys() if directory in self._uses else ()
