"""The one place that puts the pieces together: adapters behind ports, and kopf around all."""

import asyncio
import contextlib
import logging
import socket
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import timedelta

import kopf
from kubernetes.aio.client import ApiClient, Configuration
from prometheus_client import CollectorRegistry

from groupaccess import __version__
from groupaccess.adapters.clock import ServerClockMonitor, SystemClock
from groupaccess.adapters.http_endpoint import HttpEndpoint
from groupaccess.adapters.keycloak.operator_token import KeycloakOperatorTokens
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.adapters.kopf import IDENTITY, log_in, watch_settings
from groupaccess.adapters.kubernetes.admission_policies import (
    KubernetesBindGuardPolicies,
    KubernetesWritePolicies,
)
from groupaccess.adapters.kubernetes.apiserver import KubernetesApiServer
from groupaccess.adapters.kubernetes.client import KubernetesClient, configure
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.adapters.kubernetes.leases import KubernetesLeases
from groupaccess.adapters.kubernetes.reflectors import build_reflectors
from groupaccess.adapters.kubernetes.rights import KubernetesOperatorRights
from groupaccess.adapters.kubernetes.transport import HttpTransport, Transport
from groupaccess.adapters.prometheus import PrometheusMetrics, StoreCollector
from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.directory.oidc_check import OidcChecker
from groupaccess.application.directory.suggestions import SuggestionSearch
from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.keycloak import DirectoryReader, OperatorTokens
from groupaccess.application.reconcile.access_status_writer import AccessStatusWriter
from groupaccess.application.reconcile.binding_calls import BindingCalls
from groupaccess.application.reconcile.binding_writer import BindingWriter
from groupaccess.application.reconcile.change_events import ChangeEvents
from groupaccess.application.reconcile.expiry import ExpiryWatch
from groupaccess.application.reconcile.reconciler import Reconciler
from groupaccess.application.reconcile.write_order import DeleteDelays
from groupaccess.application.runtime.bind_guard import BindGuardMonitor
from groupaccess.application.runtime.bindable_roles import BindableRoles
from groupaccess.application.runtime.cache_sync import wait_for_cache_sync, wait_for_crds
from groupaccess.application.runtime.leader_election import LeaderElector
from groupaccess.application.runtime.watch_audit import WatchAudit
from groupaccess.application.runtime.write_policy import WritePolicyMonitor
from groupaccess.application.state.known import KINDS
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.application.work.background import BackgroundCalls
from groupaccess.application.work.queue import Priority, WorkQueue
from groupaccess.application.work.wall_clock_timers import WallClockTimers
from groupaccess.application.work.workers import DRAIN_SECONDS, Workers
from groupaccess.handlers import Handlers
from groupaccess.settings import Settings

LATER = 3.0  # seconds
LEASE = "groupaccess"

# Watches our two kinds until the event is set, then calls for the end of everything else of ours.
Watch = Callable[
    [Handlers, asyncio.Event, Callable[[], Awaitable[None]]], Coroutine[None, None, None]
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Environment:
    """What an operator has outside itself.

    `identity` names this replica in the election. Without `serves_http` nothing listens.
    """

    transport: Transport
    reader: DirectoryReader
    tokens: OperatorTokens
    clock: Clock
    watch: Watch
    registry: CollectorRegistry
    identity: str
    serves_http: bool = True


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run the operator until SIGTERM, or until `stop` is set.

    Raise NotInstalledError when the CRDs are missing, RestartError when only a new start helps, and
    whatever else ended a part that must not end.
    """
    configuration = await configure(settings.kubeconfig)
    async with ApiClient(configuration) as client:
        environment = production(settings, configuration, client)
        await Operator(settings, environment).run(stop or asyncio.Event())


def production(settings: Settings, configuration: Configuration, client: ApiClient) -> Environment:
    """Return the environment of a real operator: a cluster, Keycloak, and this machine."""
    return Environment(
        transport=HttpTransport(client),
        reader=KeycloakReader(settings.keycloak_timeout_seconds, settings.pod_token_file),
        tokens=KeycloakOperatorTokens(settings.keycloak_timeout_seconds),
        clock=SystemClock(),
        watch=_kopf(configuration),
        registry=CollectorRegistry(),
        identity=f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}",
    )


class Operator:
    """All the pieces of one operator."""

    def __init__(self, settings: Settings, environment: Environment) -> None:
        self.ready = False
        clock, self.registry = environment.clock, environment.registry
        self.metrics = PrometheusMetrics(self.registry, __version__)
        self.settings = settings
        self.environment = environment
        rest = KubernetesClient(environment.transport)
        self.store = Store()
        self.registry.register(StoreCollector(self.store))
        self.queue = WorkQueue(clock, self.metrics)
        rest.on_date = ServerClockMonitor(clock, self.metrics).compare
        self.cluster = KubernetesCluster(rest, settings.namespace, clock.now)
        self.elector = _elector(settings, environment)
        rest.may_write = self.may_write
        self.alarms = WallClockTimers(clock, self.queue.add)
        waits = DeleteDelays(
            settle=timedelta(seconds=settings.settle_seconds),
            unowned=timedelta(seconds=settings.unowned_seconds),
        )
        self.recorder = EventRecorder(self.cluster, clock, self.leads)
        changes = ChangeEvents(self.recorder)
        calls = BindingCalls(self.cluster, self.store, clock, self.metrics, changes)
        self.writer = BindingWriter(calls, self.store, clock, waits, self.wake)
        self.background = BackgroundCalls(self.queue.add_after)  # for what is deleted
        self.speaking = BackgroundCalls(self.queue.add_after)
        publisher = StatusWriter(self.cluster, self.store, self.recorder, self.leads)
        self.guard = BindGuardMonitor(
            KubernetesBindGuardPolicies(rest), self.recorder, self.metrics, settings.bind_guard
        )
        self.reconciler = Reconciler(
            self.cluster,
            self.store,
            clock,
            self.writer,
            ExpiryWatch(self.recorder, self.alarms),
            AccessStatusWriter(publisher, clock, self.speaking),
            self.background,
        )
        self.workers = Workers(self.queue, self._reconcile, clock, self.metrics)
        connections, reader = Credentials(self.cluster, settings.namespace), environment.reader
        self.suggestions = SuggestionSearch(
            connections, reader, self.store, clock, self.enqueue_later
        )
        self.reconciler.suggest = self.suggestions.request
        self.sync = DirectorySync(
            connections,
            publisher,
            reader,
            self.store,
            clock,
            self.metrics,
            self.enqueue_later,
        )
        server = KubernetesApiServer(
            KubernetesClient(environment.transport)
        )  # a review is no write: no fence
        canary = OidcChecker(environment.tokens, server, self.store, clock)
        self.sync.look, self.sync.forget = canary.check, canary.forget
        self.store.on_prefix_change = self.contested
        rights = KubernetesOperatorRights(
            KubernetesClient(environment.transport)
        )  # a review is no write, either
        self.bindable = BindableRoles(rights, self.store, self.enqueue)
        self.cage = WritePolicyMonitor(
            KubernetesWritePolicies(rest), self.store, self.enqueue, settings.cage
        )
        self.handlers = Handlers(self.store, self.sync, self.enqueue)
        self.audit = WatchAudit(self.cluster, self.store, self.metrics, self.handlers.gone)
        self.handlers.on_relist = self.audit.schedule
        self.mirrors = build_reflectors(rest, self.store, self.enqueue, self.look_later)
        for mirror in self.mirrors:  # of a collection that is empty by then kopf says nothing
            mirror.on_gap = self.audit.schedule

    def enqueue(self, names: Iterable[str]) -> None:
        """Want work on these GroupAccesses, if this replica is the one that works."""
        for name in names if self.leads() else ():
            self.queue.add(name)

    def enqueue_later(self, names: Iterable[str]) -> None:
        """Want work on these GroupAccesses, after what people have edited and what has ended."""
        for name in names if self.leads() else ():
            self.queue.add(name, Priority.LOW)

    def contested(self, directories: Iterable[str]) -> None:
        """Want work on all users of directories, and that their statuses tell why."""
        for name in directories:
            self.sync.ask_new(name)
            self.enqueue_later(self.store.users_of(name))

    def look_later(self, names: Iterable[str]) -> None:
        """Want a look at these GroupAccesses, once for all that happens in the meantime."""
        for name in names if self.leads() else ():
            self.queue.add_after(name, LATER, Priority.LOW)

    def wake(self, name: str, seconds: float, urgent: bool) -> None:  # noqa: FBT001 -- as a callback
        """Want a look at a GroupAccess whose writes were answered."""
        self.queue.add_after(name, seconds, Priority.HIGH if urgent else Priority.LOW)

    def may_write(self) -> bool:
        """Tell whether this replica is the one that writes."""
        return self.elector is None or self.elector.is_leader

    def leads(self) -> bool:
        """Tell whether this replica has caught up and is the one that writes."""
        return self.ready and self.may_write()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop, or until a part that must not end has ended."""
        probes = [self._endpoint().run()] if self.environment.serves_http else []
        served = [asyncio.create_task(each) for each in probes]
        await self._wait_for_api_server(served)
        # kopf cancels what was born after it: everything of ours is made before.
        parts = (
            *(mirror.run() for mirror in self.mirrors),
            self.alarms.run(),
            self.recorder.run(),
            self._work(),
        )
        ours = [*served, *(asyncio.create_task(part) for part in parts)]
        watch = self.environment.watch(self.handlers, stop, lambda: self._end(ours))
        watching = asyncio.create_task(watch)
        done, _ = await asyncio.wait([watching, *ours], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        try:
            await watching
        except Exception:
            await self._explain()
            raise
        for task in done - {watching}:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise _only(error)

    async def _wait_for_api_server(self, served: list[asyncio.Task[None]]) -> None:
        """Wait until our kinds are served, and answer the kubelet: it takes silence for death."""
        waiting = asyncio.create_task(wait_for_crds(self.cluster))
        try:
            await asyncio.wait([waiting, *served], return_when=asyncio.FIRST_COMPLETED)
            for task in (*served, waiting):
                if task.done():
                    task.result()
        except BaseException:
            for task in (*served, waiting):
                task.cancel()
            await asyncio.gather(*served, waiting, return_exceptions=True)
            raise

    async def _work(self) -> None:
        """Begin to write once everything that was there before us is known, and we lead."""
        await asyncio.gather(*(mirror.listed.wait() for mirror in self.mirrors))
        await wait_for_cache_sync(self.cluster, self.store, self.handlers.gone)
        logger.info(
            "caught up: %d GroupAccesses, %d directories, %d bindings",
            len(self.store.accesses),
            len(self.store.directories.declared),
            len(self.store.bindings.by_key),
        )
        self.ready = True
        async with asyncio.TaskGroup() as group:
            group.create_task(self.audit.run())
            if self.elector is not None:
                await self.elector.acquire()
                group.create_task(self.elector.keep())
            self.metrics.leader_status(yes=True)
            self._begin()
            group.create_task(self.guard.run())
            group.create_task(self.suggestions.run())
            group.create_task(self.bindable.run())
            group.create_task(self.cage.run())
            group.create_task(self.workers.run(self.settings.workers))

    async def _reconcile(self, name: str) -> float | None:
        try:
            return await self.reconciler.reconcile(name)
        finally:
            self.sync.ask_missing(name)

    def _begin(self) -> None:
        """Want a first pass of everything, and before that of what must not be bound any more."""
        self.sync.begin()
        overdue = self.store.accesses_overdue(self.environment.clock.now())
        for name in self.store.access_names():
            self.queue.add(name, Priority.HIGH if name in overdue else Priority.LOW)

    async def _end(self, ours: list[asyncio.Task[None]]) -> None:
        """End everything: what is begun is finished, nothing new begins, another may lead."""
        self.ready = False
        self.queue.close()
        await self.sync.close()
        for task in ours:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*ours, return_exceptions=True)
        await asyncio.gather(self.background.close(), self.speaking.close())
        await self.writer.close(DRAIN_SECONDS)
        if self.elector is not None:
            await self.elector.release()

    async def _explain(self) -> None:
        """Raise NotInstalledError when a CRD was deleted: that ends kopf without such words."""
        with contextlib.suppress(TransientError):
            for kind in KINDS:
                await self.cluster.list_objects(kind)

    def _endpoint(self) -> HttpEndpoint:
        settings = self.settings
        return HttpEndpoint(
            settings.listen_host, settings.listen_port, self.registry, lambda: self.ready
        )


def _only(error: BaseException) -> BaseException:
    """Take an error out of the groups that it is alone in."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _elector(settings: Settings, environment: Environment) -> LeaderElector | None:
    if not settings.leader_election:
        return None
    rest = KubernetesClient(environment.transport)  # its own writes are not fenced
    leases = KubernetesLeases(rest, settings.namespace, LEASE)
    return LeaderElector(leases, environment.clock, environment.identity)


def _kopf(configuration: Configuration) -> Watch:
    """Let kopf watch our two kinds and take the signals; its clean-up ends all of ours."""

    async def watch(
        handlers: Handlers, stop: asyncio.Event, end: Callable[[], Awaitable[None]]
    ) -> None:
        registry = kopf.OperatorRegistry()
        handlers.register(registry)
        log_in(registry, configuration)

        @kopf.on.cleanup(registry=registry)
        async def clean_up(**_: object) -> None:
            await end()

        await kopf.operator(
            clusterwide=True,
            registry=registry,
            settings=watch_settings(),
            identity=IDENTITY,
            stop_flag=stop,
        )

    return watch
