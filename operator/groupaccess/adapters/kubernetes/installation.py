"""The port `InstallationReader`, with the rights of the person who runs the command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from groupaccess.adapters.http_date import clock_ahead
from groupaccess.adapters.kubernetes.admission_policies import (
    API,
    BINDINGS,
    NOT_IN_FORCE,
    POLICIES,
    inactive_reason_of,
)
from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.diagnosis import port_error
from groupaccess.adapters.kubernetes.errors import NOT_FOUND
from groupaccess.adapters.kubernetes.leases import read_lease
from groupaccess.api.model import GROUP, VERSION
from groupaccess.application.ports.diagnosis import ServerFacts
from groupaccess.domain.diagnosis.installation_rules import LeaseFacts, PolicyFacts

LEASES = ("apis", "coordination.k8s.io", "v1", "leases")
LEASE_NAME = "groupaccess"
OF_THE_CHART = "app.kubernetes.io/name=groupaccess"
KIND = "x-kubernetes-group-version-kind"


@dataclass(frozen=True)
class KubernetesInstallation:
    """Reads from a real API server."""

    client: KubernetesClient

    async def read_server(self) -> ServerFacts:
        """Read the version; the answer's header `Date` is the server's clock."""
        dates = list[str]()
        client = replace(self.client, on_date=dates.append)
        answer = await _get(client, "get /version", path("version"))
        return ServerFacts(str(answer.get("gitVersion", "")), clock_ahead("".join(dates[-1:])))

    async def read_schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """Read what the API server publishes of the group: everybody may read that."""
        where = path("openapi", "v3", "apis", GROUP, VERSION)
        answer = await _get(self.client, "get /openapi", where)
        schemas = (answer.get("components") or {}).get("schemas") or {}
        return {
            kind["kind"]: schema
            for schema in schemas.values()
            for kind in schema.get(KIND) or ()
            if kind.get("group") == GROUP
        }

    async def list_leases(self) -> Sequence[LeaseFacts]:
        """List the Leases by their name, wherever an operator is."""
        query = [("fieldSelector", f"metadata.name={LEASE_NAME}")]
        answer = await _get(self.client, "list leases", path(*LEASES, query=query))
        return [_lease(body) for body in answer.get("items") or ()]

    async def list_policies(self) -> Sequence[PolicyFacts]:
        """List the chart's policies by its label, each with the binding of the same name."""
        policies, bindings = [await self._labelled(each) for each in (POLICIES, BINDINGS)]
        return [PolicyFacts(name, _inactive(name, bindings)) for name in sorted(policies)]

    async def _labelled(self, plural: str) -> dict[str, dict[str, Any]]:
        where = path(*API, plural, query=[("labelSelector", OF_THE_CHART)])
        answer = await _get(self.client, f"list {plural}", where)
        return {body["metadata"]["name"]: body for body in answer.get("items") or ()}


def _inactive(name: str, bindings: Mapping[str, dict[str, Any]]) -> str:
    binding = bindings.get(name)
    if binding is None:
        return f"{NOT_IN_FORCE}: there is no ValidatingAdmissionPolicyBinding with this name"
    return inactive_reason_of(name, binding.get("spec") or {})


def _lease(body: dict[str, Any]) -> LeaseFacts:
    lease = read_lease(body)
    ends = lease.renewed + timedelta(seconds=lease.duration)
    return LeaseFacts(body["metadata"]["namespace"], lease.holder, ends)


async def _get(client: KubernetesClient, request: str, where: str) -> dict[str, Any]:
    """Read something; what the API server does not serve is empty."""
    try:
        return await client.call("GET", where)
    except ApiError as error:
        if error.code == NOT_FOUND:
            return {}
        raise port_error(error, request) from error
