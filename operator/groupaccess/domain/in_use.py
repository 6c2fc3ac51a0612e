"""What is asked of a directory, and by which names its groups are looked up."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InUse:
    """The groups that GroupAccesses refer to, as they are declared, and the ids that are pinned."""

    references: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Return the names that groups with these references may have, but for a slash in them."""
        return leaf_names(self.references)


def leaf_names(texts: Iterable[str]) -> frozenset[str]:
    """Return the names without a slash that a group may have whose path or name is a text.

    Blank ones are left out: Keycloak has no group without a name.
    """
    leaves = (text.rpartition("/")[2] for text in texts)
    return frozenset(leaf for leaf in leaves if leaf.strip())
