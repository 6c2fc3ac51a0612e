"""What the application asks kube-apiserver about tokens."""

from typing import Protocol

from groupaccess.domain.apiserver.token_review import TokenReviewResult


class ApiServer(Protocol):
    """Shows how kube-apiserver reads tokens."""

    async def review_token(self, token: str) -> TokenReviewResult:
        """Return what kube-apiserver reads from a token; no error contains the token.

        Raise RejectedError when the right is missing, naming the chart's value that gives it, and
        TransientError for what may be retried.
        """
