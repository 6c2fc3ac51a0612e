"""The one place that puts the pieces together: adapters behind ports, and kopf around all."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import timedelta

import kopf
from kubernetes.aio.client import ApiClient, Configuration
from prometheus_client import CollectorRegistry

from groupaccess import __version__
from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.endpoint import Endpoint
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.adapters.kopf import IDENTITY, log_in, watch_settings
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.adapters.kubernetes.mirrors import mirrors
from groupaccess.adapters.kubernetes.rest import Rest, configure
from groupaccess.adapters.metrics import PrometheusMetrics, StoreCollector
from groupaccess.application.directory_sync import DirectorySync
from groupaccess.application.queue import Queue
from groupaccess.application.reconcile import Reconciler
from groupaccess.application.startup import caught_up, installed
from groupaccess.application.store import Store
from groupaccess.application.workers import Workers
from groupaccess.application.writer import Waits, Writer
from groupaccess.config import Settings
from groupaccess.handlers import Handlers

logger = logging.getLogger(__name__)


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run the operator until SIGTERM, or until `stop` is set.

    Raise NotInstalledError when the CRDs are missing, and whatever ended a part that must not end.
    """
    configuration = await configure(settings.kubeconfig, connections=settings.workers + 8)
    async with ApiClient(configuration) as client:
        await Operator(settings, configuration, Rest(client)).run(stop or asyncio.Event())


class Operator:
    """All the pieces of one operator."""

    def __init__(self, settings: Settings, configuration: Configuration, rest: Rest) -> None:
        clock, self.registry = SystemClock(), CollectorRegistry()
        metrics = PrometheusMetrics(self.registry, __version__)
        self.settings = settings
        self.configuration = configuration
        self.store = Store()
        self.registry.register(StoreCollector(self.store))
        self.queue = Queue(clock, metrics)
        self.cluster = KubernetesCluster(rest, settings.namespace, clock.now)
        waits = Waits(settle=timedelta(seconds=settings.settle_seconds))
        writer = Writer(self.cluster, self.store, clock, metrics, waits)
        reconciler = Reconciler(self.cluster, self.store, clock, writer)
        self.workers = Workers(self.queue, reconciler.reconcile, clock, metrics)
        reader = KeycloakReader(settings.keycloak_timeout_seconds)
        self.sync = DirectorySync(self.cluster, reader, self.store, clock, metrics, self.enqueue)
        self.mirrors = mirrors(rest, self.store, self.enqueue)
        self.ready = False

    def enqueue(self, names: Iterable[str]) -> None:
        """Want work on these GroupAccesses."""
        for name in names:
            self.queue.add(name)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop, or until a part that must not end has ended."""
        await installed(self.cluster)
        # kopf cancels what was born after it: everything of ours is made before.
        ours = [asyncio.create_task(mirror.run()) for mirror in self.mirrors]
        ours += [asyncio.create_task(self._endpoint().run()), asyncio.create_task(self._work())]
        watching = asyncio.create_task(self._watch(stop, ours))
        done, _ = await asyncio.wait([watching, *ours], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await watching
        for task in done - {watching}:
            if not task.cancelled():
                task.result()

    async def _work(self) -> None:
        """Begin to write once everything that was there before us is known."""
        await asyncio.gather(*(mirror.listed.wait() for mirror in self.mirrors))
        await caught_up(self.cluster, self.store)
        logger.info(
            "caught up: %d GroupAccesses, %d directories, %d bindings",
            len(self.store.accesses),
            len(self.store.directories),
            len(self.store.bindings),
        )
        self.ready = True
        await self.workers.run(self.settings.workers)

    async def _watch(self, stop: asyncio.Event, ours: list[asyncio.Task[None]]) -> None:
        """Let kopf watch our two kinds and take the signals; its clean-up ends all of ours."""
        registry = kopf.OperatorRegistry()
        Handlers(self.store, self.sync, self.enqueue).register(registry)
        log_in(registry, self.configuration)

        @kopf.on.cleanup(registry=registry)
        async def end(**_: object) -> None:
            await self._end(ours)

        await kopf.operator(
            clusterwide=True,
            registry=registry,
            settings=watch_settings(),
            identity=IDENTITY,
            stop_flag=stop,
        )

    async def _end(self, ours: list[asyncio.Task[None]]) -> None:
        """End everything: what is begun is finished, nothing new begins."""
        self.ready = False
        self.queue.close()
        await self.sync.close()
        for task in ours:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*ours, return_exceptions=True)

    def _endpoint(self) -> Endpoint:
        settings = self.settings
        return Endpoint(
            settings.listen_host, settings.listen_port, self.registry, lambda: self.ready
        )
