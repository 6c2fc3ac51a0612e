"""Other bindings that give the same subjects the same right.

While there is one, a revoked mapping does not really take the right away.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from groupaccess.domain.binding import CLUSTER_ADMIN, BindingKey, RoleRef

MAX_NAMED_BINDINGS = 5
MAX_COUNTED_BINDINGS = 100  # so that one binding more changes no status of ten thousand


class ScopedRole(NamedTuple):
    """A role in a namespace, or in the whole cluster if that is ""."""

    role: RoleRef
    namespace: str


@dataclass(frozen=True, slots=True)
class OtherGrants:
    """Other bindings for the same right: how many, and the first five by namespace and name.

    MAX_COUNTED_BINDINGS means so many, or more.
    """

    count: int
    first: tuple[str, ...]


def equal_or_wider_roles(cluster_role: str, namespaces: AbstractSet[str]) -> frozenset[ScopedRole]:
    """Return the roles that give a ClusterRole in some of these namespaces, or more.

    A ClusterRoleBinding gives a right everywhere; a RoleBinding only in its own namespace.
    """
    roles = RoleRef("ClusterRole", cluster_role), CLUSTER_ADMIN
    return frozenset(ScopedRole(role, each) for role in roles for each in {"", *namespaces})


def summarize_other_grants(keys: Iterable[BindingKey]) -> OtherGrants | None:
    """Count and name other bindings, which are sorted and each there once; None for none."""
    counted = tuple(islice(keys, MAX_COUNTED_BINDINGS))
    if not counted:
        return None
    return OtherGrants(len(counted), tuple(map(_resource_name, counted[:MAX_NAMED_BINDINGS])))


def _resource_name(key: BindingKey) -> str:
    """Return a name such as ClusterRoleBinding/sre-by-hand or RoleBinding/shop/old."""
    if key.namespace:
        return f"RoleBinding/{key.namespace}/{key.name}"
    return f"ClusterRoleBinding/{key.name}"
