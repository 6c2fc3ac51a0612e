"""What people declare, as plain values. `api` reads it, everything here decides by it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from groupaccess.domain.bindings import BindingKey, BindingName
from groupaccess.domain.namespaces import Scope

ANY_ROLE = "*"
"""In a list of allowed roles: every ClusterRole that the operator may bind."""


@dataclass(frozen=True, slots=True)
class AccessMapping:
    """One line of a GroupAccess: this Keycloak group gets this ClusterRole.

    `group` is a path (`/platform/sre`) or a leaf name that is unique in the realm. Without a
    `scope` it is granted in the whole cluster, without `expires_at` (aware) for ever.
    `group_id` says which group is meant, whoever has the name. `unreadable` says what of it this
    version cannot read: then what cannot is left out here.
    """

    name: str
    group: str
    cluster_role: str
    scope: Scope | None = None
    expires_at: datetime | None = None
    group_id: str | None = None
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A GroupAccess as declared. `uid` is for owner references, `generation` for the status.

    While `suspend` is set, nothing new is granted and nothing is repaired. `unreadable` says why
    not even the names of its mappings can be read.
    """

    name: str
    uid: str
    generation: int
    directory: str
    mappings: tuple[AccessMapping, ...]
    suspend: bool = False
    unreadable: str | None = None

    def key(self, mapping: AccessMapping, namespace: str) -> BindingKey:
        """Return where a mapping's binding is; namespace "" is the whole cluster."""
        name = BindingName(self.name, mapping.name, mapping.cluster_role)
        return BindingKey(namespace, str(name))


@dataclass(frozen=True, slots=True)
class TokenClient:
    """A Keycloak client whose tokens people bring.

    `id_token` tells which token kube-apiserver gets to see: the ID token or the access token.
    `scopes` are those that the login asks for.
    """

    client_id: str
    id_token: bool
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """A KeycloakDirectory as declared, so far as decisions need it.

    `groups_claim` and `groups_prefix` are kube-apiserver's --oidc-groups-claim and
    --oidc-groups-prefix. An empty `allowed_roles` allows no role, `ANY_ROLE` in it every role that
    may be bound. `canary` is a group that the operator's own account is in. A group that is gone
    keeps its bindings for `grace`. `acknowledged` are the events that somebody has seen.
    `shares_prefix_with` names directories whose equal names mean equal groups. `created` is aware.
    `suspend` is as if each GroupAccess of it were suspended.
    """

    name: str
    issuer: str
    groups_claim: str
    groups_prefix: str
    clients: tuple[TokenClient, ...]
    allowed_roles: frozenset[str] = frozenset()
    canary: str | None = None
    grace: timedelta = timedelta(minutes=10)
    refuses_replaced: bool = True  # a group that was made anew; else it is followed
    keeps_renamed: bool = True  # what tokens from before a rename carry; else it goes at once
    revokes_collided: bool = False
    acknowledged: frozenset[str] = frozenset()
    shares_prefix_with: frozenset[str] = frozenset()
    created: datetime | None = None
    suspend: bool = False
