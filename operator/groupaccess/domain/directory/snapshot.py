"""A snapshot of a realm: what all of Keycloak's answers say about it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from groupaccess.domain.directory.client import ClaimMapper, Client
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, ById, Question


@dataclass(frozen=True, slots=True)
class NoGroup:
    """No such group."""


@dataclass(frozen=True, slots=True)
class SeveralGroups:
    """Several groups match; `paths` are theirs, sorted."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Realm:
    """What concerns all groups of a directory.

    `directory_id` is the `sub` of the operator's own token: it changes when a realm is re-created.
    Clients that Keycloak does not have are absent; mappers list all strings that they add to
    tokens.
    """

    directory_id: str
    clients: tuple[Client, ...]


@dataclass(frozen=True)
class Snapshot:
    """What is known of a realm: the groups in use, all groups of the same names, and the clients.

    Equal snapshots mean that nothing changed. A snapshot says nothing about other groups: before a
    caller looks for a group, Keycloak must have answered the questions about it.
    """

    directory_id: str
    groups: tuple[Group, ...]
    clients: tuple[Client, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Group]:
        """Index the groups by their ids."""
        return {group.id: group for group in self.groups}

    @cached_property
    def by_reference(self) -> Mapping[str, tuple[Group, ...]]:
        """Index the groups by all that a mapping may declare."""
        return _index(self.groups, lambda group: group.references)

    @cached_property
    def by_claim_value(self) -> Mapping[str, tuple[Group, ...]]:
        """Index the groups by all strings that tokens can carry for them."""
        return _index(self.groups, lambda group: group.possible_claim_values)

    @cached_property
    def by_client_id(self) -> Mapping[str, Client]:
        """Index the clients by their client ids."""
        return {client.client_id: client for client in self.clients}

    def find(self, reference: str) -> Group | NoGroup | SeveralGroups:
        """Return the group with exactly this path or leaf name."""
        match self.by_reference.get(reference, ()):
            case ():
                return NoGroup()
            case (group,):
                return group
            case groups:
                return SeveralGroups(tuple(group.path for group in groups))

    def namesakes(self, group: Group, value: str) -> tuple[Group, ...]:
        """Return the other groups for which tokens can carry this claim value.

        Two groups can even have the same path, since Keycloak allows a slash in a name.
        """
        return tuple(other for other in self.by_claim_value.get(value, ()) if other.id != group.id)

    def in_use(self, references: AbstractSet[str], ids: AbstractSet[str]) -> tuple[Group, ...]:
        """Return the groups with a pinned id, and those that are the only match of a reference."""
        named = [self.by_reference[each] for each in references & self.by_reference.keys()]
        used = {*ids, *[groups[0].id for groups in named if len(groups) == 1]}
        return tuple([group for group in self.groups if group.id in used])


def build_snapshot(
    realm: Realm, answers: Mapping[Question, Answer], strings: Iterable[str] = ()
) -> Snapshot:
    """Combine the answers, the oldest first: for a group that changed, the newest counts.

    Of the values that mappers add to tokens, only the possible claim values of groups and the
    `strings` are kept: any other role may come and go without a change of the snapshot.
    """
    groups: dict[str, Group] = {}
    for question, answer in answers.items():
        if isinstance(question, ById) and not answer.groups:
            groups.pop(question.group_id, None)
        for group in answer.groups:
            groups[group.id] = group
    values = frozenset(strings).union(*(group.possible_claim_values for group in groups.values()))
    clients = (_narrow(client, values) for client in realm.clients)
    return Snapshot(realm.directory_id, tuple(sorted(groups.values())), tuple(clients))


def _index(
    groups: Iterable[Group], texts_of: Callable[[Group], AbstractSet[str]]
) -> Mapping[str, tuple[Group, ...]]:
    index: defaultdict[str, list[Group]] = defaultdict(list)
    for group in sorted(groups):
        for text in texts_of(group):
            index[text].append(group)
    return {text: tuple(found) for text, found in index.items()}


def _narrow(client: Client, values: AbstractSet[str]) -> Client:
    def narrow(mappers: Iterable[ClaimMapper]) -> tuple[ClaimMapper, ...]:
        known = (
            m if m.other_values is None else replace(m, other_values=m.other_values & values)
            for m in mappers
        )
        return tuple(known)

    return replace(
        client, mappers=narrow(client.mappers), optional_mappers=narrow(client.optional_mappers)
    )
