"""Who else gives the same subjects the same right: only without them is "revoked" revoked."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from groupaccess.domain.binding import Binding, BindingKey, RoleRef

FIRST = 5
ALMIGHTY = RoleRef("ClusterRole", "cluster-admin")


@dataclass(frozen=True, slots=True)
class AlsoGrantedBy:
    """Other bindings for the same right: how many, and the first five by name."""

    count: int
    first: tuple[str, ...]


def also_granted_by(
    role: str,
    keys: AbstractSet[BindingKey],
    candidates: Iterable[Binding],
) -> AlsoGrantedBy | None:
    """Find the bindings beside `keys` that give the role, or cluster-admin, as widely or wider.

    `candidates` are bindings that name one of the mapping's subjects. A ClusterRoleBinding gives a
    right everywhere; a RoleBinding only counts where the mapping itself stands.
    """
    namespaces = {key.namespace for key in keys}
    roles = {RoleRef("ClusterRole", role), ALMIGHTY}
    found = sorted(
        {
            binding.key
            for binding in candidates
            if binding.key not in keys
            and binding.content.role in roles
            and binding.key.namespace in namespaces | {""}
        }
    )
    if not found:
        return None
    return AlsoGrantedBy(len(found), tuple(_say(key) for key in found[:FIRST]))


def _say(key: BindingKey) -> str:
    """Return a name as in ClusterRoleBinding/sre-by-hand or RoleBinding/shop/old."""
    if key.namespace:
        return f"RoleBinding/{key.namespace}/{key.name}"
    return f"ClusterRoleBinding/{key.name}"
