"""Which bindings are of no use any more, because GroupAccesses grant all that they do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from groupaccess.domain import model
from groupaccess.domain.bindings import Binding, BindingKey, BindingName, RoleRef, Subject
from groupaccess.domain.found import Found, role_objection

# The mappings of each GroupAccess, by its name, that are granted and stay so as things are.
Granted = Mapping[str, Iterable[model.Mapping]]


class _Grant(NamedTuple):
    cluster_role: str
    subject: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A binding, those that grant the same now, and what none of them grants, in words."""

    found: Found
    covers: tuple[Binding, ...]
    missing: tuple[str, ...]

    @property
    def covered(self) -> bool:
        """Tell whether nobody would lose anything without it."""
        return bool(self.covers) and not self.missing

    @property
    def accesses(self) -> tuple[str, ...]:
        """Return the names of the GroupAccesses that grant the same."""
        names = (BindingName.parse(binding.key.name) for binding in self.covers)
        return tuple(sorted({name.owner for name in names if name is not None}))


def judge(founds: Iterable[Found], bindings: Iterable[Binding], granted: Granted) -> list[Judged]:
    """Compare the bindings with those of ours that stand, in the order of their names.

    One is covered when each of its subjects is a group that has the same ClusterRole by a binding
    of ours, in the same namespace or in the whole cluster.
    """
    standing = dict(_standing(bindings, granted))
    ordered = sorted(founds, key=lambda found: found.binding.key)
    return [_judge(found, standing) for found in ordered]


def grants_by(binding: Binding, granted: Granted) -> Iterator[_Grant]:
    """Yield what a binding grants if it is ours, and its GroupAccess stands for it there."""
    name, where = BindingName.parse(binding.key.name), binding.key.namespace
    if name is None or binding.content.role != RoleRef("ClusterRole", name.cluster_role):
        return
    if any(_declares(one, name, where) for one in granted.get(name.owner, ())):
        for subject in binding.content.groups:
            yield _Grant(name.cluster_role, subject, where)


def _declares(mapping: model.Mapping, name: BindingName, namespace: str) -> bool:
    """Tell whether a mapping has a binding of that name there, so far as it can be seen.

    Of a selector it cannot: there the binding itself has to do.
    """
    if (mapping.name, mapping.cluster_role) != (name.mapping, name.cluster_role):
        return False
    scope = mapping.scope
    if scope is None or not namespace:
        return scope is None and not namespace
    return namespace in scope.names or bool(scope.requirements)


def _standing(bindings: Iterable[Binding], granted: Granted) -> Iterator[tuple[_Grant, Binding]]:
    # Of several the last one counts: sorted, so that it is the same each time.
    for binding in sorted(bindings, key=lambda binding: binding.key, reverse=True):
        for grant in grants_by(binding, granted):
            yield grant, binding


def _judge(found: Found, standing: Mapping[_Grant, Binding]) -> Judged:
    key, content = found.binding.key, found.binding.content
    objection = role_objection(content.role)
    if objection is not None:
        return Judged(found, (), (objection,))
    covers: dict[BindingKey, Binding] = {}
    missing = []
    for subject in dict.fromkeys(content.subjects):
        cover = _cover(subject, content.role.name, key.namespace, standing)
        if cover is None:
            missing.append(_uncovered(subject, content.role.name, key.namespace))
        else:
            covers[cover.key] = cover
    return Judged(found, tuple(covers.values()), tuple(missing))


def _cover(
    subject: Subject, role: str, namespace: str, standing: Mapping[_Grant, Binding]
) -> Binding | None:
    if subject.kind != "Group":
        return None
    here = standing.get(_Grant(role, subject.name, namespace))
    return here or standing.get(_Grant(role, subject.name, ""))


def _uncovered(subject: Subject, role: str, namespace: str) -> str:
    full_name = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    who = f'{subject.kind} "{full_name}"'
    if subject.kind != "Group":
        return f"{who} would lose it: a GroupAccess gives roles to groups only"
    where = f'in namespace "{namespace}"' if namespace else "in the whole cluster"
    return f'no GroupAccess gives {who} the ClusterRole "{role}" {where} now'
