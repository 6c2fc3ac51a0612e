"""The port `Guards` on a real API server."""

from typing import Any

from groupaccess.adapters.kubernetes.errors import FORBIDDEN, NOT_FOUND
from groupaccess.adapters.kubernetes.rest import ApiError, Rest, path
from groupaccess.application.ports import PassingError

API = ("apis", "admissionregistration.k8s.io", "v1")
Body = dict[str, Any]


class KubernetesGuards:
    """Reads a ValidatingAdmissionPolicy and its binding by their one name."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def missing(self, name: str) -> str:
        """Read both from the API server, not from a cache; see the port."""
        try:
            policy = await self._get("validatingadmissionpolicies", name)
            binding = await self._get("validatingadmissionpolicybindings", name)
        except ApiError as error:
            if error.code == FORBIDDEN:
                return f"the operator may not read it: {error.message}"
            raise PassingError(str(error)) from error
        if policy is None:
            return "there is no ValidatingAdmissionPolicy of that name"
        if binding is None:
            return "there is no ValidatingAdmissionPolicyBinding of that name"
        return _missing(name, binding["spec"])

    async def _get(self, plural: str, name: str) -> Body | None:
        try:
            return await self._rest.call("GET", path(*API, plural, name))
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise


def _missing(name: str, spec: Body) -> str:
    """Tell why a binding does not put its policy in force for all that the policy matches."""
    if spec.get("policyName") != name:
        return "its binding is for another policy"
    if "Deny" not in spec.get("validationActions", ()):
        return "its binding does not deny"
    if spec.get("matchResources") or spec.get("paramRef"):
        return "its binding holds for some requests only"
    return ""
