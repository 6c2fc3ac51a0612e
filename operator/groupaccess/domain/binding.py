"""The vocabulary of bindings: keys, reserved names, subjects, roles, owners and contents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Self

SYSTEM_PREFIX = "system:"
NAME_PREFIX = "groupaccess"
MANAGED_BY = ("app.kubernetes.io/managed-by", "groupaccess")
ANNOTATION_DOMAIN = "groupaccess.io/"


class Annotation(StrEnum):
    """The annotations that the operator writes on a binding, without ANNOTATION_DOMAIN."""

    DIRECTORY = "directory"
    DIRECTORY_ID = "directory-id"  # the operator's account in that realm
    GROUP = "group"  # as declared
    GROUP_ID = "group-id"  # the pin
    GROUP_NAME = "group-name"  # as last read, as is the path
    GROUP_PATH = "group-path"
    EXPIRES_AT = "expires-at"
    MISSING_SINCE = "missing-since"  # the start of a grace
    REPLACED_ID = "replaced-id"  # of the group that this one replaced
    FORMER_SUBJECTS = "former-subjects"


# These follow what is declared, also on a binding that is held.
DECLARED_ANNOTATIONS = frozenset({Annotation.EXPIRES_AT})

# Only these are compared: server-side apply cannot remove what another field manager added.
OWN_ANNOTATIONS = frozenset(ANNOTATION_DOMAIN + name for name in Annotation)

RBAC_GROUP = "rbac.authorization.k8s.io"


class BindingKey(NamedTuple):
    """The key of a binding: `namespace` is "" for a ClusterRoleBinding."""

    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"RoleBinding {self.namespace}/" if self.namespace else "ClusterRoleBinding "
        return f"{kind}{self.name}"


CACHED_NAMES = 8192  # an object's bindings in thousands of namespaces have one name


class BindingName(NamedTuple):
    """The parts of a reserved name, `groupaccess:<object>:<mapping>:<clusterRole>`.

    Neither an object's name (RFC 1123 subdomain) nor a mapping's (RFC 1123 label) contains a colon,
    so that the name is unambiguous although the name of a ClusterRole may contain some.
    """

    owner: str
    mapping: str
    cluster_role: str

    def __str__(self) -> str:
        return f"{NAME_PREFIX}:{self.owner}:{self.mapping}:{self.cluster_role}"

    @classmethod
    @lru_cache(maxsize=CACHED_NAMES)
    def parse(cls, name: str) -> Self | None:
        """Return the parts, None if the name is not a reserved one."""
        prefix, *parts = name.split(":", 3)
        if prefix != NAME_PREFIX or len(parts) != len(cls._fields) or not all(parts):
            return None
        return cls(*parts)


class Subject(NamedTuple):
    """A subject of a binding: `kind` is Group, User or ServiceAccount (with a namespace)."""

    kind: str
    name: str
    namespace: str = ""


class RoleRef(NamedTuple):
    """The roleRef of a binding: `kind` is ClusterRole or Role. Immutable in Kubernetes."""

    kind: str
    name: str


CLUSTER_ADMIN = RoleRef("ClusterRole", "cluster-admin")  # every right, whatever else is bound


class Owner(NamedTuple):
    """An owner reference, with the fields that matter here."""

    uid: str
    name: str


@dataclass(frozen=True, slots=True)
class BindingContent:
    """The content of a binding, in a canonical order: equal contents need no write.

    `annotations` are only those of OWN_ANNOTATIONS; `owners` are all owner references, to
    GroupAccesses and to other objects.
    """

    role: RoleRef
    subjects: tuple[Subject, ...]
    owners: tuple[Owner, ...]
    annotations: tuple[tuple[str, str], ...]
    has_managed_by_label: bool = True
    _by_name: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the annotations: each reconcile reads dozens of them."""
        object.__setattr__(self, "_by_name", dict(self.annotations))

    def annotation(self, name: str) -> str | None:
        """Return the annotation `groupaccess.io/<name>`, None if it does not exist."""
        return self._by_name.get(ANNOTATION_DOMAIN + name)

    @property
    def declared_group(self) -> tuple[str | None, str | None]:
        """Return the directory, and the group as declared, for which the binding was made."""
        return self.annotation(Annotation.DIRECTORY), self.annotation(Annotation.GROUP)

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

    `lost_owners` are owner references that the watch has seen on it and that are gone now, as after
    `kubectl delete --cascade=orphan`.
    """

    key: BindingKey
    uid: str
    resource_version: str
    content: BindingContent
    lost_owners: tuple[Owner, ...] = ()

    @property
    def was_owned(self) -> bool:
        """Tell whether it has, or is known to have had, an owner reference."""
        return bool(self.content.owners or self.lost_owners)


@dataclass(frozen=True, slots=True)
class DesiredBinding:
    """A binding of the desired state; `mapping` is the name of its mapping."""

    key: BindingKey
    mapping: str
    content: BindingContent

    def matches(self, binding: Binding) -> bool:
        """Tell whether an existing binding has this content; other owners beside ours are ignored.

        Server-side apply cannot remove an owner reference that another field manager set. So it
        must not count as drift, or it would be repaired forever.
        """
        mine, theirs = self.content, binding.content
        return (
            (mine.role, mine.subjects, mine.annotations, mine.has_managed_by_label)
            == (theirs.role, theirs.subjects, theirs.annotations, theirs.has_managed_by_label)
        ) and set(mine.owners) <= set(theirs.owners)
