"""From what should stand and what stands to the writes that lead from one to the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from groupaccess.domain.bindings import Binding, BindingName, Desired, RoleRef
from groupaccess.domain.wanted import Wanted


class Why(Enum):
    """Why a binding is deleted, which also says how long that waits."""

    UNDECLARED = "no longer declared"
    SUPERSEDED = "replaced by another binding"  # after the successor has settled
    OTHER_ROLE = "its roleRef is not what its name says"  # roleRef is immutable: made anew
    ORPHANED = "its GroupAccess is gone"
    UNOWNED = "its GroupAccess is gone, and no owner reference says which one it was"


@dataclass(frozen=True, slots=True)
class Apply:
    """Write `desired`, over the binding that stands or as a new one."""

    desired: Desired
    over: Binding | None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete exactly this binding: its uid and version are preconditions."""

    binding: Binding
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """The writes for one GroupAccess, each list sorted; `conflicts` cannot be written at all."""

    applies: tuple[Apply, ...] = ()
    deletes: tuple[Delete, ...] = ()
    conflicts: tuple[Desired, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether nothing is to be written."""
        return not self.applies and not self.deletes


def plan(wanted: Wanted, standing: Iterable[Binding]) -> Plan:
    """Compare what is wanted with the standing bindings that bear the object's reserved names."""
    stands = {binding.key: binding for binding in standing}
    applies: list[Apply] = []
    conflicts: list[Desired] = []
    deletes: list[Delete] = []
    for want in sorted(wanted.bindings, key=lambda want: want.key):
        binding = stands.pop(want.key, None)
        if binding is None or binding.content.role == want.content.role:
            if binding is None or not want.is_met_by(binding):
                applies.append(Apply(want, binding))
        elif binding.content.managed:
            deletes.append(Delete(binding, Why.OTHER_ROLE))
        else:
            conflicts.append(want)
    deletes += (
        Delete(binding, _why(binding, wanted))
        for key, binding in stands.items()
        if key not in wanted.kept and is_ours(binding)
    )
    return Plan(
        tuple(applies),
        tuple(sorted(deletes, key=lambda delete: delete.binding.key)),
        tuple(conflicts),
    )


def plan_orphans(standing: Iterable[Binding]) -> Plan:
    """Plan the end of the bindings whose GroupAccess was proven gone."""
    return Plan(
        deletes=tuple(
            Delete(binding, Why.ORPHANED if binding.was_owned else Why.UNOWNED)
            for binding in sorted(standing, key=lambda binding: binding.key)
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
    return binding.content.role == spelled or binding.content.managed


def _why(binding: Binding, wanted: Wanted) -> Why:
    """Tell a binding whose mapping or group lives on in another one from one that just goes.

    In a namespace it lives on only there or in the whole cluster: what leaves the scope goes.
    """
    name = BindingName.parse(binding.key.name)
    group = binding.content.annotation("group")
    successors = (
        want
        for want in wanted.bindings
        if want.content.subjects
        and (
            (name is not None and want.mapping == name.mapping)
            or (group is not None and want.content.annotation("group") == group)
        )
    )
    here = binding.key.namespace
    follow = (not here or want.key.namespace in {"", here} for want in successors)
    return Why.SUPERSEDED if any(follow) else Why.UNDECLARED
