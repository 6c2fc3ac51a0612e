"""Which resources are mirrored in bulk, and how each gets into the store."""

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
    """Return the reflectors that keep the store's view of bindings, roles and namespaces.

    Every binding of the cluster is watched, not only ours: a removed label hides none, and whoever
    binds the same group says in its status who else does. `on_gap` is called when the API server no
    longer has the history of one of them.
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
    """Keeps the bindings of one kind."""

    store: Store
    enqueue: Enqueue
    namespaced: bool

    def read(self, item: dict[str, Any]) -> Binding:
        """Read a binding."""
        return read_binding(item)

    def put(self, read: Binding) -> None:
        """Keep a binding."""
        self.enqueue(self.store.put_binding(read))

    def drop(self, namespace: str, name: str, uid: str) -> None:
        """Forget a binding."""
        self.enqueue(self.store.drop_binding(BindingKey(namespace, name), uid))

    def replace(self, read: Sequence[Binding], version: str) -> None:
        """Keep these, and no others that are as old."""
        self.enqueue(self.store.replace_bindings(read, version, namespaced=self.namespaced))

    def watched_until(self, version: str) -> None:
        """Keep how far the watch is: answers of own writes are put in order by it."""
        self.store.bindings.watched_until(version, namespaced=self.namespaced)


@dataclass(frozen=True)
class ClusterRoleReflectorStore:
    """Keeps the names of ClusterRoles."""

    store: Store
    enqueue: Enqueue

    def read(self, item: dict[str, Any]) -> str:
        """Read the name."""
        name: str = item["metadata"]["name"]
        return name

    def put(self, read: str) -> None:
        """Keep a role."""
        self.enqueue(self.store.put_cluster_role(read))

    def drop(self, _: str, name: str, __: str) -> None:
        """Forget a role."""
        self.enqueue(self.store.drop_cluster_role(name))

    def replace(self, read: Sequence[str], _: str) -> None:
        """Keep these and no others."""
        self.enqueue(self.store.replace_cluster_roles(frozenset(read)))

    def watched_until(self, _: str) -> None:
        """Nobody else writes what is kept of them."""


@dataclass(frozen=True)
class NamespaceReflectorStore:
    """Keeps namespaces by name."""

    store: Store
    enqueue: Enqueue

    def read(self, item: dict[str, Any]) -> tuple[str, Namespace]:
        """Read name and labels, and whether it terminates."""
        metadata = item["metadata"]
        ending = "deletionTimestamp" in metadata
        return metadata["name"], Namespace(metadata.get("labels") or {}, ending)

    def put(self, read: tuple[str, Namespace]) -> None:
        """Keep a namespace."""
        self.enqueue(self.store.put_namespace(*read))

    def drop(self, _: str, name: str, __: str) -> None:
        """Forget a namespace."""
        self.enqueue(self.store.drop_namespace(name))

    def replace(self, read: Sequence[tuple[str, Namespace]], _: str) -> None:
        """Keep these and no others."""
        self.enqueue(self.store.replace_namespaces(dict(read)))

    def watched_until(self, _: str) -> None:
        """Nobody else writes what is kept of them."""
