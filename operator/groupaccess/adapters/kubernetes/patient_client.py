"""The client of a person's commands, which waits where kube-apiserver asks for it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient

TOO_MANY_REQUESTS = 429  # overload, or a CustomResourceDefinition that was made just now
ATTEMPTS = 6


@dataclass
class PatientClient(KubernetesClient):
    """Repeats a call that got 429, `pause` seconds later: client-go, and so kubectl, do the same.

    The operator does not: it has a queue, and its own back-off.
    """

    pause: float = 1.0

    async def call(
        self,
        method: str,
        where: str,
        body: Any = None,  # noqa: ANN401 -- JSON data
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> dict[str, Any]:
        """Make one call; after the last attempt its error counts."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await super().call(method, where, body, content_type, accept)
            except ApiError as error:
                if error.code != TOO_MANY_REQUESTS:
                    raise
            await asyncio.sleep(self.pause)
        return await super().call(method, where, body, content_type, accept)
