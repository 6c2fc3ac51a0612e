"""What the bindings of one GroupAccess bound until now, as far as each source is trusted."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.binding import (
    SYSTEM_PREFIX,
    Annotation,
    Binding,
    BindingContent,
    BindingKey,
    RoleRef,
)
from groupaccess.domain.bindings.group_reading import BoundGroup, GroupReading
from groupaccess.domain.directory.group import Group
from groupaccess.domain.identity.former_subjects import (
    FormerSubjects,
    former_subjects,
    merge_former,
)
from groupaccess.domain.identity.pins import Pin


@dataclass(frozen=True, slots=True)
class EarlierGrant:
    """What was bound for a group: the `subjects` of its tokens, and its `former` subjects.

    `path` and `name` are those that the group had then.
    """

    path: str
    name: str
    subjects: frozenset[str]
    former: FormerSubjects

    @classmethod
    @lru_cache(maxsize=1024)  # in thousands of namespaces an object has one content
    def from_applied(cls, content: BindingContent) -> "EarlierGrant":
        """Read content that the operator itself applied."""
        formers = former_subjects(content)
        _, declared = content.declared_group
        path = content.annotation(Annotation.GROUP_PATH) or declared or ""
        name = content.annotation(Annotation.GROUP_NAME) or path.rpartition("/")[2]
        return cls(path, name, frozenset(content.groups) - formers.keys(), formers)

    @classmethod
    def from_cluster(cls, content: BindingContent) -> "EarlierGrant":
        """Read a binding that others may have edited since it was written.

        The prefix with which its subjects were written is not known: that may be edited, too. So
        only subjects that end with what tokens could carry for the group count.
        """
        before = cls.from_applied(content)
        values = tuple(before.group().possible_claim_values)
        fits = (text for text in before.subjects if text.endswith(values))
        plausible = frozenset(text for text in fits if not text.startswith(SYSTEM_PREFIX))
        return before.restrict_to(plausible | before.former.keys())

    def group(self, group_id: str = "") -> Group:
        """Return the group as it was then."""
        return Group(self.path, self.name, group_id)

    @property
    def identity(self) -> Hashable:
        """Return a key that is equal for equal grants."""
        return self.path, self.name, frozenset(self.subjects), frozenset(self.former.items())

    def restrict_to(self, names: AbstractSet[str]) -> "EarlierGrant":
        """Return the part of the grant whose subjects are in `names`."""
        formers = {name: item for name, item in self.former.items() if name in names}
        return replace(self, subjects=self.subjects & names, former=formers)

    def with_known_ends(self, formers: FormerSubjects) -> "EarlierGrant":
        """Return the grant with ends that are already decided for what it binds."""
        if not formers:
            return self
        bound = self.subjects | self.former.keys()
        known = {name: formers[name] for name in formers.keys() & bound}
        every = merge_former([self.former, known])
        return replace(self, subjects=self.subjects - every.keys(), former=every)


@dataclass(frozen=True, slots=True)
class GrantMemory:
    """What is remembered beside the content that was applied.

    `pending` is content that the API server has not acknowledged yet. `ends` are those that were
    decided since the start, for former subjects that are still bound. `readings` are what is known
    of the groups of the bindings: nobody else is bound anew while nothing is read.
    """

    pending: Mapping[BindingKey, BindingContent] = field(default_factory=dict)
    ends: Mapping[BindingKey, FormerSubjects] = field(default_factory=dict)
    readings: Mapping[BoundGroup, GroupReading] = field(default_factory=dict)

    def reading(self, content: BindingContent) -> GroupReading | None:
        """Return what is known of the group for which a binding was written."""
        group = BoundGroup.of(content)
        return self.readings.get(group) if group else None


NO_MEMORY = GrantMemory()


def bound_groups(binding: Binding | None, content: BindingContent) -> frozenset[str]:
    """Return the subjects that a binding has now, if it has the role of a content."""
    same_role = binding is not None and binding.content.role == content.role
    return frozenset(binding.content.groups) if binding is not None and same_role else frozenset()


def subjects_still_carried(
    reading: GroupReading, content: BindingContent, before: EarlierGrant
) -> frozenset[str]:
    """Return the subjects of a binding that its group has by what was read last."""
    current = reading.gives(content)
    known = before.subjects if current is None else current
    return (known | before.former.keys()) - reading.taken


@dataclass(frozen=True, slots=True)
class BindingHistory:
    """The bindings with the reserved names of a GroupAccess.

    `directory` is the declared one, `directories` are all in which a declared name means the same
    group. `respelled` maps the declared spelling of a group to its former one, `pins` the declared
    group to its pin. `existing` are the bindings in the cluster, `applied` is the content that the
    API server acknowledged last of each, `memory` what else is remembered.
    """

    directory: str
    directories: AbstractSet[str]
    respelled: Mapping[str, str]
    pins: Mapping[str, Pin]
    existing: Mapping[BindingKey, Binding]
    applied: Mapping[BindingKey, BindingContent]
    memory: GrantMemory
    _written: dict[tuple[str, str], dict[Hashable, EarlierGrant]] = field(default_factory=dict)
    _placed: dict[str, list[BindingKey]] = field(default_factory=dict)

    def is_for(self, mapping: AccessMapping, content: BindingContent) -> bool:
        """Tell whether a binding was made for the mapping's directory and group."""
        directory, group = content.declared_group
        return directory in self.directories and group in self.spellings(mapping)

    def is_same_group(self, mapping: AccessMapping, content: BindingContent) -> bool:
        """Tell whether a binding's subjects may be bound anew for the mapping, unread.

        What was bound for another id than the declared or the pinned one was not bound for this
        group, unless it followed that one under `onReplaced: Warn`. The ids of another directory
        say nothing of this one's.
        """
        if not self.is_for(mapping, content):
            return False
        directory, _ = content.declared_group
        group_id, own = content.annotation(Annotation.GROUP_ID), directory == self.directory
        if mapping.group_id is not None:
            return own and group_id == mapping.group_id
        pin = self.pins.get(mapping.group)
        ids = {group_id, content.annotation(Annotation.REPLACED_ID)}
        return not own or pin is None or group_id is None or pin.group_id in ids

    def spellings(self, mapping: AccessMapping) -> AbstractSet[str]:
        """Return the declared spelling of the group, and its former ones."""
        before = (before for now, before in self.respelled.items() if now == mapping.group)
        return {mapping.group, *before}

    def last_content(self, key: BindingKey) -> BindingContent | None:
        """Return the applied content; if nothing was applied since the start, the existing one."""
        binding, applied = self.existing.get(key), self.applied.get(key)
        return binding.content if applied is None and binding is not None else applied

    def earlier_grant(self, key: BindingKey, content: BindingContent) -> EarlierGrant:
        """Read a binding, with the ends that are decided for it and not acknowledged yet."""
        ours = content == self.applied.get(key)
        before = EarlierGrant.from_applied(content) if ours else EarlierGrant.from_cluster(content)
        return before.with_known_ends(self._pending_formers(key))

    def movable(self, key: BindingKey, content: BindingContent) -> EarlierGrant:
        """Return the part of a binding that may be bound elsewhere by what was read last."""
        before, reading = self.earlier_grant(key, content), self.memory.reading(content)
        if reading is None:
            return before
        if not reading.may_move:
            return before.restrict_to(frozenset())
        return before.restrict_to(subjects_still_carried(reading, content, before))

    def repairable(self, key: BindingKey, content: BindingContent) -> EarlierGrant:
        """Return what drift may be repaired to by what was read last: nobody else is bound anew."""
        before, reading = self.earlier_grant(key, content), self.memory.reading(content)
        if reading is None:
            return before
        bound = bound_groups(self.existing.get(key), content)
        if not reading.may_return:
            return before.restrict_to(bound)
        return before.restrict_to(bound | subjects_still_carried(reading, content, before))

    def earlier_grants(
        self, mapping: AccessMapping, key: BindingKey, role: RoleRef, group_id: str
    ) -> Iterator[EarlierGrant]:
        """Yield what was bound for a group: by this binding, or if new, by the object's others.

        An existing binding that was not applied since the start may have been edited: it only
        counts for the same `role`, and in the same namespace unless it is cluster-wide.
        """
        own = [*self._of_group(mapping, [key], group_id)]
        if own:
            yield from own
            return
        yield from self._applied_of(mapping, group_id)
        near = (other for place in {"", key.namespace} for other in self._unapplied(place))
        there = (other for other in near if self.existing[other].content.role == role)
        yield from self._of_group(mapping, sorted(there), group_id)
        waiting = self.memory.pending.get(key)
        if waiting is not None and self._is_of(mapping, waiting, group_id):
            yield replace(EarlierGrant.from_applied(waiting), subjects=frozenset())

    def _applied_of(self, mapping: AccessMapping, group_id: str) -> Iterable[EarlierGrant]:
        """Return what the operator applied for a group, each grant once: most are equal."""
        known = mapping.name, group_id
        if known not in self._written:
            result = self._of_group(mapping, sorted(self.applied), group_id)
            self._written[known] = {each.identity: each for each in result}
        return self._written[known].values()

    def _unapplied(self, namespace: str) -> Iterable[BindingKey]:
        """Return the existing bindings of a namespace that were not applied since the start."""
        if not self._placed:
            for key in self.existing.keys() - self.applied.keys():
                self._placed.setdefault(key.namespace, []).append(key)
            self._placed.setdefault("", [])
        return self._placed.get(namespace, ())

    def _of_group(
        self, mapping: AccessMapping, keys: Iterable[BindingKey], group_id: str
    ) -> Iterator[EarlierGrant]:
        for key in keys:
            content = self.last_content(key)
            if content is not None and self._is_of(mapping, content, group_id):
                yield self.earlier_grant(key, content)

    def _is_of(self, mapping: AccessMapping, content: BindingContent, group_id: str) -> bool:
        return self.is_for(mapping, content) and content.annotation(Annotation.GROUP_ID) == group_id

    def _pending_formers(self, key: BindingKey) -> FormerSubjects:
        waiting = self.memory.pending.get(key)
        unwritten = {} if waiting is None else former_subjects(waiting)
        return merge_former([unwritten, self.memory.ends.get(key, {})])
