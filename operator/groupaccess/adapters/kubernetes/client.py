"""One client for the whole process, and plain calls with it."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from groupaccess.adapters.kubernetes.transport import Response, Transport
from groupaccess.application.ports.errors import TransientError

APPLY = "application/apply-patch+yaml"
PAGE_SIZE = 500
CALL_TIMEOUT = aiohttp.ClientTimeout(total=30)  # seconds


# Bookmarks arrive about every minute: a watch that is silent for longer is dead.
WATCH_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=70)


class ApiError(Exception):
    """An error response of the API server."""

    def __init__(self, code: int, message: str, causes: frozenset[str] = frozenset()) -> None:
        """Keep the HTTP code, the server's message, and the reasons of its causes."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.causes = causes

    @classmethod
    def from_response(cls, code: int, text: str) -> "ApiError":
        """Read a metav1.Status, or the text of something in front of the API server."""
        try:
            status = json.loads(text)
            causes = (status.get("details") or {}).get("causes") or ()
            reasons = frozenset(cause.get("reason", "") for cause in causes)
            return cls(code, str(status.get("message", "")), reasons)
        except (ValueError, AttributeError):
            return cls(code, text[:200])


def path(*segments: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Join the segments of a path, each quoted: the name of a role may contain '#' and '?'."""
    joined = "/" + "/".join(quote(segment, safe="") for segment in segments)
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query)
    return f"{joined}?{pairs}" if pairs else joined


@dataclass
class KubernetesClient:
    """Calls the API server. Transport errors become TransientError, error responses ApiError.

    `on_date` gets the `Date` header of each response. While `may_write` returns False, nothing is
    written. No connection pool delays a call, so it is sent right after that check.
    """

    transport: Transport
    on_date: Callable[[str], None] = field(default=lambda _: None)
    may_write: Callable[[], bool] = field(default=lambda: True)

    async def call(
        self,
        method: str,
        where: str,
        body: Any = None,  # noqa: ANN401 -- JSON data
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> dict[str, Any]:
        """Make one call and return the JSON object of the response."""
        headers = {"Content-Type": content_type, "Accept": accept}
        if content_type == APPLY:  # with a charset, else the library would serialize it
            headers["Content-Type"], body = f"{APPLY}; charset=utf-8", as_yaml(body)
        if method != "GET" and not self.may_write():
            raise TransientError("not written: this replica does not hold the lease")
        async with self._open(method, where, headers, body, CALL_TIMEOUT) as response:
            text = await response.text()
            if response.status >= 400:  # noqa: PLR2004 -- HTTP
                raise ApiError.from_response(response.status, text)
            answer: dict[str, Any] = json.loads(text)
            return answer

    async def pages(
        self, segments: tuple[str, ...], accept: str
    ) -> AsyncIterator[tuple[list[dict[str, Any]], str]]:
        """List a collection: yield the items of each page, and the list's resourceVersion."""
        query = [("limit", str(PAGE_SIZE))]
        while True:
            page = await self.call("GET", path(*segments, query=query), accept=accept)
            yield page["items"] or [], page["metadata"]["resourceVersion"]
            token = page["metadata"].get("continue")
            if not token:
                return
            query = [("limit", str(PAGE_SIZE)), ("continue", token)]

    async def watch(self, where: str, accept: str) -> AsyncIterator[dict[str, Any]]:
        """Watch: yield the events until the server ends the watch or is silent for too long."""
        async with self._open("GET", where, {"Accept": accept}, None, WATCH_TIMEOUT) as response:
            if response.status >= 400:  # noqa: PLR2004 -- HTTP
                raise ApiError.from_response(response.status, await response.text())
            async for line in response.content:
                yield json.loads(line)

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        where: str,
        headers: dict[str, str],
        body: Any,  # noqa: ANN401 -- JSON data
        limits: aiohttp.ClientTimeout,
    ) -> AsyncIterator[Response]:
        try:
            async with self.transport.request(method, where, headers, body, limits) as response:
                self.on_date(response.headers.get("Date", ""))
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # A ValueError means invalid JSON: a proxy's page, or a stream that was cut off.
            text = f"{type(error).__name__}: {error}".rstrip(": ")
            raise TransientError(f"no valid answer from the API server: {text}") from error


# Unescaped, YAML reads these as line breaks or refuses them. Escaped, both read the same.
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def as_yaml(body: object) -> bytes:
    r"""Serialize a body for server-side apply, as JSON that is also YAML.

    JSON's usual ASCII would write an emoji as two escapes (\ud83d\ude80), which YAML refuses.
    """
    text = json.dumps(body, ensure_ascii=False)
    return _UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()
