"""A real HTTPS server that answers as a Keycloak would, or as one that is not well."""

import asyncio
import base64
import json
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from groupaccess.application.ports.keycloak import Connection
from testbed.pki import LOCAL_NAMES, CertificateAuthority

Trick = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECRET = "s3cret"  # noqa: S105 -- of a test
GROUPS = [{"id": "1", "name": "SRE", "path": "/SRE"}, {"id": "2", "name": "Dev", "path": "/Dev"}]
HANG = object()


def error(code: int, words: str = "unknown_error") -> tuple[int, str]:
    """Return an answer that is an error in Keycloak's own shape."""
    return code, json.dumps({"error": words})


def jwt(**claims: str) -> str:
    """Return a token that nobody signed."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"-"))


class KeycloakServer:
    """Answers by the last part of the path; `answers` may be changed by a test.

    An answer is JSON data, a pair of HTTP status and text, HANG, or a trick of `fakes.hostile`.
    Its certificate is for the names `hosts`, by an authority of its own.
    """

    def __init__(self, hosts: tuple[str, ...] = LOCAL_NAMES) -> None:
        self._hosts = hosts
        self.answers: dict[str, Any] = {
            "token": {"access_token": jwt(sub="me"), "expires_in": 300},
            "count": {"count": len(GROUPS)},
            "groups": GROUPS,
            "client-scopes": [{"name": "profile"}],
            "clients": [{"clientId": "headlamp", "enabled": True, "secret": "of headlamp"}],
        }
        self.absent = (404, '{"error":"Realm not found"}')
        self.queries: dict[str, dict[str, str]] = {}
        self.url = ""
        self.ca = ""
        self._closing = asyncio.Event()

    @property
    def issuer(self) -> str:
        """Return the issuer of the realm."""
        return f"{self.url}/realms/main"

    @property
    def connection(self) -> Connection:
        """Return how it is reached."""
        return Connection(f"{self.url}/", "main", "groupaccess", SECRET, self.ca)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        server = TestServer(app, scheme="https")
        await server.start_server(ssl=self.make_certificate())
        try:
            self.url = str(server.make_url("")).rstrip("/")
            endpoint = f"{self.issuer}/protocol/openid-connect/token"
            known = {"issuer": self.issuer, "token_endpoint": endpoint}
            self.answers.setdefault("openid-configuration", known)
            yield
        finally:
            self._closing.set()
            await _end(server)

    def make_certificate(self) -> ssl.SSLContext:
        """Make an authority and a certificate by it; `ca` is the authority from then on."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with tempfile.TemporaryDirectory() as folder:
            authority = CertificateAuthority(Path(folder), "Keycloak's own")
            self.ca = authority.pem
            pair = authority.issue_server("keycloak", self._hosts)
            context.load_cert_chain(pair.certificate, pair.key)
        return context

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        self.queries[name] = dict(request.query)
        answer = self.answers.get(name, self.absent)
        if answer is HANG:
            await self._closing.wait()
            return web.Response()
        if callable(answer):
            trick: Trick = answer
            return await trick(request)
        if isinstance(answer, tuple):
            code, text = answer
            return web.Response(status=code, text=text, content_type="application/json")
        return web.json_response(answer)


async def _end(server: TestServer) -> None:
    """End a server with all that was accepted, also what is still in its handshake.

    A close would wait for the other side to take leave, and forgets how to abort.
    """
    assert server.runner is not None
    assert server.handler is not None
    for site in list(server.runner.sites):
        await site.stop()
    await _some_steps()  # what was accepted begins, and only then can be ended
    while handshakes := [task for task in asyncio.all_tasks() if _accepts(task)]:
        for task in handshakes:
            task.cancel()
        await asyncio.gather(*handshakes, return_exceptions=True)
        await _some_steps()
    for connection in server.handler.connections:
        if connection.transport is not None:
            connection.transport.abort()
    await server.close()
    await _some_steps()  # their sockets close in the steps after


async def _some_steps() -> None:
    """Let the loop take a few steps, and look at its sockets in each."""
    for _ in range(5):
        await asyncio.sleep(0.001)


def _accepts(task: "asyncio.Task[Any]") -> bool:
    return getattr(task.get_coro(), "__name__", "") == "_accept_connection2"
