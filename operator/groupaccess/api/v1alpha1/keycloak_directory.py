"""KeycloakDirectory: a Keycloak realm as the directory of groups."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from groupaccess.api.model import (
    ApiObject,
    Cel,
    ListType,
    SpecModel,
    kept,
    object_keywords,
    readable_or,
)
from groupaccess.api.v1alpha1.fields import (
    STILL_SUSPENDED,
    ClusterRoleName,
    Duration,
    GroupName,
    between,
)
from groupaccess.api.v1alpha1.keycloak_auth import Auth, CaBundle
from groupaccess.api.v1alpha1.keycloak_directory_status import KeycloakDirectoryStatus
from groupaccess.api.v1alpha1.tokens import (
    Tokens,
)
from groupaccess.api.v1alpha1.urls import AdminURL, Issuer, split_issuer

_SOME_ROLES = Cel(
    "size(self) > 0",
    "there must be at least one ClusterRole that groups of this directory may get, such as view; "
    "'*' allows every ClusterRole that the operator may bind",
)
_SAME_CANARY = kept(
    "canary",
    "canary must not be lost, since what it shows of kube-apiserver would no longer hold grants "
    "back; to go on without one, delete the KeycloakDirectory and create it again: bindings stay",
)
_SAME_GRACE = kept(
    "onMissing",
    "onMissing must not be lost, since bindings of lost groups could stay longer; write "
    "onMissing: {grace: 10m}",
)
_STILL_DROPS = kept(
    "onRenamed",
    "onRenamed must not be lost while it is Drop, since former subjects would stay again; write "
    "onRenamed: Keep",
    unless="oldSelf.onRenamed == 'Keep'",
)
_STILL_REVOKES = kept(
    "onCollision",
    "onCollision must not be lost while it is Revoke; to keep what collides, write "
    "onCollision: Keep",
    unless="oldSelf.onCollision == 'Keep'",
)


class Canary(SpecModel):
    """A group that proves what kube-apiserver reads, with no person's token."""

    group: GroupName
    """A group that the operator's own account in Keycloak is a member of.
    Example: groupaccess-canary"""


class OnMissing(SpecModel):
    """What happens when a group is confirmed gone."""

    grace: Annotated[
        Duration,
        Field(ge=timedelta(0), le=timedelta(days=30)),
        between("0s", "720h"),
    ]
    """How long its bindings stay, from `0s` to `720h` (30 days). Whoever may create groups could
    take the name meanwhile. Example: 10m"""


class KeycloakDirectorySpec(SpecModel):
    """Which realm, how to reach it, and what kube-apiserver reads from its tokens."""

    model_config = ConfigDict(
        json_schema_extra=object_keywords(
            _SAME_CANARY, _SAME_GRACE, _STILL_DROPS, _STILL_REVOKES, STILL_SUSPENDED
        )
    )

    issuer: Issuer
    """The realm's issuer: the same string, letter for letter, that kube-apiserver and Headlamp were
    given. Keycloak's address and the realm's name are read from it. Since Keycloak 17 there is no
    /auth in it, unless somebody set that path.

    Example: https://auth.example.com/realms/ADMIN"""
    admin_url: AdminURL | None = None
    """Where Keycloak's admin API is reached, up to and without /admin or /realms, when that is not
    where the issuer points. Absent: the issuer's address.

    Example: https://keycloak.keycloak.svc:8443"""
    ca_bundle: CaBundle | None = None
    """The authorities that Keycloak's certificate is checked against. Absent: the public ones that
    the operator's image carries."""
    auth: Auth
    """How the operator logs in to Keycloak; exactly one way. Its account there needs to read groups
    and clients, nothing else."""
    tokens: Tokens
    """What kube-apiserver reads from a token, and whose tokens people bring: the same values that
    kube-apiserver was started with."""
    canary: Canary | None = None
    """A group that the operator's own account is in; its token shows what kube-apiserver really
    reads. Absent: that proof is left out. Example: {group: groupaccess-canary}"""
    sync_interval: Annotated[
        Duration,
        Field(ge=timedelta(seconds=10), le=timedelta(days=1)),
        between("10s", "24h"),
    ] = timedelta(seconds=60)
    """How often the groups are read, from `10s` to `24h`, as whole numbers with h, m, s or ms. At
    random up to a fifth sooner; later where Keycloak needs long to answer. Absent: `60s`.
    Example: 1m30s"""
    on_missing: OnMissing = OnMissing(grace=timedelta(minutes=10))
    """What happens when a group is confirmed gone. Absent: its bindings stay for `10m`.
    Example: {grace: 1h}"""
    on_replaced: Literal["Refuse", "Warn"] = "Refuse"
    """What happens when a group has the declared name but another id: `Refuse` revokes until the
    new id is accepted in the mapping's groupId; `Warn` follows it and says so, for realms that are
    imported anew or filled from LDAP. Absent: `Refuse`."""
    on_renamed: Literal["Keep", "Drop"] = "Keep"
    """What happens to the subject that tokens from before a rename carry (or a move, another "Full
    group path", an edited groupsPrefix): `Keep` binds it until these tokens have ended, an hour at
    most; `Drop` takes it away at once, which locks their bearers out until they log in again.
    Whoever makes a group of the former name has the right until the next answer of Keycloak.
    Absent: `Keep`."""
    on_collision: Literal["Keep", "Revoke"] = "Keep"
    """What happens when another group or role comes to put the same string into tokens: `Keep`
    reports it and keeps existing bindings, `Revoke` revokes them. New grants are refused either
    way. Absent: `Keep`."""
    allowed_cluster_roles: Annotated[
        tuple[ClusterRoleName, ...], Field(max_length=64), ListType("set"), _SOME_ROLES
    ]
    """The ClusterRoles that groups of this directory may get; a grant of another is revoked.
    ["*"] allows every ClusterRole that the operator may bind. Example: [view, edit, admin]"""
    suspend: bool = False
    """Pause everything of this directory, as if each GroupAccess were suspended: nothing new is
    granted and nothing is repaired, and each status says what would be bound. What expires or is
    removed still ends. Absent: false; to go on, write `false`."""

    @field_validator("allowed_cluster_roles")
    @classmethod
    def _some_role(cls, roles: tuple[ClusterRoleName, ...]) -> tuple[ClusterRoleName, ...]:
        if not roles:
            raise ValueError(_SOME_ROLES.message)
        return roles

    @property
    def base_url(self) -> str:
        """Keycloak's address as the issuer has it, without a trailing slash."""
        return split_issuer(self.issuer)[0]

    @property
    def realm(self) -> str:
        """The realm's name, unquoted."""
        return split_issuer(self.issuer)[1]


class KeycloakDirectory(ApiObject):
    """KeycloakDirectory makes a Keycloak realm the directory in which groups are looked up.

    It is an administrator's object: whoever may write it decides where the operator's credentials
    are sent and whom the cluster believes.
    """

    kind: Literal["KeycloakDirectory"] = "KeycloakDirectory"
    spec: KeycloakDirectorySpec
    """Which realm, how to reach it, and what kube-apiserver reads from its tokens."""
    status: KeycloakDirectoryStatus = KeycloakDirectoryStatus()
    """What the operator found in Keycloak. Written by the operator only."""

    @field_validator("status", mode="before")
    @classmethod
    def _readable_status(cls, value: object) -> object:
        return readable_or(KeycloakDirectoryStatus(), value)
