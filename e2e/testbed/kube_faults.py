"""Ways in which a proxy in front of kube-apiserver misbehaves, and towards which requests."""

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from testbed.kube_proxy import Chunks, Fault, Forward, abort, silence

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
EXPIRED = {
    "type": "ERROR",
    "object": {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "The resourceVersion for the provided watch is too old.",
        "reason": "Expired",
        "code": 410,
    },
}


def is_write(request: web.Request) -> bool:
    """Tell whether a request changes something."""
    return request.method in WRITES


def is_watch(request: web.Request) -> bool:
    """Tell whether a request is a watch."""
    return request.query.get("watch") in {"1", "true"}


def is_list(request: web.Request) -> bool:
    """Tell whether a request lists what the operator watches."""
    return "limit" in request.query and not is_watch(request)


def is_list_or_watch(request: web.Request) -> bool:
    """Tell whether a request reads what the operator watches."""
    return is_list(request) or is_watch(request)


def is_event(request: web.Request) -> bool:
    """Tell whether a request posts an event."""
    return request.method == "POST" and request.path.endswith("/events")


def late(seconds: float) -> Fault:
    """Answer rightly, but late."""

    async def answer(request: web.Request, forward: Forward) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await forward(request, None)

    return answer


def refusing(status: int, reason: str, **headers: str) -> Fault:
    """Answer with an error, in Kubernetes' words."""

    async def answer(_: web.Request, __: Forward) -> web.StreamResponse:
        body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "metadata": {}}
        words: dict[str, Any] = {"message": "by the proxy", "reason": reason, "code": status}
        return web.json_response(body | words, status=status, headers=headers)

    return answer


async def resetting(request: web.Request, _: Forward) -> web.StreamResponse:
    """Drop the connection."""
    abort(request)
    return web.Response(status=502)


async def silent(request: web.Request, _: Forward) -> web.StreamResponse:
    """Take the request and never answer, nor end."""
    await request.read()
    await silence()
    return web.Response(status=502)


async def expiring(request: web.Request, forward: Forward) -> web.StreamResponse:
    """Pass on the first events of a watch, then say that its version is too old."""

    async def edit(chunks: Chunks) -> Chunks:
        async for chunk in until(chunks, 0.5):
            yield chunk
        yield json.dumps(EXPIRED).encode() + b"\n"

    return await forward(request, edit)


def closing(seconds: float) -> Fault:
    """End each watch rightly, after so long."""

    async def answer(request: web.Request, forward: Forward) -> web.StreamResponse:
        return await forward(request, lambda chunks: until(chunks, seconds))

    return answer


async def truncating(request: web.Request, forward: Forward) -> web.StreamResponse:
    """Leave out the second half of what is answered, or of the first event, and end rightly."""

    async def edit(chunks: Chunks) -> Chunks:
        if is_watch(request):
            async for chunk in chunks:
                yield chunk[: len(chunk) // 2]
                return
        whole = b"".join([chunk async for chunk in chunks])
        yield whole[: len(whole) // 2]

    return await forward(request, edit)


async def truncating_lists(request: web.Request, forward: Forward) -> web.StreamResponse:
    """Leave out the second half of lists; watches expire, so that they are asked for."""
    return await (expiring if is_watch(request) else truncating)(request, forward)


async def until(chunks: Chunks, seconds: float) -> Chunks:
    """Yield what comes within so many seconds."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            yield await asyncio.wait_for(anext(chunks), left)
        except (TimeoutError, StopAsyncIteration):
            return
