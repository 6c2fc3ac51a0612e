"""What bindings grant, as a GrantIndex has it."""

from collections.abc import Iterable

from groupaccess.application.state.binding_index import BindingIndex
from groupaccess.application.state.grant_index import BoundRole, Grant
from groupaccess.domain.binding import Binding, BindingKey, RoleRef
from groupaccess.domain.bindings.other_grants import ScopedRole

VIEW = RoleRef("ClusterRole", "view")


def bind(index: BindingIndex, access: str, *groups: str, role: str = "view") -> None:
    """Record that a GroupAccess binds a role to these groups, and to no others."""
    index.grants.track(access, frozenset(BoundRole(group, role) for group in groups))


def binders(index: BindingIndex, *bindings: Binding) -> list[str]:
    """Return the GroupAccesses that bind what one of these bindings gives, too."""
    grants = (
        Grant(group, ScopedRole(each.content.role, each.key.namespace))
        for each in bindings
        for group in each.content.groups
    )
    return sorted({access for grant in grants for access in index.grants.binders(grant)})


def giving(
    index: BindingIndex, groups: Iterable[str], role: RoleRef = VIEW, namespace: str = ""
) -> list[BindingKey]:
    """Return the bindings that give one of the groups a role in a place."""
    return list(index.grants.others(groups, [ScopedRole(role, namespace)], frozenset()))
