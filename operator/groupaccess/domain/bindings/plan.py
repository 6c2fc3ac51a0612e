"""From what should stand and what stands to the writes that lead from one to the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    BindingName,
    DesiredBinding,
    RoleRef,
    Subject,
)
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.identity.former_subjects import former_subjects

ANNOTATIONS_OF_GROUP = (
    "directory",
    "group",
    "group-path",
)  # annotations that say whose subjects they are

Replacements = Mapping[str, frozenset[BindingKey]]  # uid of a binding -> what replaces it


class DeleteReason(Enum):
    """Why a binding is deleted."""

    NOT_DECLARED = "no longer declared"
    REPLACED = "replaced by another binding"
    WRONG_ROLE_REF = "its roleRef is not what its name says"
    NOT_EMPTIED = "its subjects could not be taken away otherwise"
    NOT_REPLACED = "its former subjects could not be replaced"
    ORPHANED = "its GroupAccess is gone"
    OWNER_UNKNOWN = "its GroupAccess is gone, and no owner reference says which one it was"


@dataclass(frozen=True, slots=True)
class Apply:
    """Write `desired`, over the binding that stands or as a new one.

    `wrong_role` is a binding of that name with another role, which the same plan deletes first: a
    roleRef is immutable.
    """

    desired: DesiredBinding
    existing: Binding | None
    wrong_role: Binding | None = None

    @property
    def empties(self) -> bool:
        """Tell whether it takes all subjects from a binding that has some."""
        return self._existing_has_subjects and not self.desired.content.subjects

    def revokes(self, applied: BindingContent | None) -> bool:
        """Tell whether it takes subjects away that we bound; `applied` is what we wrote last.

        After a restart only the end of a former subject, or a change of the group, tells them from
        what somebody else added.
        """
        if self.existing is None:
            return False
        former, content = self.existing.content, self.desired.content
        removed = set(former.subjects) - set(content.subjects)
        if applied is not None:
            return not removed.isdisjoint(applied.subjects)
        if not removed.isdisjoint(Subject("Group", name) for name in former_subjects(former)):
            return True
        changed = any(
            former.annotation(name) != content.annotation(name) for name in ANNOTATIONS_OF_GROUP
        )
        return bool(removed) and changed

    @property
    def grants(self) -> bool:
        """Tell whether it binds somebody where nobody was bound."""
        return bool(self.desired.content.subjects) and not self._existing_has_subjects

    @property
    def _existing_has_subjects(self) -> bool:
        return self.existing is not None and bool(self.existing.content.subjects)


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete exactly this binding: its uid and version are preconditions.

    `replacements` are the bindings that it waits for, so that nobody is locked out in between.
    """

    binding: Binding
    reason: DeleteReason
    replacements: frozenset[BindingKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """The writes for one GroupAccess, each list sorted; `conflicts` cannot be written at all."""

    applies: tuple[Apply, ...] = ()
    deletes: tuple[Delete, ...] = ()
    conflicts: tuple[DesiredBinding, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether nothing is to be written."""
        return not self.applies and not self.deletes


def plan(
    desired: DesiredState, existing: Iterable[Binding], replacing: Replacements | None = None
) -> Plan:
    """Compare what is wanted with the standing bindings that bear the object's reserved names.

    `replacing` is what earlier plans said of bindings that still wait for their replacements.
    """
    stands = {binding.key: binding for binding in existing}
    remaining = dict(stands)
    applies: list[Apply] = []
    conflicts: list[DesiredBinding] = []
    wrong: list[Delete] = []
    for want in sorted(desired.bindings, key=lambda want: want.key):
        binding = remaining.pop(want.key, None)
        if binding is None or binding.content.role == want.content.role:
            if binding is None or not want.matches(binding):
                applies.append(Apply(want, binding))
        elif binding.content.has_managed_by_label:
            applies.append(Apply(want, None, wrong_role=binding))
            wrong.append(Delete(binding, DeleteReason.WRONG_ROLE_REF))
        else:
            conflicts.append(want)
    created = _NewBindings.of(applies, stands.values())
    granting = {want.key for want in desired.bindings if want.content.subjects}
    undeclared = (
        binding
        for key, binding in remaining.items()
        if key not in desired.preserved and is_ours(binding)
    )
    deletes = (
        _delete(binding, (replacing or {}).get(binding.uid, frozenset()) & granting, created)
        for binding in undeclared
    )
    return Plan(
        tuple(applies),
        tuple(sorted((*wrong, *deletes), key=lambda delete: delete.binding.key)),
        tuple(conflicts),
    )


def plan_orphans(existing: Iterable[Binding]) -> Plan:
    """Plan the end of the bindings whose GroupAccess was proven gone."""
    return Plan(
        deletes=tuple(
            Delete(
                binding, DeleteReason.ORPHANED if binding.was_owned else DeleteReason.OWNER_UNKNOWN
            )
            for binding in sorted(existing, key=lambda binding: binding.key)
            if is_ours(binding)
        )
    )


def is_ours(binding: Binding) -> bool:
    """Tell whether a binding is ours: by its name, and by the role that the name spells.

    With another role it must bear our label; else somebody else made it.
    """
    name = BindingName.parse(binding.key.name)
    if name is None:
        return False
    spelled = RoleRef("ClusterRole", name.cluster_role)
    return binding.content.role == spelled or binding.content.has_managed_by_label


def grants_named_role(binding: Binding) -> bool:
    """Tell whether a binding gives somebody the role that its name spells."""
    name = BindingName.parse(binding.key.name)
    spelled = RoleRef("ClusterRole", name.cluster_role) if name else None
    return bool(binding.content.subjects) and binding.content.role == spelled


def _delete(binding: Binding, before: frozenset[BindingKey], created: "_NewBindings") -> Delete:
    replacements = before or frozenset(created.replacing(binding))
    return Delete(
        binding, DeleteReason.REPLACED if replacements else DeleteReason.NOT_DECLARED, replacements
    )


@dataclass(frozen=True, slots=True)
class _NewBindings:
    """The bindings that a plan makes, by whom they may replace and then by namespace.

    Only for what is made now does a delete wait: what already stands took over long ago, and a
    mapping that must not stand makes nothing.
    """

    of_mapping: dict[str, dict[str, list[DesiredBinding]]] = field(default_factory=dict)
    of_role: dict[RoleRef, dict[str, list[DesiredBinding]]] = field(default_factory=dict)

    @classmethod
    def of(cls, applies: Iterable[Apply], existing: Iterable[Binding]) -> "_NewBindings":
        """Sort what the applies make; a mapping that had no binding may be another's new name."""
        bound = (binding for binding in existing if binding.content.subjects)
        names = (BindingName.parse(binding.key.name) for binding in bound)
        known = {name.mapping for name in names if name is not None}
        created = cls()
        for want in (apply.desired for apply in applies if apply.grants):
            _add(created.of_mapping.setdefault(want.mapping, {}), want)
            if want.mapping not in known:
                _add(created.of_role.setdefault(want.content.role, {}), want)
        return created

    def replacing(self, binding: Binding) -> Iterator[BindingKey]:
        """Yield what is made for some of the same subjects in the same place or around it."""
        name = BindingName.parse(binding.key.name)
        same_mapping = self.of_mapping.get(name.mapping, {}) if name else {}
        same_role = self.of_role.get(binding.content.role, {})
        subjects = set(binding.content.subjects)
        for made in (same_mapping, same_role):
            here = binding.key.namespace
            places = {"", here} if here else made.keys()
            for want in (want for place in places for want in made.get(place, ())):
                if not subjects.isdisjoint(want.content.subjects):
                    yield want.key


def _add(places: dict[str, list[DesiredBinding]], want: DesiredBinding) -> None:
    places.setdefault(want.key.namespace, []).append(want)
