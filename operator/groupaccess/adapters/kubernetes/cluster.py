"""The port `Cluster` for a real API server."""

import base64
import hashlib
import logging
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from groupaccess.adapters.kubernetes.binding_json import ACCESS_API, read_binding, write_binding
from groupaccess.adapters.kubernetes.client import APPLY, ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.errors import (
    classify_apply_error,
    classify_error,
    classify_read_error,
    finalizers_left,
)
from groupaccess.adapters.kubernetes.reflector import METADATA
from groupaccess.application.ports.cluster import Event, ObjectList, ObjectRef
from groupaccess.application.ports.errors import NotInstalledError, TransientError
from groupaccess.domain.binding import RBAC_GROUP, Binding, BindingKey, DesiredBinding
from groupaccess.domain.text import printable_text

logger = logging.getLogger(__name__)

FIELD_MANAGER = "groupaccess"
JSON_PATCH = "application/json-patch+json"
PLURALS = {"GroupAccess": "groupaccesses", "KeycloakDirectory": "keycloakdirectories"}
OWN_API = ("apis", *ACCESS_API.split("/"))
POLICY_API = {"ValidatingAdmissionPolicy": "admissionregistration.k8s.io/v1"}
LIST_OF_METADATA = METADATA.format(list="List")
NOT_FOUND, CONFLICT = 404, 409
NOTE_LIMIT = 1024  # characters of an event's note: the API server's limit


class KubernetesCluster:
    """Writes and single reads; `namespace` is the operator's own."""

    def __init__(
        self, client: KubernetesClient, namespace: str, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._now = now
        self._instance = socket.gethostname()[:128]

    async def apply(self, desired: DesiredBinding, existing: Binding | None) -> Binding:
        """Write a binding by server-side apply; see the port."""
        where = _binding_path(
            desired.key, query=[("fieldManager", FIELD_MANAGER), ("force", "true")]
        )
        try:
            body = await self._client.call("PATCH", where, write_binding(desired, existing), APPLY)
        except ApiError as error:
            raise classify_apply_error(error, desired) from error
        return read_binding(body)

    async def delete(self, binding: Binding) -> bool:
        """Delete a binding if it still has the same resourceVersion; see the port."""
        preconditions = {"uid": binding.uid, "resourceVersion": binding.resource_version}
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
        try:
            remaining = await self._client.call("DELETE", _binding_path(binding.key), options)
        except ApiError as error:
            if error.code == NOT_FOUND:
                return False
            raise classify_error(error) from error
        if finalizers := (remaining.get("metadata") or {}).get("finalizers"):
            raise finalizers_left(finalizers)  # it still grants
        return True

    async def get_access_uid(self, access: str) -> str | None:
        """Read the uid of a GroupAccess from the API server; see the port."""
        where = path(*OWN_API, PLURALS["GroupAccess"], access)
        try:
            body = await self._client.call("GET", where, accept=METADATA.format(list=""))
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise TransientError(str(error)) from error
        uid: str = body["metadata"]["uid"]
        return uid

    async def write_status(
        self, ref: ObjectRef, version: str, status: Mapping[str, Any]
    ) -> str | None:
        """Replace a status; see the port.

        Server-side apply would keep fields that somebody else wrote into it. The resourceVersion
        prevents a write to a new object of the same name: for the status of a custom resource the
        API server ignores a uid.
        """
        body = [
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/status", "value": dict(status)},
        ]
        query = [("fieldManager", FIELD_MANAGER)]
        where = path(*OWN_API, PLURALS[ref.kind], ref.name, "status", query=query)
        try:
            answer = await self._client.call("PATCH", where, body, JSON_PATCH)
        except ApiError as error:
            if error.code in {NOT_FOUND, CONFLICT}:
                return None
            raise TransientError(str(error)) from error
        written: str = answer["metadata"]["resourceVersion"]
        return written

    async def list_objects(self, kind: str) -> ObjectList:
        """List name, uid and resourceVersion of all objects of one of our kinds."""
        result: dict[str, tuple[str, str]] = {}
        first = ""
        try:
            async for items, version in self._client.pages(
                (*OWN_API, PLURALS[kind]), LIST_OF_METADATA
            ):
                first = first or version  # later pages continue the snapshot of the first
                for meta in (item["metadata"] for item in items):
                    result[meta["name"]] = (meta["uid"], meta["resourceVersion"])
        except ApiError as error:
            if error.code == NOT_FOUND:
                raise NotInstalledError(f"the API server does not serve the kind {kind}") from error
            raise TransientError(str(error)) from error
        return ObjectList(first, result)

    async def create_event(self, event: Event) -> None:
        """Post an event; a failure is only logged."""
        where = path("apis", "events.k8s.io", "v1", "namespaces", "default", "events")
        try:
            await self._client.call("POST", where, self._event(event))
        except (ApiError, TransientError) as error:
            if event.dedup_key and isinstance(error, ApiError) and error.code == CONFLICT:
                return
            logger.warning(
                "event for %s %s not posted: %s", event.regarding.kind, event.regarding.name, error
            )

    async def get_secret(self, name: str) -> Mapping[str, str] | None:
        """Read a Secret of the operator's own namespace."""
        data = await self._own("secrets", name)
        if data is None:
            return None
        # Other entries may be binary, such as a keystore beside the certificates.
        texts = ((key, base64.b64decode(value)) for key, value in data.items())
        return {key: text.decode(errors="replace") for key, text in texts}

    async def get_config_map(self, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap of the operator's own namespace."""
        return await self._own("configmaps", name)

    async def _own(self, plural: str, name: str) -> Mapping[str, str] | None:
        """Read the data of an object in the operator's own namespace."""
        where = path("api", "v1", "namespaces", self._namespace, plural, name)
        try:
            body = await self._client.call("GET", where)
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise classify_read_error(error, f"{plural}/{name}") from error
        data: dict[str, str] = body.get("data") or {}
        return data

    def _event(self, event: Event) -> dict[str, Any]:
        regarding = event.regarding
        prefix = regarding.name[:200].rstrip(".-")
        name = {"generateName": f"{prefix}-"}
        if event.dedup_key:  # always the same name: the API server refuses the second
            name = {"name": f"{prefix}-{hashlib.sha256(event.dedup_key.encode()).hexdigest()[:16]}"}
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {**name, "namespace": "default"},
            "eventTime": self._now().astimezone(UTC).isoformat(timespec="microseconds"),
            "reportingController": "groupaccess.io/operator",
            "reportingInstance": self._instance,
            "action": event.action,
            "reason": event.reason,
            "type": "Warning" if event.warning else "Normal",
            "note": printable_text(event.message, NOTE_LIMIT),
            "regarding": {
                "apiVersion": POLICY_API.get(regarding.kind, ACCESS_API),
                "kind": regarding.kind,
                "name": regarding.name,
                "uid": regarding.uid,
            },
        }


def _binding_path(key: BindingKey, query: list[tuple[str, str]] | None = None) -> str:
    inside = ("namespaces", key.namespace, "rolebindings") if key.namespace else None
    kind = inside or ("clusterrolebindings",)
    return path("apis", RBAC_GROUP, "v1", *kind, key.name, query=query or ())
