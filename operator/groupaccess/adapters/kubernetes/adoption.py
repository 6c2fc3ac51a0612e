"""The port `AdoptionCluster`, with the rights of the person who runs the command."""

from collections.abc import Sequence
from typing import Any

from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.cluster import OWN_API, PLURALS, KubernetesCluster
from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.errors import (
    InvalidRequestError,
    NotAllowedError,
    TransientError,
)
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.binding import RBAC_GROUP, Binding, BindingKey

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404
RBAC = ("apis", RBAC_GROUP, "v1")
ACCESSES = (*OWN_API, PLURALS["GroupAccess"])


class KubernetesAdoptionCluster:
    """Bindings and GroupAccesses of a real API server."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client = client
        self._writes = KubernetesCluster(client, namespace="", now=SystemClock().now)

    async def list_bindings(self, selector: str = "") -> Sequence[CandidateBinding]:
        """List the bindings; see the port.

        One request without pages for each kind gives a consistent list of that kind.
        """
        query = [("labelSelector", selector)] if selector else []
        bodies = [
            body
            for plural in ("clusterrolebindings", "rolebindings")
            for body in (await self._read(*RBAC, plural, query=query))["items"] or ()
        ]
        return [read_candidate(body) for body in bodies]

    async def list_accesses(self) -> Sequence[api.GroupAccess]:
        """List the GroupAccesses; see the port."""
        listed = await self._find(*ACCESSES)
        return [api.GroupAccess.read(body) for body in (listed or {}).get("items") or ()]

    async def get_binding(self, key: BindingKey) -> Binding | None:
        """Read one binding; see the port."""
        inside = ("namespaces", key.namespace, "rolebindings") if key.namespace else None
        body = await self._find(*RBAC, *(inside or ("clusterrolebindings",)), key.name)
        return None if body is None else read_binding(body)

    async def get_access(self, name: str) -> api.GroupAccess | None:
        """Read one GroupAccess; see the port."""
        body = await self._find(*ACCESSES, name)
        return None if body is None else api.GroupAccess.read(body)

    async def delete_binding(self, binding: Binding) -> bool:
        """Delete a binding if it is still the same version; see the port."""
        return await self._writes.delete(binding)

    async def _find(self, *segments: str) -> dict[str, Any] | None:
        try:
            return await self._client.call("GET", path(*segments))
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise _port_error(error) from error

    async def _read(self, *segments: str, query: Sequence[tuple[str, str]]) -> dict[str, Any]:
        try:
            return await self._client.call("GET", path(*segments, query=query))
        except ApiError as error:
            raise _port_error(error) from error


def _port_error(error: ApiError) -> NotAllowedError | InvalidRequestError | TransientError:
    """Return the port's error for an error response: only two codes are about the rights."""
    if error.code in {UNAUTHORIZED, FORBIDDEN}:
        return NotAllowedError(error.message or str(error))
    if error.code == BAD_REQUEST:
        return InvalidRequestError(error.message or str(error))
    return TransientError(f"the API server answers {error}")


def read_candidate(body: dict[str, Any]) -> CandidateBinding:
    """Read a ClusterRoleBinding or RoleBinding, with what shows who manages it."""
    metadata = body["metadata"]
    owners = metadata.get("ownerReferences") or ()
    return CandidateBinding(
        binding=read_binding(body),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        owners=tuple((owner["kind"], owner["name"]) for owner in owners),
    )
