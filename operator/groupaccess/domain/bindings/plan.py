"""From desired and existing bindings to the writes that lead from one to the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from groupaccess.domain.binding import (
    Annotation,
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

# Whose subjects a binding has: when one of these changes, what it binds belongs to another group.
ANNOTATIONS_NAMING_GROUP = (Annotation.DIRECTORY, Annotation.GROUP, Annotation.GROUP_PATH)

Replacements = Mapping[str, frozenset[BindingKey]]  # uid of a binding -> its replacements


class DeleteReason(Enum):
    """Why a binding is deleted."""

    NOT_DECLARED = "no longer granted"
    REPLACED = "replaced by another binding"
    WRONG_ROLE_REF = "its roleRef is not the ClusterRole in its name"
    NOT_EMPTIED = "its subjects could not be removed by an update"
    NOT_REPLACED = "its outdated subjects could not be replaced by an update"
    ORPHANED = "its GroupAccess is gone"
    OWNER_UNKNOWN = "its GroupAccess is gone, and it has no owner reference"


@dataclass(frozen=True, slots=True)
class Apply:
    """Write `desired`, over the `existing` binding or as a new one.

    A binding of that name with another role does not count as existing: since a roleRef is
    immutable, the same plan deletes it first.
    """

    desired: DesiredBinding
    existing: Binding | None

    @property
    def empties(self) -> bool:
        """Tell whether it removes all subjects from a binding that has some."""
        return self._existing_has_subjects and not self.desired.content.subjects

    def revokes(self, applied: BindingContent | None) -> bool:
        """Tell whether it removes subjects that the operator bound; `applied` is its last write.

        After a restart there is none. Then only the end of a former subject, or a change of the
        group, distinguishes them from subjects that somebody else added.
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
            former.annotation(name) != content.annotation(name) for name in ANNOTATIONS_NAMING_GROUP
        )
        return bool(removed) and changed

    @property
    def grants(self) -> bool:
        """Tell whether it binds subjects where none were bound."""
        return bool(self.desired.content.subjects) and not self._existing_has_subjects

    @property
    def _existing_has_subjects(self) -> bool:
        return self.existing is not None and bool(self.existing.content.subjects)


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete exactly this binding: its uid and resource version are preconditions.

    It waits for the bindings in `replacements`, so that nobody is locked out in between. If there
    are none, nothing takes its place: a grant of this binding that is under way is cancelled.
    """

    binding: Binding
    reason: DeleteReason
    replacements: frozenset[BindingKey] = frozenset()

    @property
    def is_revocation(self) -> bool:
        """Tell whether nothing replaces the binding: no write in flight may grant it any more."""
        return not self.replacements


@dataclass(frozen=True, slots=True)
class Plan:
    """The writes for one GroupAccess, sorted by key; `conflicts` cannot be written at all."""

    applies: tuple[Apply, ...] = ()
    deletes: tuple[Delete, ...] = ()
    conflicts: tuple[DesiredBinding, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return not self.applies and not self.deletes


def plan(
    desired: DesiredState, existing: Iterable[Binding], replacing: Replacements | None = None
) -> Plan:
    """Compare the desired state with the existing bindings that have the object's reserved names.

    `replacing` is what earlier plans decided for bindings that still wait for their replacements.
    """
    by_key = {binding.key: binding for binding in existing}
    remaining = dict(by_key)
    applies: list[Apply] = []
    conflicts: list[DesiredBinding] = []
    wrong: list[Delete] = []
    for want in sorted(desired.bindings, key=lambda want: want.key):
        binding = remaining.pop(want.key, None)
        if binding is None or binding.content.role == want.content.role:
            if binding is None or not want.matches(binding):
                applies.append(Apply(want, binding))
        elif binding.content.has_managed_by_label:
            applies.append(Apply(want, None))
            wrong.append(Delete(binding, DeleteReason.WRONG_ROLE_REF))
        else:
            conflicts.append(want)
    created = _NewBindings.of(applies, by_key.values())
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
    return Plan(tuple(applies), _in_order((*wrong, *deletes)), tuple(conflicts))


def plan_orphans(existing: Iterable[Binding]) -> Plan:
    """Plan the deletion of the bindings whose GroupAccess is confirmed to be gone."""
    deletes = (
        Delete(binding, DeleteReason.ORPHANED if binding.was_owned else DeleteReason.OWNER_UNKNOWN)
        for binding in existing
        if is_ours(binding)
    )
    return Plan(deletes=_in_order(deletes))


def _in_order(deletes: Iterable[Delete]) -> tuple[Delete, ...]:
    """Return the deletes in the order in which they begin.

    By key: ClusterRoleBindings, whose namespace is "", before RoleBindings.
    """
    return tuple(sorted(deletes, key=lambda delete: delete.binding.key))


def is_ours(binding: Binding) -> bool:
    """Tell whether a binding is ours: by its name, and by the role that the name contains.

    With another role it must have our label; else somebody else made it.
    """
    name = BindingName.parse(binding.key.name)
    if name is None:
        return False
    spelled = RoleRef("ClusterRole", name.cluster_role)
    return binding.content.role == spelled or binding.content.has_managed_by_label


def grants_named_role(binding: Binding) -> bool:
    """Tell whether a binding gives some subject the role that its name contains."""
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
    """The bindings that a plan creates, by what they may replace and then by namespace.

    A delete waits only for bindings that are created now: an existing one took over long ago, and a
    mapping that may not be bound creates none.
    """

    of_mapping: dict[str, dict[str, list[DesiredBinding]]] = field(default_factory=dict)
    of_role: dict[RoleRef, dict[str, list[DesiredBinding]]] = field(default_factory=dict)

    @classmethod
    def of(cls, applies: Iterable[Apply], existing: Iterable[Binding]) -> "_NewBindings":
        """Index what `applies` create; a mapping that had no binding may be another's new name."""
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
        """Yield the new bindings that share a subject with this one and overlap its place."""
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
