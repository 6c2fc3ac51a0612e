"""The declared GroupAccess as plain values."""

from dataclasses import dataclass
from datetime import datetime

from groupaccess.domain.access.namespace_scope import NamespaceScope
from groupaccess.domain.binding import BindingKey, BindingName


@dataclass(frozen=True, slots=True)
class AccessMapping:
    """One mapping of a GroupAccess: this Keycloak group gets this ClusterRole.

    `group` is a path (`/platform/sre`) or a leaf name that is unique in the realm. Without a
    `scope` the grant is cluster-wide, without `expires_at` (timezone-aware) it does not expire.
    `group_id` is Keycloak's id of the group and counts more than its name. `unreadable` says which
    fields this version cannot read; these fields are left out here.
    """

    name: str
    group: str
    cluster_role: str
    scope: NamespaceScope | None = None
    expires_at: datetime | None = None
    group_id: str | None = None
    unreadable: str | None = None

    def has_ended(self, now: datetime) -> bool:
        """Tell whether the grant is over: from the time `expires_at` on, nothing is bound."""
        return self.expires_at is not None and now >= self.expires_at


@dataclass(frozen=True, slots=True)
class Access:
    """A GroupAccess as declared. `uid` is for owner references, `generation` for the status.

    While `suspend` is set, nothing new is granted and no drift is repaired. `unreadable` says why
    not even the names of its mappings can be read.
    """

    name: str
    uid: str
    generation: int
    directory: str
    mappings: tuple[AccessMapping, ...]
    suspend: bool = False
    unreadable: str | None = None

    def binding_key(self, mapping: AccessMapping, namespace: str) -> BindingKey:
        """Return the key of a mapping's binding; namespace "" means a ClusterRoleBinding."""
        name = BindingName(self.name, mapping.name, mapping.cluster_role)
        return BindingKey(namespace, str(name))
