"""A TLS proxy in front of kube-apiserver that streams watches, and misbehaves when told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml
from aiohttp import web
from yarl import URL

from testbed.pki import CertificateAuthority
from testbed.ports import free_port
from testbed.thread_server import ThreadServer

Chunks = AsyncIterator[bytes]
Edit = Callable[[Chunks], Chunks]
Forward = Callable[[web.Request, Edit | None], Awaitable[web.StreamResponse]]
Fault = Callable[[web.Request, Forward], Awaitable[web.StreamResponse]]
Concerns = Callable[[web.Request], bool]
DROPPED = ("host", "connection", "content-length", "transfer-encoding", "keep-alive")
WITHIN = 30.0
LEAVE = 0.5  # seconds in which TLS takes leave of its connections: aiohttp tells nobody of the end


@dataclass
class UnderWay:
    """A request that is not answered to the end; nothing more is heard of a frozen one."""

    request: web.Request
    frozen: bool = False


class KubeProxy(ThreadServer):
    """Passes all on to a kube-apiserver, but what a fault takes over. Use it as a context manager.

    `hits` counts the requests that the present fault has taken over. `drops` is a header, in small
    letters, that it never passes on.
    """

    def __init__(self, folder: Path, server: str, ca_file: Path, drops: str = "") -> None:
        """Prepare its certificate; nothing is served yet."""
        super().__init__()
        self.url = f"https://127.0.0.1:{free_port()}"
        self.hits = 0
        self._server, self._drops = server, drops
        self._ca_file = ca_file
        self._authority = CertificateAuthority(folder, "the proxy's own")
        self._fault: Fault | None = None
        self._concerns: Concerns = anything
        self._under_way: dict[int, UnderWay] = {}  # by the identity of the request
        self._session: aiohttp.ClientSession | None = None

    def redirect(self, kubeconfig: Path) -> None:
        """Have a kubeconfig lead here, with the same user."""
        config = yaml.safe_load(kubeconfig.read_text())
        here = {"server": self.url, "certificate-authority": str(self._authority.file)}
        config["clusters"][0]["cluster"] = here
        kubeconfig.write_text(yaml.safe_dump(config))

    @contextmanager
    def fault(
        self, fault: Fault, *, on: Concerns | None = None, freeze: bool = False
    ) -> Iterator[None]:
        """Misbehave inside the `with`, from the next request on, towards those that `on` chooses.

        What is under way then is cut, so that it comes again; with `freeze` it stays open and is
        never heard of again.
        """
        self._concerns, self._fault, self.hits = on or anything, fault, 0
        self._call(self._freeze if freeze else self._reset)
        try:
            yield
        finally:
            self._fault = None

    def cut(self) -> None:
        """Reset the connections whose request is under way and was concerned by the last fault."""
        self._call(self._reset)

    def _reset(self) -> None:
        for each in [*self._under_way.values()]:
            if self._concerns(each.request):
                abort(each.request)

    def _freeze(self) -> None:
        for each in self._under_way.values():
            if not each.frozen and self._concerns(each.request):
                each.frozen = True
                self.hits += 1

    def _call(self, act: Callable[[], None]) -> None:
        async def call() -> None:
            act()

        self._run(call())

    async def _serve(self) -> None:
        trust = ssl.create_default_context(cafile=str(self._ca_file))
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trust, limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )
        pair = self._authority.issue_server("proxy")
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(pair.certificate, pair.key)
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # A client that goes takes its request with it: the watch behind it ends, too.
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", URL(self.url).port, ssl_context=tls).start()

    async def _end(self) -> None:
        self._concerns = anything
        self._reset()
        await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()
        await asyncio.sleep(LEAVE)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self._under_way[id(request)] = UnderWay(request)
        try:
            fault = self._fault
            if fault is None or not self._concerns(request):
                return await self._forward(request)
            self.hits += 1
            return await fault(request, self._forward)
        except (aiohttp.ClientError, ConnectionError):
            abort(request)  # as when kube-apiserver itself is not there
            return web.Response(status=502)
        finally:
            del self._under_way[id(request)]

    async def _forward(self, request: web.Request, edit: Edit | None = None) -> web.StreamResponse:
        """Send a request on, and stream what comes back, as it comes or as it is edited."""
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if self._passes(name)}
        url = URL(self._server + request.raw_path, encoded=True)
        body = await request.read()
        async with self._session.request(
            request.method, url, headers=headers, data=body or None, allow_redirects=False
        ) as found:
            kept = {name: value for name, value in found.headers.items() if _passes(name)}
            answer = web.StreamResponse(status=found.status, headers=kept)
            await answer.prepare(request)
            chunks = found.content.iter_any()
            async for chunk in chunks if edit is None else edit(chunks):
                if self._under_way[id(request)].frozen:
                    await silence()
                await answer.write(chunk)
            await answer.write_eof()
        return answer

    def _passes(self, name: str) -> bool:
        return _passes(name) and name.lower() != self._drops


def abort(request: web.Request) -> None:
    """Drop the connection of a request without a word."""
    if request.transport is not None:
        request.transport.abort()


async def silence() -> None:
    """Say nothing for ever."""
    await asyncio.Event().wait()


def anything(_: web.Request) -> bool:
    """Concern every request."""
    return True


def _passes(name: str) -> bool:
    return name.lower() not in DROPPED
