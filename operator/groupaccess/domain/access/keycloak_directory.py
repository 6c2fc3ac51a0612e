"""The declared KeycloakDirectory as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ANY_ROLE = "*"
"""In a list of allowed roles: every ClusterRole that the operator may bind."""


@dataclass(frozen=True, slots=True)
class LoginClient:
    """A Keycloak client whose tokens people send to kube-apiserver.

    `id_token` tells which token they send: the ID token, or else the access token. `scopes` are
    those that the login requests.
    """

    client_id: str
    id_token: bool
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """A KeycloakDirectory as declared, with the fields that decisions need.

    `groups_claim` and `groups_prefix` are kube-apiserver's --oidc-groups-claim and
    --oidc-groups-prefix. An empty `allowed_roles` allows no role; `ANY_ROLE` in it allows every
    role that the operator may bind. `canary` is a group that the operator's own account is a member
    of. A group that is confirmed absent keeps its bindings for `grace`. `acknowledged` are the
    tokens of the freezes that a person acknowledged. `shares_prefix_with` names directories whose
    equal group names mean equal groups. `created` is timezone-aware. `suspend` acts as if each
    GroupAccess of the directory were suspended.
    """

    name: str
    issuer: str
    groups_claim: str
    groups_prefix: str
    clients: tuple[LoginClient, ...]
    allowed_roles: frozenset[str] = frozenset()
    canary: str | None = None
    grace: timedelta = timedelta(minutes=10)
    refuses_replaced: bool = True  # onReplaced: Refuse; else a re-created group is followed
    keeps_renamed: bool = True  # onRenamed: Keep; else former subjects are removed at once
    revokes_collided: bool = False
    acknowledged: frozenset[str] = frozenset()
    shares_prefix_with: frozenset[str] = frozenset()
    created: datetime | None = None
    suspend: bool = False

    @property
    def realm(self) -> str:
        """Return the realm's name as the issuer has it, quoted as in a URL."""
        return self.issuer.rpartition("/")[2]
