"""Several directories: only the prefix tells kube-apiserver whose group a string is."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

CHANGE_PREFIX = "Give one of the two directories another spec.tokens.groupsPrefix."
UNKNOWN_AGE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PeerPrefixes:
    """What the `groupsPrefix` of other directories means for one directory.

    `conflict` says why it grants nothing new: a directory with precedence has the same prefix.
    `nested` are (directory name, prefix) pairs of other issuers; the directory's own strings must
    not begin with these prefixes. `others` are all prefixes of other issuers' directories that are
    no partners. `partners` are the names of directories whose equal names mean equal groups:
    subjects that were bound by one of them stay until this directory knows the group.
    """

    conflict: Failure | None = None
    nested: tuple[tuple[str, str], ...] = ()
    others: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()

    def own_now(self, subject: str, own: str, bare: AbstractSet[str]) -> bool:
        """Tell whether a subject with a former prefix may be another directory's now.

        `own` is this directory's prefix now. Only claim values without a prefix (`bare`) may belong
        to a directory without one: any string begins with an empty prefix.
        """
        others = self.others if subject in bare else self.others - {""}
        return not subject.startswith(own) and subject.startswith(tuple(others))

    def find_prefix_collision(self, subjects: Iterable[str]) -> Failure | None:
        """Return a failure if tokens of another directory may carry one of the strings."""
        for subject in sorted(subjects):
            for name, prefix in self.nested:
                if subject.startswith(prefix):
                    fact = (
                        f'"{subject}" begins with "{prefix}", the groupsPrefix of '
                        f'KeycloakDirectory "{name}". To kube-apiserver it is the same as group '
                        f'"{subject.removeprefix(prefix)}" of that directory'
                    )
                    return Failure.of(Reason.CLAIM_COLLISION, fact, CHANGE_PREFIX)
        return None


def compare_prefixes(
    name: str, directories: Mapping[str, Directory], bound: AbstractSet[str]
) -> PeerPrefixes:
    """Compare a directory with the others; `bound` are those that bindings with subjects name.

    Directories of one issuer are one realm: they may have the same prefix.
    """
    own, partners = directories.get(name), _partners(name, directories)
    if own is None:
        return PeerPrefixes(partners=partners)
    foreign = [each for each in directories.values() if each.issuer != own.issuer]
    return PeerPrefixes(
        _conflict(own, [each for each in foreign if each.name not in partners], bound),
        tuple(sorted((each.name, each.groups_prefix) for each in foreign if _nests(each, own))),
        frozenset(each.groups_prefix for each in foreign if each.name not in partners),
        partners,
    )


def _partners(name: str, directories: Mapping[str, Directory]) -> frozenset[str]:
    """Return the directories that list this one and that it lists, as far as both exist.

    If one does not exist, the other's list is enough: a move begins before the new directory
    exists, or ends after the old one is deleted.
    """
    own = directories.get(name)
    listing = {each.name for each in directories.values() if name in each.shares_prefix_with}
    if own is None:
        return frozenset(listing)
    missing = own.shares_prefix_with - directories.keys()
    return frozenset(own.shares_prefix_with & listing | missing) - {name}


def _nests(other: Directory, own: Directory) -> bool:
    """Tell whether a string of `own` may begin with the prefix of `other`."""
    mine, theirs = own.groups_prefix, other.groups_prefix
    return bool(theirs) and theirs != mine and (theirs.startswith(mine) or mine.startswith(theirs))


def _conflict(
    own: Directory, foreign: Iterable[Directory], bound: AbstractSet[str]
) -> Failure | None:
    """Return a failure if a directory with the same prefix has precedence over `own`."""
    own_rank = _precedence(own, bound)
    rivals = (each for each in foreign if each.groups_prefix == own.groups_prefix)
    first = min(rivals, key=lambda each: _precedence(each, bound), default=None)
    if first is None or own_rank < _precedence(first, bound):
        return None
    fact = (
        f'KeycloakDirectory "{own.name}" has the same spec.tokens.groupsPrefix '
        f'"{own.groups_prefix}" as KeycloakDirectory "{first.name}" of another realm '
        f"({first.issuer}). kube-apiserver cannot distinguish their groups, so only "
        f'"{first.name}" may grant new access, {_precedence_cause(first, own, bound)}'
    )
    return Failure.of(Reason.PREFIX_SHARED, fact)


def _precedence(directory: Directory, bound: AbstractSet[str]) -> tuple[bool, datetime, str]:
    """Return a sort key: by bindings that name the directory, then by age, then by name.

    Bindings come before age, since a restore changes the age of objects.
    """
    unbound = directory.name not in bound
    return unbound, directory.created or UNKNOWN_AGE, directory.name


def _precedence_cause(first: Directory, own: Directory, bound: AbstractSet[str]) -> str:
    if first.name in bound and own.name not in bound:
        return "because bindings name it"
    return "because it is older" if first.created != own.created else "because its name comes first"
