"""Which resources are watched in bulk, and how each gets into the store."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.reflector import Reflector, Resource
from groupaccess.application.state.store import Store
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import RBAC_GROUP, Binding, BindingKey

RBAC = ("apis", RBAC_GROUP, "v1")
Enqueue = Callable[[Iterable[str]], None]


def build_reflectors(
    client: KubernetesClient, store: Store, enqueue: Enqueue, on_gap: Callable[[], None]
) -> tuple[Reflector[Any], ...]:
    """Return the reflectors that keep bindings, roles and namespaces in the store current.

    Every binding of the cluster is watched, not only ours: a removed label hides none, and a status
    can say who else binds the same group. `on_gap` is called when the API server no longer has the
    history of one of them.
    """
    namespaces = Resource(("api", "v1", "namespaces"), metadata_only=True)
    roles = Resource((*RBAC, "clusterroles"), metadata_only=True)
    wide, inside = (
        BindingReflectorStore(store, enqueue, namespaced) for namespaced in (False, True)
    )
    return (
        Reflector(client, Resource((*RBAC, "clusterrolebindings")), wide, on_gap),
        Reflector(client, Resource((*RBAC, "rolebindings")), inside, on_gap),
        Reflector(client, roles, ClusterRoleReflectorStore(store, enqueue), on_gap),
        Reflector(client, namespaces, NamespaceReflectorStore(store, enqueue), on_gap),
    )


@dataclass(frozen=True)
class BindingReflectorStore:
    """Stores the bindings of one kind."""

    store: Store
    enqueue: Enqueue
    namespaced: bool

    def read(self, item: dict[str, Any]) -> Binding:
        """Read a binding."""
        return read_binding(item)

    def put(self, read: Binding) -> None:
        """Store a binding."""
        self.enqueue(self.store.put_binding(read))

    def drop(self, namespace: str, name: str, uid: str) -> None:
        """Remove a binding."""
        self.enqueue(self.store.drop_binding(BindingKey(namespace, name), uid))

    def replace(self, read: Sequence[Binding], version: str) -> None:
        """Store these, and remove others that are not newer."""
        self.enqueue(self.store.replace_bindings(read, version, namespaced=self.namespaced))

    def watched_until(self, version: str) -> None:
        """Record the progress of the watch: it orders the responses to own writes."""
        self.store.bindings.watched_until(version, namespaced=self.namespaced)


@dataclass(frozen=True)
class ClusterRoleReflectorStore:
    """Stores the names of ClusterRoles."""

    store: Store
    enqueue: Enqueue

    def read(self, item: dict[str, Any]) -> str:
        """Read the name."""
        name: str = item["metadata"]["name"]
        return name

    def put(self, read: str) -> None:
        """Store a role."""
        self.enqueue(self.store.put_cluster_role(read))

    def drop(self, _: str, name: str, __: str) -> None:
        """Remove a role."""
        self.enqueue(self.store.drop_cluster_role(name))

    def replace(self, read: Sequence[str], _: str) -> None:
        """Store these, and remove all others."""
        self.enqueue(self.store.replace_cluster_roles(frozenset(read)))

    def watched_until(self, _: str) -> None:
        """Do nothing: only the watch changes what is stored."""


@dataclass(frozen=True)
class NamespaceReflectorStore:
    """Stores namespaces by name."""

    store: Store
    enqueue: Enqueue

    def read(self, item: dict[str, Any]) -> tuple[str, Namespace]:
        """Read name and labels, and whether it is terminating."""
        metadata = item["metadata"]
        ending = "deletionTimestamp" in metadata
        return metadata["name"], Namespace(metadata.get("labels") or {}, ending)

    def put(self, read: tuple[str, Namespace]) -> None:
        """Store a namespace."""
        self.enqueue(self.store.put_namespace(*read))

    def drop(self, _: str, name: str, __: str) -> None:
        """Remove a namespace."""
        self.enqueue(self.store.drop_namespace(name))

    def replace(self, read: Sequence[tuple[str, Namespace]], _: str) -> None:
        """Store these, and remove all others."""
        self.enqueue(self.store.replace_namespaces(dict(read)))

    def watched_until(self, _: str) -> None:
        """Do nothing: only the watch changes what is stored."""
