"""Which resources are mirrored in bulk, and how each gets into the store."""

from collections.abc import Callable, Iterable
from typing import Any

from groupaccess.adapters.kubernetes.records import read_binding
from groupaccess.adapters.kubernetes.reflector import Reflector, Resource
from groupaccess.adapters.kubernetes.rest import Rest
from groupaccess.application.store import Store
from groupaccess.domain.bindings import RBAC_GROUP, BindingKey
from groupaccess.domain.namespaces import Namespace

RBAC = ("apis", RBAC_GROUP, "v1")


def mirrors(
    rest: Rest,
    store: Store,
    enqueue: Callable[[Iterable[str]], None],
    look_later: Callable[[Iterable[str]], None],
) -> tuple[Reflector, ...]:
    """Return the reflectors that keep the store's view of bindings, roles and namespaces.

    Every binding of the cluster is watched, not only ours: a removed label hides none, and whoever
    binds the same group says in its status who else does; for that there is time.
    """
    store.bindings.shared = look_later

    def put_binding(item: dict[str, Any]) -> None:
        enqueue(store.put_binding(read_binding(item)))

    def drop_binding(namespace: str, name: str, uid: str) -> None:
        enqueue(store.drop_binding(BindingKey(namespace, name), uid))

    def put_role(item: dict[str, Any]) -> None:
        enqueue(store.put_cluster_role(item["metadata"]["name"]))

    def drop_role(_: str, name: str, __: str) -> None:
        enqueue(store.drop_cluster_role(name))

    def put_namespace(item: dict[str, Any]) -> None:
        metadata = item["metadata"]
        namespace = Namespace(metadata.get("labels") or {}, "deletionTimestamp" in metadata)
        enqueue(store.put_namespace(metadata["name"], namespace))

    def drop_namespace(_: str, name: str, __: str) -> None:
        enqueue(store.drop_namespace(name))

    namespaces = Resource(("api", "v1", "namespaces"), metadata_only=True)
    roles = Resource((*RBAC, "clusterroles"), metadata_only=True)
    return (
        Reflector(rest, Resource((*RBAC, "clusterrolebindings")), put_binding, drop_binding),
        Reflector(rest, Resource((*RBAC, "rolebindings")), put_binding, drop_binding),
        Reflector(rest, roles, put_role, drop_role),
        Reflector(rest, namespaces, put_namespace, drop_namespace),
    )
