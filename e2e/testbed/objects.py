"""Our own objects, as a test declares and reads them."""

import time
from collections.abc import Sequence
from typing import Any

from testbed.cluster import Cluster
from testbed.installation import NAMESPACE
from testbed.realm import Realm
from testbed.waiting import eventually

API = "groupaccess.io/v1alpha1"
RECONCILE = "groupaccess.io/reconcile"
Key = tuple[str, str, str, str | None]  # apiVersion, kind, name, namespace


def mapping(name: str, group: str, cluster_role: str = "view", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    """Return one mapping of a GroupAccess, by default for the whole cluster."""
    place = {} if "namespaces" in more else {"clusterWide": True}
    return {"name": name, "group": group, "clusterRole": cluster_role, **place, **more}


def access(name: str, directory: str, *mappings: dict[str, Any]) -> dict[str, Any]:
    """Return a GroupAccess."""
    return {
        "apiVersion": API,
        "kind": "GroupAccess",
        "metadata": {"name": name},
        "spec": {"directoryRef": {"name": directory}, "mappings": list(mappings)},
    }


def directory(name: str, realm: Realm, ca: str, **spec: Any) -> Sequence[dict[str, Any]]:  # noqa: ANN401 -- JSON
    """Return a KeycloakDirectory for a realm, and the Secret with the operator's login.

    `ca` is PEM; `spec` are fields that override what is set here. The operator is taken to run on
    this machine: a pod reaches the issuer's host, and needs no adminURL.
    """
    elsewhere = {} if realm.admin_url is None else {"adminURL": realm.admin_url}
    return (
        login(name, realm),
        {
            "apiVersion": API,
            "kind": "KeycloakDirectory",
            "metadata": {"name": name},
            "spec": {
                "issuer": realm.issuer_url,
                **elsewhere,
                "caBundle": {"inline": ca},
                "auth": {"clientSecret": {"secretRef": {"name": name}}},
                "tokens": {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]},
                "allowedClusterRoles": ["*"],
                "syncInterval": "10s",
                **spec,
            },
        },
    )


def login(name: str, realm: Realm) -> dict[str, Any]:
    """Return the Secret with the operator's login in a realm, as it is now."""
    found = realm.clients.credentials()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "stringData": {"client-id": found.client_id, "client-secret": found.secret},
    }


class Objects:
    """The objects of one test, taken back at its end."""

    def __init__(self, cluster: Cluster) -> None:
        """Make them in this cluster."""
        self.cluster = cluster
        self._made: dict[Key, None] = {}  # in their order, each once

    def apply(self, *objects: dict[str, Any]) -> None:
        """Apply them, and remember to delete them."""
        self.remember(*objects)
        self.cluster.apply(*objects)

    def remember(self, *objects: dict[str, Any]) -> None:
        """Remember to delete what is applied in another way."""
        self._made |= dict.fromkeys(_key(body) for body in objects)

    def get(self, what: str) -> dict[str, Any]:
        """Return an object such as `ga/platform` as the API server has it."""
        return self.cluster.admin.get(what)

    def read_again(self, directory: str) -> None:
        """Have a directory read now and not at its next interval, as a user does."""
        self.cluster.admin.annotate(f"kcd/{directory}", RECONCILE, str(time.time_ns()))

    def conditions(self, what: str) -> dict[str, dict[str, Any]]:
        """Return its conditions by type, or none when they speak of an older generation."""
        body = self.get(what)
        status = body.get("status", {})
        if status.get("observedGeneration") != body["metadata"]["generation"]:
            return {}
        return {condition["type"]: condition for condition in status["conditions"]}

    def wait_reason(self, what: str, reason: str, *, within: float = 20) -> dict[str, Any]:
        """Wait until its condition Ready has this reason; return the condition."""

        def check() -> dict[str, Any] | None:
            ready = self.conditions(what)["Ready"]
            if ready["reason"] != reason:
                message = f"{ready['reason']}: {ready['message']}"
                raise AssertionError(message)
            return ready

        return eventually(check, within=within, what=f"{what} Ready for reason {reason}") or {}

    def wait_message(self, what: str, words: str, *, within: float = 20) -> None:
        """Wait until the message of its condition Ready holds these words."""

        def check() -> bool:
            message = self.conditions(what)["Ready"]["message"]
            if words not in message:
                raise AssertionError(message)
            return True

        eventually(check, within=within, what=f"{what} Ready with the words {words}")

    def bindings(self, owner: str) -> dict[str, dict[str, Any]]:
        """Return the ClusterRoleBindings with the reserved names of a GroupAccess, by name."""
        prefix = f"groupaccess:{owner}:"
        return {
            body["metadata"]["name"]: body
            for body in self.cluster.admin.list("clusterrolebinding")
            if body["metadata"]["name"].startswith(prefix)
        }

    def all_bindings(self, owner: str) -> set[tuple[str, str]]:
        """Return namespace ("" for none) and name of all bindings of a GroupAccess."""
        admin = self.cluster.admin
        bodies = [*admin.list("clusterrolebinding"), *admin.list("rolebinding")]
        prefix = f"groupaccess:{owner}:"
        return {
            (meta.get("namespace", ""), meta["name"])
            for meta in (body["metadata"] for body in bodies)
            if meta["name"].startswith(prefix)
        }

    def events(self, name: str) -> list[str]:
        """Return the reasons of the events about objects of a name."""
        about = f"involvedObject.name={name}"
        return [event["reason"] for event in self.cluster.admin.list("event", field_selector=about)]

    def delete(self, what: str) -> None:
        """Delete an object such as `ga/platform`, without waiting for what depends on it."""
        self.cluster.admin.delete(what)

    def close(self) -> None:
        """Delete all of them, the last first."""
        for key in reversed(self._made):
            self.cluster.admin.remove(*key)


def _key(body: dict[str, Any]) -> Key:
    metadata = body["metadata"]
    return body["apiVersion"], body["kind"], metadata["name"], metadata.get("namespace")
