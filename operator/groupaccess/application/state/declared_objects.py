"""Our two kinds as they are kept in the store, and how the API's objects become them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.state.observed_status import fingerprint, previous_status
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.access.namespace_scope import (
    LabelOperator,
    LabelRequirement,
    NamespaceScope,
)
from groupaccess.domain.binding import ANNOTATION_DOMAIN
from groupaccess.domain.condition import PreviousStatus
from groupaccess.domain.identity.freeze import ACKNOWLEDGE_ANNOTATION, read_acknowledgement

RECONCILE_ANNOTATION = f"{ANNOTATION_DOMAIN}reconcile"
ID_TOKEN = "ID"  # noqa: S105 -- a kind of token


class ObjectVersion(NamedTuple):
    """What tells two versions of an object apart; two objects have different uids."""

    uid: str
    resource_version: str
    generation: int
    deleting: bool

    @classmethod
    def read(cls, metadata: Mapping[str, Any]) -> Self:
        """Read the version of an object from its metadata alone."""
        return cls(
            metadata["uid"],
            metadata["resourceVersion"],
            metadata.get("generation", 0),
            "deletionTimestamp" in metadata,
        )


@dataclass(frozen=True, slots=True)
class ObjectState:
    """What is kept of an object beside its spec.

    `status_fingerprint` is the fingerprint of its current status, `previous_status` the part of
    that status from which the next one is computed.
    """

    ref: ObjectRef
    resource_version: str
    generation: int
    deleting: bool
    previous_status: PreviousStatus
    status_fingerprint: str

    def is_newer_than(self, other: "ObjectState") -> bool:
        """Compare two resourceVersions, also of different objects of the same name.

        They are opaque by contract, but numbers in etcd and kine, and grow over all objects.
        """
        return int(self.resource_version) > int(other.resource_version)

    @property
    def version(self) -> ObjectVersion:
        """Return what tells this version of the object from any other."""
        return ObjectVersion(self.ref.uid, self.resource_version, self.generation, self.deleting)

    def is_same_or_newer(self, other: "ObjectState") -> bool:
        """Return whether this is the same object, at least as new."""
        return self.ref == other.ref and not other.is_newer_than(self)


@dataclass(frozen=True, slots=True)
class DeclaredAccess:
    """A GroupAccess as watched.

    `spec_written_at` is when its spec was last written, None if unknown.
    """

    access: Access
    state: ObjectState
    spec_written_at: datetime | None = None

    @property
    def unreadable(self) -> str:
        """Return what cannot be read in it, "" for nothing."""
        items = (mapping.unreadable for mapping in self.access.mappings)
        return "; ".join(filter(None, (self.access.unreadable, *items)))


@dataclass(frozen=True, slots=True)
class DeclaredDirectory:
    """A KeycloakDirectory as watched; `spec` says how the realm is reached.

    When the text of `reconcile_request` changes, everything is asked again at once.
    """

    directory: Directory
    spec: api.KeycloakDirectorySpec
    state: ObjectState
    reconcile_request: str = ""

    def has_same_spec(self, other: "DeclaredDirectory") -> bool:
        """Return whether both have the same spec and the same acknowledgement."""
        return (self.spec, self.directory) == (other.spec, other.directory)

    def differs_by_suspend(self, other: "DeclaredDirectory") -> bool:
        """Return whether at most `suspend` differs: what is known of the realm stays valid."""
        mine, theirs = (each.spec.model_copy(update={"suspend": False}) for each in (self, other))
        first, second = (replace(each.directory, suspend=False) for each in (self, other))
        return (mine, first) == (theirs, second)

    def requests_the_same(self, other: "DeclaredDirectory") -> bool:
        """Return whether the object gives no reason to ask everything again."""
        return self.has_same_spec(other) and self.reconcile_request == other.reconcile_request

    def reads_same_realm(self, other: "DeclaredDirectory") -> bool:
        """Return whether both are the same object, with the same realm and the same clients."""
        mine, theirs = (
            (each.state.ref.uid, each.spec.issuer, each.spec.admin_url, each.directory.clients)
            for each in (self, other)
        )
        return mine == theirs


@dataclass(frozen=True, slots=True)
class UnreadableDirectory:
    """A KeycloakDirectory whose spec cannot be read, and what is wrong with it."""

    state: ObjectState
    fact: str


def read_declared_access(body: api.GroupAccess) -> DeclaredAccess:
    """Read a GroupAccess."""
    spec = body.spec
    return DeclaredAccess(
        Access(
            name=body.metadata.name,
            uid=body.metadata.uid,
            generation=body.metadata.generation,
            directory=spec.directory_ref.name,
            mappings=tuple(map(read_declared_mapping, spec.mappings)),
            suspend=spec.suspend,
        ),
        object_state(body.kind, body.metadata, body.status),
        spec_written_at(body.metadata),
    )


def read_declared_directory(body: api.KeycloakDirectory) -> DeclaredDirectory:
    """Read a KeycloakDirectory."""
    spec = body.spec
    directory = Directory(
        name=body.metadata.name,
        issuer=spec.issuer,
        groups_claim=spec.tokens.groups_claim,
        groups_prefix=spec.tokens.groups_prefix,
        clients=tuple(
            LoginClient(client.client_id, client.token == ID_TOKEN, client.scopes)
            for client in spec.tokens.clients
        ),
        allowed_roles=frozenset(spec.allowed_cluster_roles),
        grace=spec.on_missing.grace,
        refuses_replaced=spec.on_replaced == "Refuse",
        keeps_renamed=spec.on_renamed == "Keep",
        revokes_collided=spec.on_collision == "Revoke",
        acknowledged=read_acknowledgement(body.metadata.annotations.get(ACKNOWLEDGE_ANNOTATION)),
        canary=spec.canary.group if spec.canary else None,
        shares_prefix_with=frozenset(spec.tokens.shares_prefix_with),
        created=body.metadata.creation_timestamp,
        suspend=spec.suspend,
    )
    requested = body.metadata.annotations.get(RECONCILE_ANNOTATION, "")
    watched = object_state(body.kind, body.metadata, body.status)
    return DeclaredDirectory(directory, spec, watched, requested)


def read_declared_mapping(mapping: api.GroupMapping) -> AccessMapping:
    """Read a mapping."""
    return AccessMapping(
        name=mapping.name,
        group=mapping.group,
        cluster_role=mapping.cluster_role,
        # Without namespaces, validation guarantees clusterWide: true.
        scope=None if mapping.namespaces is None else _scope(mapping.namespaces),
        expires_at=mapping.expires_at,
        group_id=mapping.group_id,
    )


def _scope(namespaces: api.Namespaces) -> NamespaceScope:
    selector = namespaces.selector
    labels = selector.match_labels if selector else {}
    expressions = selector.match_expressions if selector else ()
    return NamespaceScope(
        names=frozenset(namespaces.names),
        requirements=(
            *(
                LabelRequirement(key, LabelOperator.IN, frozenset({value}))
                for key, value in labels.items()
            ),
            *(
                LabelRequirement(e.key, LabelOperator(e.operator), frozenset(e.values))
                for e in expressions
            ),
        ),
    )


def spec_written_at(meta: api.ObjectMeta) -> datetime | None:
    """Return when the spec was last written, according to the object.

    The API server sets the creation time. Whoever writes the object could forge later times in
    managedFields, and a write that only removes fields leaves no time there.
    """
    if meta.generation <= 1:
        return meta.creation_timestamp
    writers = (each for each in meta.managed_fields if not each.subresource)
    times = (each.time for each in writers if "f:spec" in each.fields_v1)
    return max((time for time in times if time is not None), default=None)


def object_state(
    kind: str,
    meta: api.ObjectMeta,
    status: api.GroupAccessStatus | api.KeycloakDirectoryStatus,
) -> ObjectState:
    """Read what is kept of an object beside its spec."""
    return ObjectState(
        ref=ObjectRef(kind, meta.name, meta.uid),
        resource_version=meta.resource_version,
        generation=meta.generation,
        deleting=meta.deletion_timestamp is not None,
        previous_status=previous_status(status),
        status_fingerprint=fingerprint(status.to_kubernetes()),
    )
