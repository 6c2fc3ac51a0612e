"""The ports `Rights` and `Policies`: what the operator may do, and what may keep it from that."""

from dataclasses import dataclass

from groupaccess.adapters.kubernetes.errors import NOT_FOUND
from groupaccess.adapters.kubernetes.reflector import METADATA
from groupaccess.adapters.kubernetes.rest import ApiError, Rest, path
from groupaccess.application.ports import PassingError
from groupaccess.domain.bindings import RBAC_GROUP

POLICIES = ("apis", "admissionregistration.k8s.io", "v1", "validatingadmissionpolicies")
METADATA_OF_ONE = METADATA.format(list="")
API = "authorization.k8s.io/v1"


@dataclass(frozen=True)
class KubernetesRights:
    """Asks by SelfSubjectAccessReview, which changes nothing."""

    rest: Rest

    async def may_bind(self, cluster_role: str) -> bool:
        """Ask whether the operator may bind a ClusterRole; see the port."""
        asked = {"verb": "bind", "group": RBAC_GROUP, "resource": "clusterroles"}
        body = {
            "apiVersion": API,
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {**asked, "name": cluster_role}},
        }
        where = path("apis", *API.split("/"), "selfsubjectaccessreviews")
        try:
            answer = await self.rest.call("POST", where, body)
        except ApiError as error:
            raise PassingError(str(error)) from error
        return bool((answer.get("status") or {}).get("allowed"))


@dataclass(frozen=True)
class KubernetesPolicies:
    """Reads ValidatingAdmissionPolicies by name."""

    rest: Rest

    async def version(self, name: str) -> str:
        """Return the resourceVersion of a policy; see the port."""
        try:
            body = await self.rest.call("GET", path(*POLICIES, name), accept=METADATA_OF_ONE)
        except ApiError as error:
            if error.code == NOT_FOUND:
                return ""
            raise PassingError(str(error)) from error
        version: str = body["metadata"]["resourceVersion"]
        return version
