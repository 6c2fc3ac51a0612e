"""What the bindings of one GroupAccess bound until now, as far as each source of it is believed."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.binding import RESERVED, Binding, BindingKey, Content, RoleRef
from groupaccess.domain.identity.former_subjects import Formers, former_subjects, merged


@dataclass(frozen=True, slots=True)
class Before:
    """What was bound for a group: the `subjects` of its tokens, and those that were former already.

    `path` and `name` are the group's then.
    """

    path: str
    name: str
    subjects: frozenset[str]
    formers: Formers

    @classmethod
    def applied(cls, content: Content) -> "Before":
        """Read what the operator wrote itself."""
        formers = former_subjects(content)
        path = content.annotation("group-path") or content.annotation("group") or ""
        name = content.annotation("group-name") or path.rpartition("/")[2]
        return cls(path, name, frozenset(content.groups) - formers.keys(), formers)

    @classmethod
    def standing(cls, content: Content) -> "Before":
        """Read a binding that others may have edited since it was written.

        With which prefix its subjects were written nobody knows: that may be edited, too.
        """
        before = cls.applied(content)
        names = (before.path, before.name)
        fits = (text for text in before.subjects if text.endswith(names))
        plausible = frozenset(text for text in fits if not text.startswith(RESERVED))
        return before.only(plausible | before.formers.keys())

    @property
    def identity(self) -> Hashable:
        """Return the same for what says the same."""
        return self.path, self.name, frozenset(self.subjects), frozenset(self.formers.items())

    def only(self, names: AbstractSet[str]) -> "Before":
        """Return what of it is among some subjects."""
        formers = {name: one for name, one in self.formers.items() if name in names}
        return replace(self, subjects=self.subjects & names, formers=formers)

    def decided(self, formers: Formers) -> "Before":
        """Take in ends that were decided already, of what is bound here."""
        bound = self.subjects | self.formers.keys()
        known = {name: one for name, one in formers.items() if name in bound}
        every = merged([self.formers, known])
        return replace(self, subjects=self.subjects - every.keys(), formers=every)


@dataclass(frozen=True, slots=True)
class Bindings:
    """The bindings that bear the names of a GroupAccess.

    `directories` are those whose groups of a declared name are meant. `edited` are groups that are
    only spelled otherwise than before: as declared now, and before. `standing` is what is there,
    `applied` what the API server acknowledged last of each, `pending` what it did not acknowledge
    yet. `ends` are those that were decided since the start, for what is still bound.
    """

    directories: AbstractSet[str]
    edited: Mapping[str, str]
    standing: Mapping[BindingKey, Binding]
    applied: Mapping[BindingKey, Content]
    pending: Mapping[BindingKey, Content]
    ends: Mapping[BindingKey, Formers]
    _written: dict[tuple[str, str], dict[Hashable, Before]] = field(default_factory=dict)
    _placed: dict[str, list[BindingKey]] = field(default_factory=dict)

    def are_for(self, mapping: AccessMapping, content: Content) -> bool:
        """Tell whether a binding was made for what is declared."""
        directory, group = content.annotation("directory"), content.annotation("group")
        return directory in self.directories and group in self.spelled(mapping)

    def spelled(self, mapping: AccessMapping) -> AbstractSet[str]:
        """Return how the group is declared, and was before somebody spelled it otherwise."""
        before = (before for now, before in self.edited.items() if now == mapping.group)
        return {mapping.group, *before}

    def last(self, key: BindingKey) -> Content | None:
        """Return what was applied, or what stands where nothing was since the start."""
        stands, applied = self.standing.get(key), self.applied.get(key)
        return stands.content if applied is None and stands is not None else applied

    def before(self, key: BindingKey, content: Content) -> Before:
        """Read a binding, with the ends that were decided for it and not acknowledged yet."""
        ours = content == self.applied.get(key)
        before = Before.applied(content) if ours else Before.standing(content)
        return before.decided(self._pending_formers(key))

    def of_group(
        self, mapping: AccessMapping, key: BindingKey, role: RoleRef, group_id: str
    ) -> Iterator[Before]:
        """Yield what was bound for a group: here, or of a new binding by others of the object.

        What only stands may be edited: it gives no other right in no other place than it gives.
        """
        own = [*self._of_group(mapping, [key], group_id)]
        if own:
            yield from own
            return
        yield from self._applied_of(mapping, group_id)
        near = (other for place in {"", key.namespace} for other in self._unapplied(place))
        there = (other for other in near if self.standing[other].content.role == role)
        yield from self._of_group(mapping, sorted(there), group_id)
        waiting = self.pending.get(key)
        if waiting is not None and self._is_of(mapping, waiting, group_id):
            yield replace(Before.applied(waiting), subjects=frozenset())

    def _applied_of(self, mapping: AccessMapping, group_id: str) -> Iterable[Before]:
        """Return what the operator wrote itself for a group, each once: most say the same."""
        known = mapping.name, group_id
        if known not in self._written:
            found = self._of_group(mapping, sorted(self.applied), group_id)
            self._written[known] = {each.identity: each for each in found}
        return self._written[known].values()

    def _unapplied(self, namespace: str) -> Iterable[BindingKey]:
        """Return what only stands in a namespace."""
        if not self._placed:
            for key in self.standing.keys() - self.applied.keys():
                self._placed.setdefault(key.namespace, []).append(key)
            self._placed.setdefault("", [])
        return self._placed.get(namespace, ())

    def _of_group(
        self, mapping: AccessMapping, keys: Iterable[BindingKey], group_id: str
    ) -> Iterator[Before]:
        for key in keys:
            content = self.last(key)
            if content is not None and self._is_of(mapping, content, group_id):
                yield self.before(key, content)

    def _is_of(self, mapping: AccessMapping, content: Content, group_id: str) -> bool:
        return self.are_for(mapping, content) and content.annotation("group-id") == group_id

    def _pending_formers(self, key: BindingKey) -> Formers:
        waiting = self.pending.get(key)
        unwritten = {} if waiting is None else former_subjects(waiting)
        return merged([unwritten, self.ends.get(key, {})])
