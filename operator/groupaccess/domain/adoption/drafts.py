"""Drafts of GroupAccesses that grant the same as existing bindings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import count, islice
from typing import NamedTuple

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.namespace_scope import NamespaceScope
from groupaccess.domain.adoption.candidates import (
    BindingFilter,
    CandidateBinding,
    unsupported_role,
    unsupported_subject,
)
from groupaccess.domain.adoption.dns_labels import unique_dns_labels
from groupaccess.domain.adoption.rights import Right, declared_rights, grants_all_of
from groupaccess.domain.binding import BindingKey

MAPPINGS, NAMES = 24, 64  # at most, per GroupAccess and per mapping (namespaces.names)


@dataclass(frozen=True, slots=True)
class DraftMapping:
    """A mapping of a draft, and the bindings that it comes from.

    `remarks` say what else is to be known about these bindings, such as what the mapping does not
    express.
    """

    mapping: AccessMapping
    sources: tuple[BindingKey, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftAccess:
    """A draft of a GroupAccess; `remarks` are about bindings of its role without a mapping."""

    name: str
    mappings: tuple[DraftMapping, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """All drafts, and the remarks that belong to none of them."""

    drafts: tuple[DraftAccess, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdoptionOptions:
    """Options for the drafts.

    `name` begins the names of the drafts; `groups_prefix` is kube-apiserver's --oidc-groups-prefix.
    `taken` maps the name of each existing GroupAccess to the rights that it grants, None if these
    are uncertain: a draft never gets the name of a GroupAccess from which it would take a right
    away.
    """

    filter: BindingFilter = field(default_factory=BindingFilter)
    name: str = "adopted"
    groups_prefix: str = ""
    taken: Mapping[str, AbstractSet[Right] | None] = field(default_factory=dict)


class _MappingKey(NamedTuple):
    """The key of one mapping: the `number`-th for this role and group, `scoped` or cluster-wide."""

    role: str
    group: str
    scoped: bool
    number: int

    @property
    def text(self) -> tuple[str, ...]:
        number = str(self.number) if self.number > 1 else ""
        return self.group, self.role, *(("namespaces", number) if self.scoped else ())


_Places = Mapping[str, Sequence[CandidateBinding]]  # by namespace
_Parts = dict[_MappingKey, _Places]


def draft_accesses(candidates: Iterable[CandidateBinding], options: AdoptionOptions) -> Adoption:
    """Draft GroupAccesses that grant what the bindings grant to groups, in a stable order.

    Each role has one GroupAccess, or several if there are more than 24 mappings. Remarks say what
    cannot be expressed: at the mapping that comes from the binding, else at the GroupAccess of its
    role, else at the `Adoption`.
    """
    picked = sorted(
        (each for each in candidates if options.filter.matches(each)),
        key=lambda candidate: candidate.binding.key,
    )
    parts = dict(_parts(picked, options))
    remarks = {candidate.binding.key: _remarks(candidate, options) for candidate in picked}
    lines = dict(_lines(parts, remarks))
    beside = {key for line in lines.values() for key in line.sources}
    role_remarks: dict[str, list[str]] = defaultdict(list)
    for candidate in picked:
        if candidate.binding.key not in beside:
            role = candidate.binding.content.role
            role_remarks[role.name if role.kind == "ClusterRole" else ""] += remarks[
                candidate.binding.key
            ]
    drafts = tuple(_drafts(lines, role_remarks, options))
    drafted = {part.role for part in parts}
    rest = (
        text for role in sorted(role_remarks) if role not in drafted for text in role_remarks[role]
    )
    return Adoption(drafts, tuple(rest))


def _parts(
    candidates: Iterable[CandidateBinding], options: AdoptionOptions
) -> Iterator[tuple[_MappingKey, _Places]]:
    """Yield who is granted what and where, in parts that fit into one mapping."""
    places: dict[tuple[str, str, bool], dict[str, list[CandidateBinding]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for candidate in candidates:
        where, content = candidate.binding.key.namespace, candidate.binding.content
        if unsupported_role(content.role) is None:
            for group in _groups(candidate, options):
                places[content.role.name, group, where != ""][where].append(candidate)
    for (role, group, scoped), by_namespace in sorted(places.items()):
        names = sorted(by_namespace)
        for number, start in enumerate(range(0, len(names), NAMES), start=1):
            chunk = names[start : start + NAMES]
            yield (
                _MappingKey(role, group, scoped, number),
                {name: by_namespace[name] for name in chunk},
            )


def _groups(candidate: CandidateBinding, options: AdoptionOptions) -> Iterator[str]:
    for subject in dict.fromkeys(candidate.binding.content.subjects):
        objection = unsupported_subject(subject, options.groups_prefix)
        if objection is None and options.filter.matches_subject(subject):
            yield subject.name.removeprefix(options.groups_prefix)


def _remarks(candidate: CandidateBinding, options: AdoptionOptions) -> tuple[str, ...]:
    """Return what the drafts do not express of a binding, and which tool would re-create it."""
    content = candidate.binding.content
    maker = candidate.managing_tool
    remarks = [maker and maker.description, unsupported_role(content.role)]
    for subject in dict.fromkeys(content.subjects):
        if options.filter.matches_subject(subject):
            remarks.append(unsupported_subject(subject, options.groups_prefix))
        else:
            remarks.append(f'Group "{subject.name}" is not selected by --subject')
    return tuple(f"{candidate.binding.key}: {text}" for text in remarks if text)


def _lines(
    parts: _Parts, remarks: Mapping[BindingKey, tuple[str, ...]]
) -> Iterator[tuple[_MappingKey, DraftMapping]]:
    """Yield the mappings; the remarks about a binding go to the first mapping that it yields."""
    names = unique_dns_labels(part.text for part in parts)
    said: set[BindingKey] = set()
    for part, places in parts.items():
        scope = NamespaceScope(frozenset(places)) if part.scoped else None
        sources = tuple(sorted(each.binding.key for where in places.values() for each in where))
        texts = tuple(text for key in sources if key not in said for text in remarks[key])
        said |= set(sources)
        yield (
            part,
            DraftMapping(
                AccessMapping(names[part.text], part.group, part.role, scope), sources, texts
            ),
        )


def _drafts(
    lines: Mapping[_MappingKey, DraftMapping],
    role_remarks: Mapping[str, Sequence[str]],
    options: AdoptionOptions,
) -> Iterator[DraftAccess]:
    by_role: dict[str, list[DraftMapping]] = defaultdict(list)
    for part, line in lines.items():
        by_role[part.role].append(line)
    bases = unique_dns_labels((options.name, role) for role in by_role)
    used: set[str] = set()
    for role, all_of_it in by_role.items():
        for start in range(0, len(all_of_it), MAPPINGS):
            chunk = tuple(all_of_it[start : start + MAPPINGS])
            name = _free_name(bases[options.name, role], chunk, used, options)
            used.add(name)
            yield DraftAccess(name, chunk, () if start else tuple(role_remarks.get(role, ())))


def _free_name(
    base: str, lines: Iterable[DraftMapping], used: AbstractSet[str], options: AdoptionOptions
) -> str:
    """Count up until the name is free, or its GroupAccess grants no more than `lines`."""
    granted = declared_rights(line.mapping for line in lines)
    names = (f"{base}-{number}" if number > 1 else base for number in count(1))
    return next(
        name
        for name in islice(names, len(used) + len(options.taken) + 1)
        if name not in used and grants_all_of(options.taken.get(name, frozenset()), granted)
    )
