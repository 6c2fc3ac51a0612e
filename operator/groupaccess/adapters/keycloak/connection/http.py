"""The HTTP client for Keycloak: it accepts what an honest server sends, and little else.

Redirects are never followed, since the credentials would go along. Compressed answers are rejected,
so that the bytes counted on the wire are all that there is. A proxy from the environment
(HTTPS_PROXY) is used, as everywhere in httpx: TLS goes through it, and it learns only the host's
name.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import httpx

from groupaccess.adapters.keycloak.connection.answers import address, not_from_keycloak
from groupaccess.adapters.keycloak.connection.connect_errors import explain
from groupaccess.adapters.keycloak.connection.setting_names import DIRECTORY_FIELDS, SettingNames
from groupaccess.domain.reasons import Reason

MIB = 2**20
MAX_BYTES = 16 * MIB
"""Bytes of one answer. The longest lists the roles that a client's tokens can carry: a role has
about 200 bytes, so that tens of thousands fit. A search returns 20 groups at most."""
MAX_VALUES = 2**19
"""Values of one answer, since little text can be many. A role has about 6.
What is read from the worst answer within both bounds takes less than half of the pod's memory."""
MAX_HOST_CHARACTERS = 100  # of a host's name in a message
HTTPS_PORT = 443


class RejectedAnswerError(Exception):
    """A request that is not sent, or an answer that is not accepted.

    The text is for people: where the request went, what is wrong, and what to do.
    """

    def __init__(
        self, url: httpx.URL, words: str, reason: Reason = Reason.KEYCLOAK_UNAVAILABLE
    ) -> None:
        super().__init__(f"{address(url)}: {words}")
        self.reason = reason


class HardenedClient(httpx.AsyncClient):
    """Speaks only https, except with `PLAIN_HTTP` hosts; accepts no empty answer but these codes.

    `answer_within` is how many seconds one answer may take, from connecting to its last byte.
    `names` are the settings that its messages name.
    """

    PLAIN_HTTP: ClassVar[frozenset[str]] = frozenset()
    EMPTY_ANSWERS: ClassVar[frozenset[int]] = frozenset()

    def __init__(
        self,
        trust: ssl.SSLContext,
        answer_within: float,
        names: SettingNames = DIRECTORY_FIELDS,
    ) -> None:
        super().__init__(
            verify=trust,
            timeout=None,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [self._check_headers]},
        )
        self._names = names
        self._answer_within = answer_within

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's
        """Send a request and read its answer; raise RejectedAnswerError for an unacceptable one.

        python-keycloak wraps that in its own error.
        """
        url = request.url
        if request.url.scheme != "https" and url.host not in self.PLAIN_HTTP:
            raise RejectedAnswerError(
                url, f"this is not https, so {self._names.caller} sends no credentials there"
            )
        try:
            async with asyncio.timeout(self._answer_within):
                response = await super().send(request, **how)
        except TimeoutError:
            late = f"no complete answer within {self._answer_within:g} s"
            there = "check the network and its policies, and whether Keycloak is overloaded"
            raise RejectedAnswerError(url, f"{late}: {there}") from None
        except httpx.TransportError as error:
            reason, cause = explain(error, self._names)
            words = f"could not be reached (port {url.port or HTTPS_PORT}): {cause}"
            raise RejectedAnswerError(url, words, reason) from error
        if sum(response.content.count(sign) for sign in (b",", b"[", b"{")) > MAX_VALUES:
            raise RejectedAnswerError(url, f"the answer has more than {MAX_VALUES} values")
        if response.status_code in self.EMPTY_ANSWERS and not response.content:
            return response
        if (strange := not_from_keycloak(response, self._names)) is not None:
            raise RejectedAnswerError(url, strange)
        return response

    async def _check_headers(self, response: httpx.Response) -> None:
        """Check the headers of an answer, before its body is read; raise RejectedAnswerError."""
        url = response.request.url
        if response.has_redirect_location:
            words = (
                f"HTTP {response.status_code} redirects to {_redirect_host(response)}; "
                f"{self._names.caller} follows no redirects. Set {self._names.address} to "
                "Keycloak's own address"
            )
            raise RejectedAnswerError(url, words)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise RejectedAnswerError(
                url, f"the answer is compressed, although {self._names.caller} did not request that"
            )
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _BoundedBody(response.stream, url)


class _BoundedBody(httpx.AsyncByteStream):
    """A body that raises RejectedAnswerError when it becomes larger than MAX_BYTES."""

    def __init__(self, stream: httpx.AsyncByteStream, url: httpx.URL) -> None:
        self._stream = stream
        self._url = url

    async def __aiter__(self) -> AsyncIterator[bytes]:
        remaining = MAX_BYTES
        async for part in self._stream:
            remaining -= len(part)
            if remaining < 0:
                raise RejectedAnswerError(
                    self._url, f"the answer is larger than {MAX_BYTES // MIB} MiB"
                )
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def _redirect_host(response: httpx.Response) -> str:
    """Return the host that a redirect leads to, without user, path and query."""
    try:
        host = response.url.join(response.headers["Location"]).netloc.decode()
    except (httpx.InvalidURL, ValueError):
        host = ""
    return host[:MAX_HOST_CHARACTERS] or "an address that cannot be read"
