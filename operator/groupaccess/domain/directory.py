"""A realm as the directory of groups: what was read of it, and how a group is found in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property

from groupaccess.domain.clients import Client
from groupaccess.domain.in_use import InUse
from groupaccess.domain.reasons import Reason

SUGGESTIONS = 3


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A Keycloak group. `path` is the API's own text, since tokens carry the same."""

    path: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No such group; `near` are at most three spellings that exist."""

    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several groups fit; `paths` are theirs, sorted."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Snapshot:
    """One complete reading of what is asked of a realm, and of the clients the directory names.

    `identity` is the `sub` of the operator's own token: it changes when a realm is made anew.
    Clients that Keycloak does not have are absent. Equal snapshots mean that nothing changed.

    Where the realm was read whole, `looked_up` is None. Else the groups of these references and
    ids were looked up, with all that are called the same: any other reference is unknown, never
    missing, and some other groups are there only to be suggested. `counted` is the realm's size.
    """

    identity: str
    groups: tuple[Group, ...]
    clients: tuple[Client, ...]
    looked_up: InUse | None = None
    counted: int | None = None

    @property
    def size(self) -> int:
        """Return how many groups the realm has."""
        return len(self.groups) if self.counted is None else self.counted

    def knows(self, reference: str) -> bool:
        """Tell whether `find` has an answer for a path or a leaf name."""
        return self.looked_up is None or reference in self.looked_up.references

    @cached_property
    def by_id(self) -> Mapping[str, Group]:
        """Index the groups by their ids."""
        return {group.id: group for group in self.groups}

    @cached_property
    def by_reference(self) -> Mapping[str, tuple[Group, ...]]:
        """Index the groups by all that a mapping may write: the path, and the leaf name."""
        index: defaultdict[str, list[Group]] = defaultdict(list)
        for group in sorted(self.groups):
            for reference in {group.path, group.name}:
                index[reference].append(group)
        return {reference: tuple(groups) for reference, groups in index.items()}

    @cached_property
    def by_client_id(self) -> Mapping[str, Client]:
        """Index the clients."""
        return {client.client_id: client for client in self.clients}

    def find(self, reference: str) -> Group | Missing | Ambiguous:
        """Return the group that a path or a leaf name means, letter for letter.

        Raise LookupError for one that is not known: that it was not looked up says nothing of it.
        """
        if not self.knows(reference):
            raise LookupError(f"{reference!r} was not looked up")
        match self.by_reference.get(reference, ()):
            case ():
                return Missing(self._near(reference))
            case (group,):
                return group
            case groups:
                return Ambiguous(tuple(group.path for group in groups))

    def namesakes(self, group: Group, text: str) -> tuple[Group, ...]:
        """Return the other groups that have this text as path or leaf name.

        Two groups can even have the same path, since Keycloak allows a slash in a name.
        """
        return tuple(other for other in self.by_reference.get(text, ()) if other.id != group.id)

    def _near(self, reference: str) -> tuple[str, ...]:
        wanted = _loose(reference)
        as_path = reference.startswith("/")
        spellings = [group.path if as_path else self._shortest(group) for group in self.groups]
        same = sorted(
            {
                spelling
                for spelling, group in zip(spellings, self.groups, strict=True)
                if wanted in (_loose(group.path), _loose(group.name))
            }
        )
        return tuple(same[:SUGGESTIONS]) or tuple(
            get_close_matches(reference, sorted(set(spellings)), n=SUGGESTIONS, cutoff=0.7)
        )

    def _shortest(self, group: Group) -> str:
        unique = self.looked_up is None and len(self.by_reference[group.name]) == 1
        return group.name if unique else group.path


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something did not work, in words that stay the same while it lasts.

    `passing` tells that it is tried again and may come by itself, whatever is usual for the reason.
    """

    reason: Reason
    message: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a directory: its last complete snapshot, and what went wrong since.

    A failure beside a snapshot means that the snapshot stays in force and new grants wait.
    `read_at` is when the snapshot was read. `gone` are pinned ids that the snapshot lacks, and that
    Keycloak confirmed to have no more, with the time since when.
    """

    snapshot: Snapshot | None = None
    failure: Failure | None = None
    read_at: datetime | None = field(default=None, compare=False)
    gone: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def stale_since(self) -> datetime | None:
        """Return when the snapshot was read that is in force although newer readings failed."""
        return None if self.failure is None or self.snapshot is None else self.read_at


def groups_in_use(groups: Iterable[Group], used: InUse) -> tuple[Group, ...]:
    """Return those that are meant: by a pinned id, or by a reference that fits no other."""
    known = tuple(groups)
    called: defaultdict[str, list[Group]] = defaultdict(list)
    for group in known:
        for reference in used.references & {group.path, group.name}:
            called[reference].append(group)
    alone = {found[0].id for found in called.values() if len(found) == 1}
    return tuple(group for group in known if group.id in used.ids | alone)


def changed_references(old: Snapshot | None, new: Snapshot) -> frozenset[str] | None:
    """Return the paths and leaf names that mean something else now; None for all of them.

    A group also means something else when another one that is called the same comes or goes.
    """
    if old is None or (old.identity, old.clients) != (new.identity, new.clients):
        return None
    changed = _references(frozenset(old.groups) ^ frozenset(new.groups))
    namesakes = (group for group in new.groups if {group.path, group.name} & changed)
    return changed | _references(namesakes)


def _references(groups: Iterable[Group]) -> frozenset[str]:
    return frozenset(reference for group in groups for reference in (group.path, group.name))


def _loose(reference: str) -> str:
    return reference.strip("/").casefold()
