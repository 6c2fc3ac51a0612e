"""What a hostile or broken server answers: tricks for `KeycloakServer.answers`.

They work on any client that talks to the server, so an operator that runs can be led to it, too.
"""

import asyncio
import contextlib
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterable

from aiohttp import web

from fakes.keycloak_server import Trick

GIB = 2**30
CHUNK = b" " * 65536  # blanks: JSON may hold as many as it likes
SQUEEZED = 32 * 2**20  # bytes that a bomb unfolds to


def redirect(location: str, status: int = 302) -> Trick:
    """Send the client elsewhere."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": location})

    return answer


class Flood:
    """Sends up to 1 GiB; `sent` are the bytes that went before the client hung up."""

    def __init__(self, *, announced: bool) -> None:
        self.sent = 0
        self._announced = announced

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if self._announced:
            response.content_length = GIB
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while self.sent < GIB:
                await response.write(CHUNK)
                self.sent += len(CHUNK)
        return response


async def drip(request: web.Request) -> web.StreamResponse:
    """Send a byte now and then, for ever: no read of the client waits long."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.05)
    return response


def bomb(encoding: str) -> Trick:
    """Send little that unfolds to much, as `Content-Encoding` names it."""
    pack: Callable[[bytes], bytes] = zlib.compress if encoding == "deflate" else gzip.compress
    body = pack(b" " * SQUEEZED)

    async def answer(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
        return web.Response(body=body, headers=headers)

    return answer


def text(body: str) -> Trick:
    """Send a text, with the status of success."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type="application/json")

    return answer


def nested(depth: int = 100_000) -> Trick:
    """Send lists in lists in lists."""
    return text("[" * depth + "]" * depth)


def crowd() -> Trick:
    """Send 15 MiB that a parser makes gigabytes of: little lists, the smallest text of a value."""
    return text(f"[{'[],' * (5 * 2**20)}[]]")


def raw(parts: Callable[[], Iterable[bytes]]) -> Trick:
    """Send what is no HTTP, or too much of it, until the client hangs up."""

    async def answer(request: web.Request) -> web.StreamResponse:
        async for part in _while_open(request, parts()):
            if request.transport is not None:
                request.transport.write(part)
        return web.Response()

    return answer


async def _while_open(request: web.Request, parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        if request.transport is None or request.transport.is_closing():
            return
        yield part
        await asyncio.sleep(0.001)  # its buffer must not grow without bound
    if request.transport is not None:
        request.transport.close()


def no_http() -> Trick:
    """Send a page without HTTP around it."""
    return raw(lambda: (b"<html>s3cret page</html>\r\n\r\n",))


def headers_for_ever() -> Trick:
    """Never come to the end of the headers."""

    def parts() -> Iterable[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            yield b"X-More: " + b"x" * 8000 + b"\r\n"

    return raw(parts)


def not_yet_for_ever() -> Trick:
    """Send one interim answer after the other."""

    def parts() -> Iterable[bytes]:
        while True:
            yield b"HTTP/1.1 102 Processing\r\n\r\n"

    return raw(parts)


def refusal(words: str) -> Trick:
    """Refuse the login in these words."""

    async def answer(_: web.Request) -> web.StreamResponse:
        body = json.dumps({"error": "invalid_client", "error_description": words})
        return web.Response(status=401, text=body, content_type="application/json")

    return answer
