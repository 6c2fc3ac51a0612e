"""The port `OperatorRights`: what the operator itself may do."""

from dataclasses import dataclass

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.application.ports.errors import TransientError
from groupaccess.domain.binding import RBAC_GROUP

API = "authorization.k8s.io/v1"


@dataclass(frozen=True)
class KubernetesOperatorRights:
    """Sends a SelfSubjectAccessReview, which changes nothing."""

    client: KubernetesClient

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
            answer = await self.client.call("POST", where, body)
        except ApiError as error:
            raise TransientError(str(error)) from error
        return bool((answer.get("status") or {}).get("allowed"))
