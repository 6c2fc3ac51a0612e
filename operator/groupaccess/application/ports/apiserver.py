"""What the application asks of kube-apiserver about tokens."""

from typing import Protocol

from groupaccess.domain.apiserver.token_review import TokenReviewResult


class ApiServer(Protocol):
    """How kube-apiserver reads tokens."""

    async def review_token(self, token: str) -> TokenReviewResult:
        """Return what kube-apiserver reads from a token; no error has the token in it.

        Raise RefusedError where the right is missing, naming the chart's value that gives it.
        """
