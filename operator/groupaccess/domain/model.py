"""What people declare, as plain values. `api` reads it, everything here decides by it."""

from dataclasses import dataclass

from groupaccess.domain.bindings import BindingKey, BindingName


@dataclass(frozen=True, slots=True)
class Mapping:
    """One line of a GroupAccess: this Keycloak group gets this ClusterRole.

    `group` is a path (`/platform/sre`) or a leaf name that is unique in the realm.
    `unsupported` names the fields that are set but not acted upon by this version; they make
    the mapping Hold, never pass in silence. `cluster_wide` is false when namespaces are given.
    """

    name: str
    group: str
    cluster_role: str
    cluster_wide: bool = True
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """A GroupAccess as declared. `uid` is for owner references, `generation` for the status."""

    name: str
    uid: str
    generation: int
    directory: str
    mappings: tuple[Mapping, ...]
    unsupported: tuple[str, ...] = ()

    def keys(self, mapping: Mapping) -> tuple[BindingKey, ...]:
        """Return where the bindings of the mapping are: one ClusterRoleBinding, so far."""
        if not mapping.cluster_wide:
            return ()
        return (BindingKey("", str(BindingName(self.name, mapping.name, mapping.cluster_role))),)


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
    --oidc-groups-prefix. An empty `allowed_roles` allows every role that may be bound.
    """

    name: str
    issuer: str
    groups_claim: str
    groups_prefix: str
    clients: tuple[TokenClient, ...]
    allowed_roles: frozenset[str] = frozenset()
    unsupported: tuple[str, ...] = ()
