"""Which strings kube-apiserver sees for the members of a group.

Keycloak's group membership mapper writes the path with "Full group path" on and the leaf name
with it off; kube-apiserver puts --oidc-groups-prefix before each entry of --oidc-groups-claim.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

SYSTEM_PREFIX = "system:"
NAME_PREFIX = "groupaccess"
MANAGED_BY = ("app.kubernetes.io/managed-by", "groupaccess")
ANNOTATION_DOMAIN = "groupaccess.io/"


# Those that are ours: one that somebody else adds cannot be taken away by server-side apply.
OWN_ANNOTATIONS = frozenset(
    ANNOTATION_DOMAIN + name
    for name in (
        "directory",
        "directory-id",
        "group",
        "group-id",
        "group-name",
        "group-path",
        "expires-at",
        "missing-since",
        "replaced-id",
        "former-subjects",
    )
)

RBAC_GROUP = "rbac.authorization.k8s.io"


class BindingKey(NamedTuple):
    """Where a binding is: `namespace` is "" for a ClusterRoleBinding."""

    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"RoleBinding {self.namespace}/" if self.namespace else "ClusterRoleBinding "
        return f"{kind}{self.name}"


class BindingName(NamedTuple):
    """The parts of a reserved name, `groupaccess:<object>:<mapping>:<clusterRole>`.

    Neither an object's name (RFC 1123 subdomain) nor a mapping's (RFC 1123 label) holds a colon,
    so that the name parses without doubt although ClusterRole names may hold some.
    """

    owner: str
    mapping: str
    cluster_role: str

    def __str__(self) -> str:
        return f"{NAME_PREFIX}:{self.owner}:{self.mapping}:{self.cluster_role}"

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Return the parts, or None when the name is not one of ours."""
        prefix, *parts = name.split(":", 3)
        if prefix != NAME_PREFIX or len(parts) != len(cls._fields) or not all(parts):
            return None
        return cls(*parts)


class Subject(NamedTuple):
    """Whom a binding names: `kind` is Group, User or ServiceAccount (then with a namespace)."""

    kind: str
    name: str
    namespace: str = ""


class RoleRef(NamedTuple):
    """The role that a binding gives: `kind` is ClusterRole or Role. Immutable in Kubernetes."""

    kind: str
    name: str


class Owner(NamedTuple):
    """An owner reference, so far as it matters here."""

    uid: str
    name: str


@dataclass(frozen=True, slots=True)
class BindingContent:
    """What a binding says, in an order of its own: equal contents mean nothing to write.

    `annotations` are only those of ANNOTATIONS; `owners` holds references to
    GroupAccesses and to anything else alike.
    """

    role: RoleRef
    subjects: tuple[Subject, ...]
    owners: tuple[Owner, ...]
    annotations: tuple[tuple[str, str], ...]
    has_managed_by_label: bool = True

    def annotation(self, name: str) -> str | None:
        """Return the annotation `groupaccess.io/<name>`, or None when it is not there."""
        return dict(self.annotations).get(ANNOTATION_DOMAIN + name)

    @property
    def own_annotations(self) -> dict[str, str]:
        """Return the annotations by their names without the domain."""
        return {name.removeprefix(ANNOTATION_DOMAIN): text for name, text in self.annotations}

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the names of the subjects of kind Group."""
        return tuple(subject.name for subject in self.subjects if subject.kind == "Group")


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding in the cluster; its `uid` and `resource_version` guard writes against races.

    `lost_owner` tells that it had an owner reference since it is watched, and has none any more:
    that is how `kubectl delete --cascade=orphan` leaves it.
    """

    key: BindingKey
    uid: str
    resource_version: str
    content: BindingContent
    lost_owner: bool = False

    @property
    def was_owned(self) -> bool:
        """Tell whether it has, or is known to have had, an owner reference."""
        return bool(self.content.owners) or self.lost_owner


@dataclass(frozen=True, slots=True)
class DesiredBinding:
    """A binding as it should stand."""

    key: BindingKey
    mapping: str
    content: BindingContent

    def matches(self, binding: Binding) -> bool:
        """Tell whether the binding says exactly this; an owner beside ours is left alone.

        Server-side apply cannot take an owner reference away that another manager set, so one
        that is not ours must not count as drift, or it would be repaired for ever.
        """
        mine, theirs = self.content, binding.content
        return (
            (mine.role, mine.subjects, mine.annotations, mine.has_managed_by_label)
            == (theirs.role, theirs.subjects, theirs.annotations, theirs.has_managed_by_label)
        ) and set(mine.owners) <= set(theirs.owners)
