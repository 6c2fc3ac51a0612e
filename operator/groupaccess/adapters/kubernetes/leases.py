"""The port `Leases` for a real API server."""

from datetime import UTC, datetime
from typing import Any

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.leases import Lease

NOT_FOUND = 404
BASE = ("apis", "coordination.k8s.io", "v1", "namespaces")


class KubernetesLeases:
    """One Lease in the operator's own namespace."""

    def __init__(self, client: KubernetesClient, namespace: str, name: str) -> None:
        self._client = client
        self._collection = (*BASE, namespace, "leases")
        self._name = name

    async def read(self) -> Lease | None:
        """Read the Lease; see the port."""
        try:
            return read_lease(await self._client.call("GET", path(*self._collection, self._name)))
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise TransientError(str(error)) from error

    async def write(self, lease: Lease) -> Lease:
        """Create or replace the Lease; see the port."""
        metadata = {"name": self._name}
        if lease.resource_version:
            metadata["resourceVersion"] = lease.resource_version
        body = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {
                "holderIdentity": lease.holder,
                "leaseDurationSeconds": lease.duration,
                "acquireTime": _time(lease.acquired),
                "renewTime": _time(lease.renewed),
                "leaseTransitions": lease.transitions,
            },
        }
        try:
            if lease.resource_version:
                where = path(*self._collection, self._name)
                return read_lease(await self._client.call("PUT", where, body))
            return read_lease(await self._client.call("POST", path(*self._collection), body))
        except ApiError as error:
            raise TransientError(str(error)) from error


def read_lease(body: dict[str, Any]) -> Lease:
    """Read a Lease of the API server."""
    spec = body.get("spec") or {}
    beginning = datetime.fromtimestamp(0, UTC)
    return Lease(
        holder=spec.get("holderIdentity") or "",
        duration=int(spec.get("leaseDurationSeconds") or 1),
        acquired=_when(spec.get("acquireTime"), beginning),
        renewed=_when(spec.get("renewTime"), beginning),
        transitions=int(spec.get("leaseTransitions") or 0),
        resource_version=body["metadata"]["resourceVersion"],
    )


def _time(moment: datetime) -> str:
    """Write a metav1.MicroTime."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _when(text: str | None, default: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else default
