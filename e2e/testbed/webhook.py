"""A validating webhook that fails, or hangs, on the RoleBindings of one namespace."""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from testbed.cluster import Cluster
from testbed.pki import CertificateAuthority
from testbed.ports import free_port
from testbed.thread_server import ThreadServer
from testbed.waiting import eventually

NAME = "webhook.testbed.groupaccess.io"
PROBE = "webhook-probe"  # a RoleBinding of this name is denied at once: the webhook is in force
DENIED = "denied by the testbed's webhook"
LONGEST = 30  # seconds that the API server waits for a webhook, the most that it allows
WITHIN = 15.0
LEAVE = 0.5  # seconds in which TLS takes leave of its connections: aiohttp tells nobody of the end

Review = dict[str, Any]
Behaviour = Callable[["Webhook"], Awaitable[web.Response | None]]


class Webhook(ThreadServer):
    """Serves on 127.0.0.1, and is registered while a test is inside `on`.

    Use it as a context manager. `calls` counts the reviews of the present registration, and
    `in_flight` those that are not answered yet; what only asks whether it is in force is neither.
    """

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        """Prepare its certificate; nothing is served yet."""
        super().__init__()
        self.calls = 0
        self.in_flight = 0
        self.released = asyncio.Event()
        self._cluster = cluster
        self._port = free_port()
        authority = CertificateAuthority(folder, "the webhook's own")
        pair = authority.issue_server("webhook")
        self._ca = authority.pem
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(pair.certificate, pair.key)
        self._behaviour: Behaviour = fails

    @contextmanager
    def on(self, behaviour: Behaviour, namespace: str) -> Iterator[Self]:
        """Be asked before a RoleBinding of a namespace is made or changed, and never of a delete.

        What hangs at the end is denied then, so that nothing lands after a test.
        """
        self._behaviour, self.calls = behaviour, 0
        self._loop.call_soon_threadsafe(self.released.clear)
        self._cluster.apply(self._configuration(namespace))
        try:
            eventually(lambda: self._in_force(namespace), within=WITHIN, what="the webhook")
            yield self
        finally:
            self._cluster.kubectl("delete", f"validatingwebhookconfiguration/{NAME}")
            self._loop.call_soon_threadsafe(self.released.set)
            eventually(lambda: not self.in_flight, within=WITHIN, what="no review in flight")
            eventually(lambda: not self._in_force(namespace), within=WITHIN, what="no webhook")

    def _in_force(self, namespace: str) -> bool:
        tried = ("create", "rolebinding", PROBE, "--clusterrole=view", "--group=probe")
        where = (f"--namespace={namespace}", "--dry-run=server")
        return DENIED in self._cluster.kubectl(*tried, *where, check=False).stderr

    def _configuration(self, namespace: str) -> dict[str, Any]:
        ca = base64.b64encode(self._ca.encode()).decode()
        asked = {
            "apiGroups": ["rbac.authorization.k8s.io"],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": ["rolebindings"],
            "scope": "Namespaced",
        }
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": NAME},
            "webhooks": [
                {
                    "name": NAME,
                    "clientConfig": {"url": f"https://127.0.0.1:{self._port}/", "caBundle": ca},
                    "rules": [asked],
                    "namespaceSelector": {
                        "matchLabels": {"kubernetes.io/metadata.name": namespace}
                    },
                    "failurePolicy": "Fail",
                    "sideEffects": "None",
                    "admissionReviewVersions": ["v1"],
                    "timeoutSeconds": LONGEST,
                }
            ],
        }

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_post("/", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._tls).start()

    async def _end(self) -> None:
        await self._runner.cleanup()
        await asyncio.sleep(LEAVE)

    async def _handle(self, request: web.Request) -> web.Response:
        answer = await self._answer(request)
        answer.force_close()  # so that no connection is left at the end
        return answer

    async def _answer(self, request: web.Request) -> web.Response:
        review: Review = await request.json()
        if review["request"]["name"] == PROBE:
            return _answer(review, allowed=False)
        self.calls += 1
        self.in_flight += 1
        try:
            answer = await self._behaviour(self)
        finally:
            self.in_flight -= 1
        return answer or _answer(review, allowed=not self.released.is_set())


async def fails(_: Webhook) -> web.Response:
    """Answer with an error of its own."""
    return web.Response(status=500, text="out of order")


def hangs(seconds: float) -> Behaviour:
    """Allow it, but late."""

    async def wait(webhook: Webhook) -> None:
        try:
            async with asyncio.timeout(seconds):
                await webhook.released.wait()
        except TimeoutError:
            return

    return wait


def _answer(review: Review, *, allowed: bool) -> web.Response:
    response = {"uid": review["request"]["uid"], "allowed": allowed, "status": {"message": DENIED}}
    kind = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    return web.json_response({**kind, "response": response})
