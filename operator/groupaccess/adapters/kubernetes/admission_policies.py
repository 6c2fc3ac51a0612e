"""The ports `BindGuardPolicies` and `WritePolicies` for a real API server."""

from dataclasses import dataclass
from typing import Any

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.errors import FORBIDDEN, NOT_FOUND
from groupaccess.adapters.kubernetes.reflector import METADATA
from groupaccess.application.ports.errors import TransientError

API = ("apis", "admissionregistration.k8s.io", "v1")
POLICIES, BINDINGS = "validatingadmissionpolicies", "validatingadmissionpolicybindings"
METADATA_OF_ONE = METADATA.format(list="")
NOT_IN_FORCE = "it is not in force"

Body = dict[str, Any]


class KubernetesBindGuardPolicies:
    """Reads a ValidatingAdmissionPolicy and its binding, which have the same name."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client = client

    async def inactive_reason(self, name: str) -> str:
        """Read both from the API server, not from a cache; see the port."""
        try:
            policy = await self._get(POLICIES, name)
            binding = await self._get(BINDINGS, name)
        except ApiError as error:
            if error.code == FORBIDDEN:
                return f"the operator may not read whether it is in force: {error.message}"
            raise TransientError(str(error)) from error
        if policy is None:
            return f"{NOT_IN_FORCE}: there is no ValidatingAdmissionPolicy with this name"
        if binding is None:
            return f"{NOT_IN_FORCE}: there is no ValidatingAdmissionPolicyBinding with this name"
        return inactive_reason_of(name, binding["spec"])

    async def _get(self, plural: str, name: str) -> Body | None:
        try:
            return await self._client.call("GET", path(*API, plural, name))
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise


def inactive_reason_of(name: str, spec: Body) -> str:
    """Return why a binding does not enforce its policy for all that the policy matches, or ""."""
    if spec.get("policyName") != name:
        return f"{NOT_IN_FORCE}: its binding names another policy"
    if "Deny" not in spec.get("validationActions", ()):
        return f"{NOT_IN_FORCE}: its binding does not have the validation action Deny"
    if spec.get("matchResources") or spec.get("paramRef"):
        return f"{NOT_IN_FORCE} for all requests: its binding has matchResources or a paramRef"
    return ""


@dataclass(frozen=True)
class KubernetesWritePolicies:
    """Reads ValidatingAdmissionPolicies by name."""

    client: KubernetesClient

    async def resource_version(self, name: str) -> str:
        """Return the resourceVersion of a policy; see the port."""
        try:
            body = await self.client.call("GET", path(*API, POLICIES, name), accept=METADATA_OF_ONE)
        except ApiError as error:
            if error.code == NOT_FOUND:
                return ""
            raise TransientError(str(error)) from error
        version: str = body["metadata"]["resourceVersion"]
        return version
