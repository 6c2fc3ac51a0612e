"""Our own objects in the fake API server, as bodies in Kubernetes' JSON."""

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from groupaccess.application.ports.cluster import ObjectRef

Body = dict[str, Any]


class Objects:
    """GroupAccesses and KeycloakDirectories with uid, generation, version and status."""

    def __init__(self, next_version: Callable[[], str]) -> None:
        self._next = next_version
        self._bodies: dict[tuple[str, str], Body] = {}

    def apply(self, kind: str, name: str, spec: Mapping[str, Any]) -> ObjectRef:
        """Create an object or change its spec, as `kubectl apply` does."""
        body = self._bodies.get((kind, name))
        if body is None:
            body = self._bodies[kind, name] = _new(kind, name, uid=f"uid-{self._next()}")
        if body["spec"] != spec:
            body["spec"] = copy.deepcopy(dict(spec))
            body["metadata"]["generation"] += 1
            body["metadata"]["resourceVersion"] = self._next()
        return self.ref(kind, name)

    def annotate(self, kind: str, name: str, annotations: Mapping[str, str]) -> None:
        """Set annotations, as `kubectl annotate` does."""
        metadata = self._bodies[kind, name]["metadata"]
        metadata["annotations"] = {**metadata.get("annotations", {}), **annotations}
        metadata["resourceVersion"] = self._next()

    def remove(self, kind: str, name: str) -> None:
        """Delete an object."""
        del self._bodies[kind, name]
        self._next()

    def begin_removal(self, kind: str, name: str) -> None:
        """Mark an object that waits for somebody's finalizer."""
        metadata = self._bodies[kind, name]["metadata"]
        metadata["deletionTimestamp"] = "2026-01-01T12:00:00Z"
        metadata["resourceVersion"] = self._next()

    def written(self, name: str, at: datetime | None) -> None:
        """Let a GroupAccess say when its spec was written, or no more."""
        meta = self._bodies["GroupAccess", name]["metadata"]
        time = None if at is None else at.isoformat()
        if meta["generation"] == 1:
            meta["creationTimestamp"] = time
        else:
            meta["managedFields"] = [
                {"time": time, "fieldsV1": {"f:spec": {}}},
                {"time": "2099-01-01T00:00:00Z", "fieldsV1": {"f:metadata": {}}},
                {
                    "time": "2099-01-01T00:00:00Z",
                    "fieldsV1": {"f:spec": {}, "f:status": {}},
                    "subresource": "status",
                },
            ]

    def created(self, kind: str, name: str, at: datetime) -> None:
        """Let an object say when it was created, as after a restore."""
        metadata = self._bodies[kind, name]["metadata"]
        metadata["creationTimestamp"] = at.isoformat()
        metadata["resourceVersion"] = self._next()

    def find(self, kind: str, name: str) -> Body | None:
        """Return a copy of an object's body, None when there is none."""
        return copy.deepcopy(self._bodies.get((kind, name)))

    def all(self, kind: str) -> list[Body]:
        """Return copies of all bodies of a kind."""
        return [copy.deepcopy(body) for (each, _), body in self._bodies.items() if each == kind]

    def ref(self, kind: str, name: str) -> ObjectRef:
        """Return what names an object."""
        return ObjectRef(kind, name, self._bodies[kind, name]["metadata"]["uid"])

    def versions(self, kind: str) -> dict[str, tuple[str, str]]:
        """Return uid and version of each object of a kind."""
        metadata = [body["metadata"] for body in self.all(kind)]
        return {meta["name"]: (meta["uid"], meta["resourceVersion"]) for meta in metadata}

    def write_status(self, ref: ObjectRef, version: str, status: Mapping[str, Any]) -> str | None:
        """Replace a status; see the port `Cluster`."""
        body = self._bodies.get((ref.kind, ref.name))
        if body is None or body["metadata"]["resourceVersion"] != version:
            return None
        written = {"observedGeneration": -1, **copy.deepcopy(dict(status))}
        if body["status"] != written:
            body["status"] = written
            body["metadata"]["resourceVersion"] = self._next()
        now: str = body["metadata"]["resourceVersion"]
        return now


def _new(kind: str, name: str, uid: str) -> Body:
    return {
        "apiVersion": "groupaccess.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "uid": uid, "generation": 0},
        "spec": None,
        "status": {"observedGeneration": -1},
    }
