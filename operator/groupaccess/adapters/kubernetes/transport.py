"""How requests reach an API server: over HTTP in production, a simulation in tests."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from kubernetes.aio.client import ApiClient


class Response(Protocol):
    """A response whose headers have arrived; the body may still be on its way."""

    @property
    def status(self) -> int:
        """Return the HTTP status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers."""

    async def text(self) -> str:
        """Read the whole body."""

    @property
    def content(self) -> AsyncIterable[bytes]:
        """Return the body line by line, each as soon as it arrives."""


class Transport(Protocol):
    """A connection to an API server.

    It raises the errors of aiohttp, TimeoutError, or OSError, also while the body is read.
    """

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any,  # noqa: ANN401 -- JSON data
        timeout: aiohttp.ClientTimeout,
    ) -> AbstractAsyncContextManager[Response]:
        """Send a request to a path with its query, and release the response on exit."""


@dataclass(frozen=True)
class HttpTransport:
    """Sends requests through a Kubernetes client, which has the credentials."""

    client: ApiClient

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any,  # noqa: ANN401 -- JSON data
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 -- several limits, which aiohttp keeps
    ) -> AsyncIterator[Response]:
        """Send a request; see the protocol."""
        serialized = await self.client.param_serialize(
            method, url, header_params=dict(headers), body=body, auth_settings=["BearerToken"]
        )
        answer = await self.client.call_api(*serialized[:4], _request_timeout=timeout)
        async with answer.response as response:
            yield response
