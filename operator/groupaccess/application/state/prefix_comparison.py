"""What the prefixes of all directories mean for each other, compared when one of them changes."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.tokens.prefixes import PeerPrefixes, compare_prefixes

NO_PEERS = PeerPrefixes()


@dataclass
class PrefixComparison:
    """The last comparison of all directories; each with each, so it is kept."""

    _results: dict[str, PeerPrefixes] = field(default_factory=dict)
    _bound: AbstractSet[str] = frozenset()

    def of(self, name: str) -> PeerPrefixes:
        """Return what the prefixes of others mean for a directory."""
        return self._results.get(name, NO_PEERS)

    def is_of(self, bound: AbstractSet[str]) -> bool:
        """Tell whether the last comparison was with these directories that have subjects."""
        return self._bound == bound

    def update(self, directories: Mapping[str, Directory], bound: AbstractSet[str]) -> list[str]:
        """Compare anew; return the names of those for which something else follows, sorted.

        `bound` are the directories that bindings with subjects name. A directory that does not
        exist is compared, too, if another one lists it.
        """
        self._bound, before = frozenset(bound), self._results
        listed = {name for each in directories.values() for name in each.shares_prefix_with}
        self._results = {
            name: compare_prefixes(name, directories, bound) for name in listed | directories.keys()
        }
        names = before.keys() | self._results.keys()
        return sorted(name for name in names if before.get(name) != self._results.get(name))
