"""A KeycloakDirectory as declared, as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ANY_ROLE = "*"
"""In a list of allowed roles: every ClusterRole that the operator may bind."""


@dataclass(frozen=True, slots=True)
class LoginClient:
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
    clients: tuple[LoginClient, ...]
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
