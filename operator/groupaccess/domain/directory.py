"""A realm as the directory of groups: what is known of it, and how a group is found in it."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from groupaccess.domain.clients import Client
from groupaccess.domain.reasons import Reason


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A Keycloak group. `path` is the API's own text, since tokens carry the same."""

    path: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No such group."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several groups fit; `paths` are theirs, sorted."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Realm:
    """What concerns all groups of a directory.

    `identity` is the `sub` of the operator's own token: it changes when a realm is made anew.
    Clients that Keycloak does not have are absent; mappers name all that they add to tokens.
    """

    identity: str
    clients: tuple[Client, ...]


@dataclass(frozen=True)
class Snapshot:
    """What is known of a realm: groups in use, all that are called the same, and the clients.

    Equal snapshots mean that nothing changed. Of any other group it says nothing: whoever asks for
    one makes sure first that Keycloak has answered the questions about it.
    """

    identity: str
    groups: tuple[Group, ...]
    clients: tuple[Client, ...]

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
        """Return the group that a path or a leaf name means, letter for letter."""
        match self.by_reference.get(reference, ()):
            case ():
                return Missing()
            case (group,):
                return group
            case groups:
                return Ambiguous(tuple(group.path for group in groups))

    def namesakes(self, group: Group, text: str) -> tuple[Group, ...]:
        """Return the other groups that have this text as path or leaf name.

        Two groups can even have the same path, since Keycloak allows a slash in a name.
        """
        return tuple(other for other in self.by_reference.get(text, ()) if other.id != group.id)

    def in_use(self, references: AbstractSet[str], ids: AbstractSet[str]) -> tuple[Group, ...]:
        """Return those that are meant: by a pinned id, or by a reference that fits no other."""
        named = (self.by_reference.get(reference, ()) for reference in references)
        alone = {found[0].id for found in named if len(found) == 1}
        return tuple(group for group in self.groups if group.id in ids | alone)


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
    """What is known of a directory, and what went wrong since with all of it.

    A failure beside a snapshot means that the snapshot stays in force and new grants wait.
    `read_at` is when the last round of questions ended without one. `gone` are pinned ids that
    Keycloak answered to have no more, with the time since when, once a round has answered for every
    pinned id.
    """

    snapshot: Snapshot | None = None
    failure: Failure | None = None
    read_at: datetime | None = field(default=None, compare=False)
    gone: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def stale_since(self) -> datetime | None:
        """Return since when the snapshot is in force although newer readings failed."""
        return None if self.failure is None or self.snapshot is None else self.read_at


@dataclass(frozen=True, slots=True)
class Gap:
    """What a mapping lacks: an answer to one of its own questions.

    The `failure` says why; None while it was not asked yet. If it was `answered` before, that
    answer stays in force, and new grants wait.
    """

    failure: Failure | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """What somebody may have meant who named a group that is not there.

    `near` are at most three spellings that exist; `role` tells that a realm role has that name.
    """

    near: tuple[str, ...] = ()
    role: bool = False
