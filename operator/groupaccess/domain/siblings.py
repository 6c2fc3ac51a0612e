"""Other directories: kube-apiserver takes a string for the same group, whichever realm sent it."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from groupaccess.domain.carried import reachable, values_of
from groupaccess.domain.claims import claim, given_by_others
from groupaccess.domain.directory import Failure, Group, Snapshot, changed_references
from groupaccess.domain.in_use import leaf_names
from groupaccess.domain.model import Directory
from groupaccess.domain.reasons import Reason, advise


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another directory, as it was read last. It is `stale` while it cannot be read."""

    directory: Directory
    snapshot: Snapshot
    stale: bool = False

    def answers(self, strings: Iterable[str]) -> bool:
        """Tell whether all is known of it that can be now: the names were looked up, if need be."""
        looked_up = self.snapshot.looked_up
        return self.stale or looked_up is None or names(self.directory, strings) <= looked_up.names

    @property
    def strings(self) -> frozenset[str]:
        """Return what kube-apiserver may see in tokens of its groups, and of roles beside them."""
        mappers = (m for c in self.snapshot.clients for m in (*c.mappers, *c.optional))
        added = (text for mapper in mappers for text in mapper.adds or ())
        return self._prefixed((*self.snapshot.by_reference, *added))

    def changed(self, before: "Sibling | None") -> frozenset[str]:
        """Return the strings that others may carry by it now and did not before, or no longer."""
        if before is None:
            return self.strings
        references = changed_references(before.snapshot, self.snapshot)
        if references is None or _read_by(self.directory) != _read_by(before.directory):
            return self.strings | before.strings
        return self._prefixed(references)

    def _prefixed(self, texts: Iterable[str]) -> frozenset[str]:
        return frozenset(self.directory.groups_prefix + text for text in texts)


def values(directory: Directory, strings: Iterable[str]) -> frozenset[str]:
    """Return what tokens have to carry so that kube-apiserver sees one of these strings."""
    prefix = directory.groups_prefix
    return frozenset(s.removeprefix(prefix) for s in strings if s.startswith(prefix))


def names(directory: Directory, strings: Iterable[str]) -> frozenset[str]:
    """Return the names to look up, to see who carries one of these strings."""
    return leaf_names(values(directory, strings))


def collision_elsewhere(
    group: Group, subjects: Iterable[str], directory: Directory, siblings: Iterable[Sibling]
) -> Failure | None:
    """Tell whether tokens of another directory carry one of the strings, for other people.

    The same group of the same realm, which is declared twice, is no collision.
    """
    strings = frozenset(subjects)
    for sibling in siblings:
        own = group.id if sibling.directory.issuer == directory.issuer else None
        for fact in _facts(sibling, values(sibling.directory, strings), own):
            return Failure(Reason.CLAIM_COLLISION, advise(Reason.CLAIM_COLLISION, fact))
    return None


def _read_by(directory: Directory) -> tuple[object, ...]:
    of = directory
    return of.issuer, of.groups_claim, of.groups_prefix, of.clients


def _facts(sibling: Sibling, wanted: AbstractSet[str], own: str | None) -> Iterator[str]:
    of, known = f'directory "{sibling.directory.name}"', sibling.snapshot.by_reference
    for value in sorted(wanted):
        named = (group for group in known.get(value, ()) if group.id != own)
        others = [group.path for group in named if value in _carried(group, sibling)]
        if others:
            yield f'tokens of {of} carry "{value}" for {", ".join(others)}, too'
    for fact in given_by_others(wanted, sibling.directory, sibling.snapshot):
        yield f"{of}: {fact}"


def _carried(group: Group, sibling: Sibling) -> frozenset[str]:
    """Return what members of its group carry, or would if their login asked for more scopes."""
    of, snapshot = sibling.directory, sibling.snapshot
    claimed = claim(group, of, snapshot)
    found = values(of, () if isinstance(claimed, Failure) else claimed.subjects)
    for wanted in of.clients:
        client = snapshot.by_client_id.get(wanted.client_id)
        if client is not None and client.enabled:
            found |= values_of(group, reachable(client, wanted, of.groups_claim))
    return found
