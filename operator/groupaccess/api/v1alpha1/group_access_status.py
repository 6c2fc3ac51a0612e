"""What a user sees of a GroupAccess: how each mapping stands, and what is wrong.

Words that the operator chooses are plain strings here and not enums: a newer operator beside an
older CRD could otherwise write no status at all.
"""

from typing import Annotated

from pydantic import Field

from groupaccess.api.model import ApiModel, ListType
from groupaccess.api.v1alpha1.conditions import Count, Message, Name, Status, Text, Time, Word


class NamespaceProblem(ApiModel):
    """A namespace in which a mapping does not stand as declared."""

    namespace: Annotated[str, Field(max_length=63)]
    """The namespace."""
    reason: Word
    """One word that says why, such as `NamespaceNotFound`."""
    message: Message = ""
    """A sentence that says why, and what to do."""


class Where(ApiModel):
    """Where a mapping is granted: numbers, and the first problems."""

    scope: Word
    """`Cluster` (one ClusterRoleBinding) or `Namespaces` (a RoleBinding in each)."""
    wanted: Count | None = None
    """In how many namespaces the mapping is declared: those named and those selected."""
    granted: Count | None = None
    """In how many of them it is bound."""
    problems: Annotated[
        tuple[NamespaceProblem, ...], Field(max_length=10), ListType("map", "namespace")
    ] = ()
    """The first ten namespaces in which it does not stand, in the order of their names."""


class AlsoGrantedBy(ApiModel):
    """Bindings of others that give the same subjects the same role, or cluster-admin."""

    count: Count
    """How many there are; 100 means 100 or more."""
    first: Annotated[tuple[Name, ...], Field(max_length=5), ListType("atomic")] = ()
    """The first five, such as ClusterRoleBinding/sre-by-hand or RoleBinding/shop/old."""


class MappingStatus(ApiModel):
    """How one mapping stands."""

    name: Annotated[str, Field(max_length=63)]
    """The mapping's name."""
    state: Word
    """What is bound: `Granted` (as declared), `Partial` (in some places), `Held` (something is
    bound, and there is an objection), `Pending` (nothing is bound yet), `Expired` (ended as
    declared, nothing is bound), `Revoked` (nothing may be bound, and nothing is)."""
    reason: Word
    """One word that says why, such as `Granted`, `GroupNotFound` or `Expired`."""
    message: Message = ""
    """A sentence that says why, and what to do."""
    group_path: Text | None = None
    """The path of the group that was found in Keycloak. Example: /platform/sre"""
    group_id: Annotated[str, Field(max_length=36)] | None = None
    """Keycloak's id of that group, which is pinned: another group of this name is not trusted."""
    subjects: Annotated[
        tuple[Text, ...],
        Field(max_length=32),
        ListType("atomic"),
    ] = ()
    """The exact strings that were bound: what kube-apiserver reads from the token, prefix
    included."""
    cluster_role: Annotated[str, Field(max_length=253)] | None = None
    """The ClusterRole that was bound."""
    where: Where | None = None
    """Where it is granted, in numbers, with the first problems."""
    expires_at: Time | None = None
    """When the grant ends."""
    also_granted_by: AlsoGrantedBy | None = None
    """Who else gives the same subjects the same role, or cluster-admin: removing this mapping does
    not take their access away. It is told of an expired or revoked mapping, too. Absent: nobody."""


class GroupAccessStatus(Status):
    """What the operator found and did."""

    granted: Word | None = None
    """Of how many of the mappings something is bound, held ones included. Example: 3/3"""
    next_expiry: Time | None = None
    """When the next of the grants ends. Absent: none ends."""
    directory: Annotated[str, Field(max_length=253)] | None = None
    """The KeycloakDirectory in which the groups are looked up."""
    mappings: Annotated[
        tuple[MappingStatus, ...], Field(max_length=24), ListType("map", "name")
    ] = ()
    """How each mapping stands: the group that was found, the strings that were bound, and what is
    wrong."""
