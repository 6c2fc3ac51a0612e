"""A TLS proxy in front of a real Keycloak that answers wrongly, for one realm at a time."""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from testbed.keycloak import Keycloak
from testbed.pki import CertificateAuthority
from testbed.ports import free_port
from testbed.thread_server import ThreadServer

Forward = Callable[[web.Request], Awaitable[web.Response]]
Fault = Callable[[web.Request, Forward], Awaitable[web.StreamResponse]]
SENT_ON = ("Authorization", "Content-Type", "Accept")
WITHIN = 30.0
LEAVE = 0.5  # seconds in which TLS takes leave of its connections: aiohttp tells nobody of the end


class FaultyProxy(ThreadServer):
    """Passes all to Keycloak, but what a realm's fault takes over. Use it as a context manager.

    `calls` counts the requests by realm, `bytes` what they were answered with.
    """

    def __init__(self, folder: Path, keycloak: Keycloak) -> None:
        """Prepare its certificates; nothing is served yet."""
        super().__init__()
        self.url = f"https://localhost:{free_port()}"
        self.faults: dict[str, Fault] = {}
        self.calls: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self._keycloak = keycloak
        self._trusted = CertificateAuthority(folder / "trusted", "the proxy's own")
        self._other = CertificateAuthority(folder / "other", "nobody's")
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._session: aiohttp.ClientSession | None = None
        self.present(self._trusted)

    @property
    def ca(self) -> str:
        """Return the authority of its certificate."""
        return self._trusted.pem

    def context(self) -> ssl.SSLContext:
        """Return what trusts it, for a client of httpx."""
        return ssl.create_default_context(cadata=self.ca)

    def present(self, authority: CertificateAuthority) -> None:
        """Present a certificate of this authority from the next connection on."""
        pair = authority.issue_server("proxy")
        self._tls.load_cert_chain(pair.certificate, pair.key)

    def distrust(self) -> None:
        """Present a certificate that nobody knows."""
        self.present(self._other)

    def trust(self) -> None:
        """Present the right certificate again."""
        self.present(self._trusted)

    async def _serve(self) -> None:
        trust = ssl.create_default_context(cafile=str(self._keycloak.ca_file))
        connector = aiohttp.TCPConnector(ssl=trust, force_close=True)  # none is left at the end
        self._session = aiohttp.ClientSession(connector=connector)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        port = URL(self.url).port
        await web.TCPSite(self._runner, "127.0.0.1", port, ssl_context=self._tls).start()

    async def _end(self) -> None:
        await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()
        await asyncio.sleep(LEAVE)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        realm = request.path.partition("/realms/")[2].partition("/")[0]
        self.calls[realm] += 1
        fault = self.faults.get(realm)
        answer = await (self._forward(request) if fault is None else fault(request, self._forward))
        answer.force_close()  # so that a fault of TLS begins at once
        if isinstance(answer, web.Response) and isinstance(answer.body, bytes):
            self.bytes[realm] += len(answer.body)
        return answer

    async def _forward(self, request: web.Request) -> web.Response:
        if self._session is None:
            raise web.HTTPServiceUnavailable
        async with self._session.request(
            request.method,
            URL(self._keycloak.url + request.raw_path, encoded=True),
            headers={name: request.headers[name] for name in SENT_ON if name in request.headers},
            data=await request.read(),
            allow_redirects=False,
        ) as found:
            kind = found.headers.get("Content-Type", "text/plain")
            return web.Response(
                status=found.status, body=await found.read(), headers={"Content-Type": kind}
            )


def answering(status: int, text: str = "{}", *, on: str = "") -> Fault:
    """Answer so, to requests whose path ends so."""

    async def answer(request: web.Request, forward: Forward) -> web.StreamResponse:
        if not request.path.endswith(on):
            return await forward(request)
        return web.Response(status=status, text=text, content_type="application/json")

    return answer


def hanging(seconds: float) -> Fault:
    """Answer rightly, but late."""

    async def answer(request: web.Request, forward: Forward) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await forward(request)

    return answer


def refusing_tokens() -> Fault:
    """Give tokens and refuse each, as a server does whose clocks differ."""

    async def answer(request: web.Request, forward: Forward) -> web.StreamResponse:
        if "/admin/" not in request.path:
            return await forward(request)
        return web.json_response({"error": "HTTP 401 Unauthorized"}, status=401)

    return answer


def shortened(on: str) -> Fault:
    """Leave out the last item of a list, as where a page is missing."""

    async def answer(request: web.Request, forward: Forward) -> web.StreamResponse:
        found = await forward(request)
        if not request.path.endswith(on) or not isinstance(found.body, bytes):
            return found
        return web.json_response(json.loads(found.body)[:-1], status=found.status)

    return answer
