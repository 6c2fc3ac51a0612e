"""Which bindings are redundant, because GroupAccesses grant all that they grant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.adoption.candidates import CandidateBinding, unsupported_role
from groupaccess.domain.binding import Binding, BindingKey, BindingName, RoleRef, Subject
from groupaccess.domain.timestamp import format_time

# By the name of a GroupAccess: its mappings that are granted, and neither held nor about to end.
GrantedMappings = Mapping[str, Iterable[AccessMapping]]


class _Grant(NamedTuple):
    cluster_role: str
    subject: str
    namespace: str


class _Source(NamedTuple):
    """The source of a grant: a binding of the operator, and the mapping that declares it."""

    name: BindingName
    binding: Binding
    mapping: AccessMapping

    @property
    def expiry_rank(self) -> tuple[bool, float]:
        """Return a sort key: a later expiry ranks higher, no expiry ranks highest."""
        end = self.mapping.expires_at
        return end is None, end.timestamp() if end else 0


@dataclass(frozen=True, slots=True)
class RedundancyResult:
    """A binding, the bindings that grant the same now, and what none of them grants, in words."""

    candidate: CandidateBinding
    covered_by: tuple[Binding, ...]
    uncovered: tuple[str, ...]

    @property
    def is_covered(self) -> bool:
        """Tell whether nobody would lose a right without it."""
        return bool(self.covered_by) and not self.uncovered

    @property
    def is_removable(self) -> bool:
        """Tell whether it can be deleted here: a declarative tool would only re-create it."""
        maker = self.candidate.managing_tool
        return self.is_covered and not (maker is not None and maker.is_declarative)

    @property
    def accesses(self) -> tuple[str, ...]:
        """Return the names of the GroupAccesses that grant the same, sorted."""
        names = (BindingName.parse(binding.key.name) for binding in self.covered_by)
        return tuple(sorted({name.owner for name in names if name is not None}))


def find_redundant(
    candidates: Iterable[CandidateBinding], bindings: Iterable[Binding], granted: GrantedMappings
) -> list[RedundancyResult]:
    """Compare candidates with the existing bindings of the operator, in the order of their keys.

    A candidate is covered if each of its subjects is a group that has the same ClusterRole from a
    binding of the operator, in the same namespace or cluster-wide. A candidate never expires, so
    that a grant that expires does not cover it: the right would be lost at that time without
    notice.
    """
    existing = _longest_grants(bindings, granted)
    ordered = sorted(candidates, key=lambda candidate: candidate.binding.key)
    return [_compare(candidate, existing) for candidate in ordered]


def _grants_by(binding: Binding, granted: GrantedMappings) -> Iterator[tuple[_Grant, _Source]]:
    """Yield what a binding grants, if it is the operator's and a granted mapping declares it."""
    name, where = BindingName.parse(binding.key.name), binding.key.namespace
    if name is None or binding.content.role != RoleRef("ClusterRole", name.cluster_role):
        return
    for mapping in granted.get(name.owner, ()):
        if _declares(mapping, name, where):
            for subject in binding.content.groups:
                yield _Grant(name.cluster_role, subject, where), _Source(name, binding, mapping)


def _declares(mapping: AccessMapping, name: BindingName, namespace: str) -> bool:
    """Tell whether a mapping declares a binding of that name in a namespace.

    Which namespaces a selector matches is not known here: the existing binding has to be enough.
    """
    if (mapping.name, mapping.cluster_role) != (name.mapping, name.cluster_role):
        return False
    scope = mapping.scope
    if scope is None or not namespace:
        return scope is None and not namespace
    return namespace in scope.names or bool(scope.requirements)


def _longest_grants(bindings: Iterable[Binding], granted: GrantedMappings) -> dict[_Grant, _Source]:
    """Return the source of each grant: the one that expires last, then the first by key."""
    best: dict[_Grant, _Source] = {}
    for binding in sorted(bindings, key=lambda binding: binding.key):
        for grant, source in _grants_by(binding, granted):
            if grant not in best or source.expiry_rank > best[grant].expiry_rank:
                best[grant] = source
    return best


def _compare(candidate: CandidateBinding, existing: Mapping[_Grant, _Source]) -> RedundancyResult:
    key, content = candidate.binding.key, candidate.binding.content
    objection = unsupported_role(content.role)
    if objection is not None:
        return RedundancyResult(candidate, (), (objection,))
    covers: dict[BindingKey, Binding] = {}
    missing = []
    for subject in dict.fromkeys(content.subjects):
        cover = _cover(subject, content.role.name, key.namespace, existing)
        if cover is None:
            missing.append(_uncovered(subject, content.role.name, key.namespace))
        elif (end := cover.mapping.expires_at) is not None:
            missing.append(_covered_for_a_time(subject, cover.name, end))
        else:
            covers[cover.binding.key] = cover.binding
    return RedundancyResult(candidate, tuple(covers.values()), tuple(missing))


def _cover(
    subject: Subject, role: str, namespace: str, existing: Mapping[_Grant, _Source]
) -> _Source | None:
    """Return the source that expires last, on a tie that of the namespace; None without one."""
    if subject.kind != "Group":
        return None
    places = dict.fromkeys((namespace, ""))
    grants = (_Grant(role, subject.name, place) for place in places)
    sources = [existing[grant] for grant in grants if grant in existing]
    return max(sources, key=lambda source: source.expiry_rank, default=None)


def _uncovered(subject: Subject, role: str, namespace: str) -> str:
    full_name = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    who = f'{subject.kind} "{full_name}"'
    if subject.kind != "Group":
        return f"{who} would lose this access: a GroupAccess gives roles to groups only"
    where = f'in namespace "{namespace}"' if namespace else "in the whole cluster"
    return f'no GroupAccess gives {who} the ClusterRole "{role}" {where} now'


def _covered_for_a_time(subject: Subject, name: BindingName, end: datetime) -> str:
    return (
        f'Group "{subject.name}" would lose this access at {format_time(end)}, when the mapping '
        f'"{name.mapping}" of GroupAccess "{name.owner}" expires'
    )
