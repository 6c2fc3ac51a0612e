"""From bindings that stand to GroupAccesses that grant the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import count, islice
from typing import NamedTuple

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.namespace_scope import Scope
from groupaccess.domain.adoption.candidates import Found, Pick, role_objection, subject_objection
from groupaccess.domain.adoption.dns_labels import labels
from groupaccess.domain.adoption.rights import Right, declared_rights, loses_nothing
from groupaccess.domain.binding import BindingKey

MAPPINGS, NAMES = 24, 64  # at most in a GroupAccess, and in a mapping's namespaces


@dataclass(frozen=True, slots=True)
class Line:
    """A mapping of a draft, the bindings that it stands for, and what they say beyond it."""

    mapping: AccessMapping
    sources: tuple[BindingKey, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A GroupAccess to be written. `remarks` are of bindings of its role that gave no mapping."""

    name: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """All drafts, and the remarks that belong to none of them."""

    drafts: tuple[Draft, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the drafts are to be made.

    `name` begins their names; `groups_prefix` is kube-apiserver's --oidc-groups-prefix. `taken`
    are the GroupAccesses that there are, with what they grant, None for more than can be said: a
    draft never has the name of one that it would take something away from.
    """

    pick: Pick = field(default_factory=Pick)
    name: str = "adopted"
    groups_prefix: str = ""
    taken: Mapping[str, AbstractSet[Right] | None] = field(default_factory=dict)


class _Part(NamedTuple):
    """What becomes one mapping: the `number`-th for this group and role, cluster-wide or not."""

    role: str
    group: str
    scoped: bool
    number: int

    @property
    def text(self) -> tuple[str, ...]:
        number = str(self.number) if self.number > 1 else ""
        return self.group, self.role, *(("namespaces", number) if self.scoped else ())


_Places = Mapping[str, Sequence[Found]]  # by namespace
_Parts = dict[_Part, _Places]


def adopt(founds: Iterable[Found], wishes: Wishes) -> Adoption:
    """Draft GroupAccesses that grant what the bindings grant to groups, in a stable order.

    There is a GroupAccess for each role, several when it has more than 24 mappings. What cannot be
    expressed is said in remarks: beside the mapping that the binding gave, else at its role.
    """
    picked = sorted((f for f in founds if wishes.pick.takes(f)), key=lambda f: f.binding.key)
    parts = dict(_parts(picked, wishes))
    remarks = {found.binding.key: _remarks(found, wishes) for found in picked}
    lines = dict(_lines(parts, remarks))
    beside = {key for line in lines.values() for key in line.sources}
    lonely: dict[str, list[str]] = defaultdict(list)
    for found in picked:
        if found.binding.key not in beside:
            role = found.binding.content.role
            lonely[role.name if role.kind == "ClusterRole" else ""] += remarks[found.binding.key]
    drafts = tuple(_drafts(lines, lonely, wishes))
    drafted = {part.role for part in parts}
    rest = (text for role in sorted(lonely) if role not in drafted for text in lonely[role])
    return Adoption(drafts, tuple(rest))


def _parts(founds: Iterable[Found], wishes: Wishes) -> Iterator[tuple[_Part, _Places]]:
    """Sort out who is granted what where, in parts that a mapping can hold."""
    places: dict[tuple[str, str, bool], dict[str, list[Found]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for found in founds:
        where, content = found.binding.key.namespace, found.binding.content
        if role_objection(content.role) is None:
            for group in _groups(found, wishes):
                places[content.role.name, group, where != ""][where].append(found)
    for (role, group, scoped), by_namespace in sorted(places.items()):
        names = sorted(by_namespace)
        for number, start in enumerate(range(0, len(names), NAMES), start=1):
            chunk = names[start : start + NAMES]
            yield _Part(role, group, scoped, number), {name: by_namespace[name] for name in chunk}


def _groups(found: Found, wishes: Wishes) -> Iterator[str]:
    for subject in dict.fromkeys(found.binding.content.subjects):
        objection = subject_objection(subject, wishes.groups_prefix)
        if objection is None and wishes.pick.takes_subject(subject):
            yield subject.name.removeprefix(wishes.groups_prefix)


def _remarks(found: Found, wishes: Wishes) -> tuple[str, ...]:
    """Say what is not expressed of a binding, and who would make it again."""
    content = found.binding.content
    maker = found.maker
    said = [maker and maker.words, role_objection(content.role)]
    for subject in dict.fromkeys(content.subjects):
        if wishes.pick.takes_subject(subject):
            said.append(subject_objection(subject, wishes.groups_prefix))
        else:
            said.append(f'Group "{subject.name}" was not asked for')
    return tuple(f"{found.binding.key}: {text}" for text in said if text)


def _lines(
    parts: _Parts, remarks: Mapping[BindingKey, tuple[str, ...]]
) -> Iterator[tuple[_Part, Line]]:
    """Write the mappings; what is to be said of a binding stands beside the first that it gave."""
    names = labels(part.text for part in parts)
    said: set[BindingKey] = set()
    for part, places in parts.items():
        scope = Scope(frozenset(places)) if part.scoped else None
        sources = tuple(sorted(f.binding.key for founds in places.values() for f in founds))
        texts = tuple(text for key in sources if key not in said for text in remarks[key])
        said |= set(sources)
        yield (
            part,
            Line(AccessMapping(names[part.text], part.group, part.role, scope), sources, texts),
        )


def _drafts(
    lines: Mapping[_Part, Line], lonely: Mapping[str, Sequence[str]], wishes: Wishes
) -> Iterator[Draft]:
    by_role: dict[str, list[Line]] = defaultdict(list)
    for part, line in lines.items():
        by_role[part.role].append(line)
    bases = labels((wishes.name, role) for role in by_role)
    used: set[str] = set()
    for role, all_of_it in by_role.items():
        for start in range(0, len(all_of_it), MAPPINGS):
            chunk = tuple(all_of_it[start : start + MAPPINGS])
            name = _free_name(bases[wishes.name, role], chunk, used, wishes)
            used.add(name)
            yield Draft(name, chunk, () if start else tuple(lonely.get(role, ())))


def _free_name(base: str, lines: Iterable[Line], used: AbstractSet[str], wishes: Wishes) -> str:
    """Count up until nobody has the name, or only one that grants nothing beyond these lines."""
    granted = declared_rights(line.mapping for line in lines)
    names = (f"{base}-{number}" if number > 1 else base for number in count(1))
    return next(
        name
        for name in islice(names, len(used) + len(wishes.taken) + 1)
        if name not in used and loses_nothing(wishes.taken.get(name, frozenset()), granted)
    )
