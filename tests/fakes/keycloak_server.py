"""A real HTTP server that answers as a Keycloak would, or as one that is not well."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from groupaccess.application.ports import Connection

SECRET = "s3cret"  # noqa: S105 -- of a test
GROUPS = [{"id": "1", "name": "SRE", "path": "/SRE"}, {"id": "2", "name": "Dev", "path": "/Dev"}]
HANG = object()


def jwt(**claims: str) -> str:
    """Return a token that nobody signed."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"-"))


class KeycloakServer:
    """Answers by the last part of the path; `answers` may be changed by a test.

    An answer is JSON data, a pair of HTTP status and text, or HANG.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "token": {"access_token": jwt(sub="me"), "expires_in": 300},
            "count": {"count": len(GROUPS)},
            "groups": GROUPS,
            "client-scopes": [],
            "clients": [{"clientId": "headlamp", "enabled": True, "secret": "of headlamp"}],
        }
        self.queries: dict[str, dict[str, str]] = {}
        self.url = ""
        self._closing = asyncio.Event()

    @property
    def issuer(self) -> str:
        """Return the issuer of the realm."""
        return f"{self.url}/realms/main"

    @property
    def connection(self) -> Connection:
        """Return how it is reached."""
        return Connection(f"{self.url}/", "main", "groupaccess", SECRET)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            endpoint = f"{self.issuer}/protocol/openid-connect/token"
            known = {"issuer": self.issuer, "token_endpoint": endpoint}
            self.answers.setdefault("openid-configuration", known)
            yield
            self._closing.set()

    async def _handle(self, request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2]
        self.queries[name] = dict(request.query)
        answer = self.answers.get(name, (404, '{"error":"Realm not found"}'))
        if answer is HANG:
            await self._closing.wait()
            return web.Response()
        if isinstance(answer, tuple):
            code, text = answer
            return web.Response(status=code, text=text, content_type="application/json")
        return web.json_response(answer)
