"""Other bindings that give the same subjects the same right.

While there is one, a revoked mapping does not really take the right away.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from groupaccess.domain.binding import Binding, BindingKey, RoleRef

MAX_NAMED_BINDINGS = 5
CLUSTER_ADMIN = RoleRef("ClusterRole", "cluster-admin")


@dataclass(frozen=True, slots=True)
class OtherGrants:
    """Other bindings for the same right: how many, and the first five by namespace and name."""

    count: int
    first: tuple[str, ...]


def find_other_grants(
    role: str,
    keys: AbstractSet[BindingKey],
    candidates: Iterable[Binding],
) -> OtherGrants | None:
    """Find bindings beside `keys` that give the role, or cluster-admin, in the same place or wider.

    `candidates` are bindings that name one of the mapping's subjects. A ClusterRoleBinding gives a
    right everywhere; a RoleBinding only counts in a namespace of `keys`. Return None if there is
    none.
    """
    namespaces = {key.namespace for key in keys}
    roles = {RoleRef("ClusterRole", role), CLUSTER_ADMIN}
    result = sorted(
        {
            binding.key
            for binding in candidates
            if binding.key not in keys
            and binding.content.role in roles
            and binding.key.namespace in namespaces | {""}
        }
    )
    if not result:
        return None
    return OtherGrants(
        len(result), tuple(_resource_name(key) for key in result[:MAX_NAMED_BINDINGS])
    )


def _resource_name(key: BindingKey) -> str:
    """Return a name such as ClusterRoleBinding/sre-by-hand or RoleBinding/shop/old."""
    if key.namespace:
        return f"RoleBinding/{key.namespace}/{key.name}"
    return f"ClusterRoleBinding/{key.name}"
