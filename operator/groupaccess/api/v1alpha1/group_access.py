"""GroupAccess: which Keycloak group gets which ClusterRole, where, and until when."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

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
    GroupId,
    GroupName,
    MappingName,
    ObjectName,
    Timestamp,
)
from groupaccess.api.v1alpha1.group_access_status import GroupAccessStatus
from groupaccess.api.v1alpha1.namespaces import (
    Namespaces,
)

_ONE_PLACE = Cel(
    "has(self.namespaces) != (has(self.clusterWide) && self.clusterWide)",
    "a mapping must have exactly one of namespaces (a RoleBinding in each) and clusterWide: true "
    "(a ClusterRoleBinding)",
)
_STILL_ENDS = kept(
    "expiresAt",
    "expiresAt must not be taken from a mapping, which would then grant without an end; write "
    "another time, or, for a wider grant, a mapping with another name",
)
_STILL_THAT_GROUP = kept(
    "groupId",
    "groupId must not be taken from a mapping, which would then grant to whichever group has the "
    "name; write another id, or, for a wider grant, a mapping with another name",
)
_SAME_DIRECTORY = kept(
    "directoryRef",
    "directoryRef must not be lost, since the groups of another directory would be granted; to "
    "change to the directory default, write directoryRef: {name: default}",
    unless="oldSelf.directoryRef.name == 'default'",
)
_SOME = Cel(
    "size(self) > 0",
    "there must be at least one mapping; to take every grant back, delete the GroupAccess",
)


class DirectoryRef(SpecModel):
    """The KeycloakDirectory in which the groups are looked up."""

    name: ObjectName
    """The KeycloakDirectory's name."""


class GroupMapping(SpecModel):
    """One grant: this Keycloak group gets this ClusterRole, there, until then."""

    model_config = ConfigDict(
        json_schema_extra=object_keywords(_ONE_PLACE, _STILL_ENDS, _STILL_THAT_GROUP)
    )

    name: MappingName
    """The mapping's own name, a DNS label that is unique in this GroupAccess. It becomes a part of
    the binding's name, groupaccess:<object>:<mapping>:<clusterRole>. Example: sre"""
    group: GroupName
    """The Keycloak group, letter for letter: a path that begins with '/', or a name that only one
    group of the realm has. Groups that begin with 'system:' are refused.

    Examples: /platform/sre or SRE"""
    group_id: GroupId | None = None
    """Keycloak's id of the group, to say which group is meant even when another takes its name.
    Absent: the id that is found at the first grant is remembered, and a group that is made anew
    under the same name is not trusted until its id is written here. It can be changed, but not be
    taken away.

    Example: 0f9503e8-9c1e-4a6b-8f5d-2f6f6d1c7a10"""
    cluster_role: ClusterRoleName
    """The ClusterRole that the group's members get. The operator must be allowed to bind it (chart
    value `bindableClusterRoles`), the KeycloakDirectory must allow it (`allowedClusterRoles`), and
    whoever writes this object must be allowed to bind it, too.

    Examples: view, edit, admin, cluster-admin"""
    cluster_wide: bool = False
    """`true`: grant in the whole cluster (a ClusterRoleBinding). A mapping has either this or
    `namespaces`. Absent: false."""
    namespaces: Namespaces | None = None
    """Grant only in these namespaces (a RoleBinding in each). A mapping has either this or
    `clusterWide: true`."""
    expires_at: Timestamp | None = None
    """When the grant ends, with a time zone (RFC 3339). The binding is removed then, and a time in
    the past grants nothing. It can be changed, but not be taken away. Absent: the grant does not
    end.

    Example: 2026-12-31T00:00:00Z"""

    @model_validator(mode="after")
    def _cluster_or_namespaces(self) -> Self:
        # Never guess: a lost key must not become a grant in the whole cluster.
        if (self.namespaces is not None) == self.cluster_wide:
            raise ValueError(_ONE_PLACE.message)
        return self


class GroupAccessSpec(SpecModel):
    """Which Keycloak groups get which ClusterRoles.

    Example: {mappings: [{name: sre, group: SRE, clusterRole: cluster-admin, clusterWide: true}]}
    """

    model_config = ConfigDict(json_schema_extra=object_keywords(STILL_SUSPENDED, _SAME_DIRECTORY))

    directory_ref: DirectoryRef = DirectoryRef(name="default")
    """The KeycloakDirectory in which the groups are looked up. Absent: the one named `default`; to
    change back to it, write `{name: default}`."""
    suspend: bool = False
    """Pause: nothing new is granted and nothing is repaired. What expires or is removed from here
    still ends. Absent: false; to go on, write `false`."""
    mappings: Annotated[
        tuple[GroupMapping, ...], Field(max_length=24), ListType("map", "name"), _SOME
    ]
    """The grants, 1 to 24, each with a name of its own. They stand and fall independently: one
    that cannot be granted says why in status.mappings, and the others are granted. For more than
    24 write another GroupAccess.

    Example: - {name: sre, group: SRE, clusterRole: cluster-admin, clusterWide: true}"""

    @field_validator("mappings")
    @classmethod
    def _unique_names(cls, mappings: tuple[GroupMapping, ...]) -> tuple[GroupMapping, ...]:
        # Two mappings of one name would share a binding's name; the server's list-map forbids it.
        if not mappings or len({mapping.name for mapping in mappings}) < len(mappings):
            msg = "there must be at least one mapping, and no two of one name"
            raise ValueError(msg)
        return mappings


class GroupAccess(ApiObject):
    """GroupAccess gives groups of a Keycloak realm their ClusterRoles.

    The operator finds each group in Keycloak, works out which string a member's token carries,
    binds exactly that string, keeps the bindings true, and says in the status who cannot get in
    and why.
    """

    kind: Literal["GroupAccess"] = "GroupAccess"
    spec: GroupAccessSpec
    """Which Keycloak groups get which ClusterRoles."""
    status: GroupAccessStatus = GroupAccessStatus()
    """What the operator found and did. Written by the operator only."""

    @field_validator("status", mode="before")
    @classmethod
    def _readable_status(cls, value: object) -> object:
        return readable_or(GroupAccessStatus(), value)
