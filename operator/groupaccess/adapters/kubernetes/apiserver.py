"""How kube-apiserver reads a token. No error message ever contains the token."""

from dataclasses import dataclass

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.errors import FORBIDDEN
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

API = "authentication.k8s.io/v1"
REVIEWS = path("apis", *API.split("/"), "tokenreviews")


@dataclass(frozen=True)
class KubernetesApiServer:
    """The port `ApiServer`."""

    client: KubernetesClient

    async def review_token(self, token: str) -> TokenReviewResult:
        """Send a TokenReview; see the port."""
        body = {"apiVersion": API, "kind": "TokenReview", "spec": {"token": token}}
        try:
            answer = await self.client.call("POST", REVIEWS, body)
        except ApiError as error:
            said = error.message.replace(token, "***")
            if error.code == FORBIDDEN:
                fact = (
                    "the operator may not create tokenreviews, so it cannot check the canary: set "
                    "the chart's value apiServer.tokenReview to true"
                )
                raise RejectedError(Failure.of(Reason.API_SERVER_UNKNOWN, fact)) from None
            raise TransientError(f"{error.code}: {said}") from None
        status = answer.get("status") or {}
        if status.get("authenticated"):
            return TokenReviewResult(groups=tuple((status.get("user") or {}).get("groups") or ()))
        return TokenReviewResult(
            error=str(status.get("error") or "not authenticated").replace(token, "***")
        )
