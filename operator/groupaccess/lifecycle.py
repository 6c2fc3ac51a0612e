"""Runs an operator and ends it: the order of its parts, and what happens when one fails."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import kopf
from kubernetes.aio.client import Configuration

from groupaccess.adapters.http_endpoint import HttpEndpoint
from groupaccess.adapters.kopf import IDENTITY, log_in, watch_settings
from groupaccess.adapters.kubernetes.reflector import Reflector
from groupaccess.application.directory.suggestions import SuggestionSearch
from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Cluster
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.reconcile.binding_writer import BindingWriter
from groupaccess.application.reconcile.reconciler import Reconciler
from groupaccess.application.runtime.bind_guard import BindGuardMonitor
from groupaccess.application.runtime.bindable_roles import BindableRoles
from groupaccess.application.runtime.cache_sync import wait_for_cache_sync, wait_for_crds
from groupaccess.application.runtime.leadership import Leadership
from groupaccess.application.runtime.watch_audit import WatchAudit
from groupaccess.application.runtime.watch_events import WatchEvents
from groupaccess.application.runtime.write_policy import WritePolicyMonitor
from groupaccess.application.state.cluster_state import KINDS
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.workqueue.background import BackgroundCalls
from groupaccess.application.workqueue.queue import Priority, WorkQueue
from groupaccess.application.workqueue.requests import WorkRequests
from groupaccess.application.workqueue.wall_clock_timers import WallClockTimers
from groupaccess.application.workqueue.workers import DRAIN_SECONDS, Workers
from groupaccess.handlers import Handlers
from groupaccess.settings import Settings

# Watches our two kinds until the event is set, then awaits the callback that ends all else.
Watch = Callable[
    [Handlers, asyncio.Event, Callable[[], Awaitable[None]]], Coroutine[None, None, None]
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Operator:
    """All the parts of one operator."""

    settings: Settings
    watch: Watch
    on_synced: Callable[[], None]
    endpoint: HttpEndpoint | None
    clock: Clock
    metrics: Metrics
    cluster: Cluster
    store: Store
    queue: WorkQueue
    work: WorkRequests
    leadership: Leadership
    handlers: Handlers
    events: WatchEvents
    reflectors: tuple[Reflector[Any], ...]
    timers: WallClockTimers
    recorder: EventRecorder
    reconciler: Reconciler
    writer: BindingWriter
    background: tuple[BackgroundCalls, ...]
    sync: DirectorySync
    suggestions: SuggestionSearch
    audit: WatchAudit
    bind_guard: BindGuardMonitor
    write_policy: WritePolicyMonitor
    bindable_roles: BindableRoles

    @property
    def ready(self) -> bool:
        """Return whether the watches have reported everything that existed before."""
        return self.leadership.caught_up

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, or until a part that must not end has ended."""
        probes = [self.endpoint.run()] if self.endpoint is not None else []
        served = [asyncio.create_task(each) for each in probes]
        await self._wait_for_api_server(served)
        # kopf cancels tasks that were created after it, so ours are created before.
        parts = (
            *(reflector.run() for reflector in self.reflectors),
            self.timers.run(),
            self.recorder.run(),
            self._work(),
        )
        ours = [*served, *(asyncio.create_task(part) for part in parts)]
        watch = self.watch(self.handlers, stop, lambda: self._end(ours))
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
                raise _single_error(error)

    async def _wait_for_api_server(self, served: list[asyncio.Task[None]]) -> None:
        """Wait until our kinds are served; answer probes, or the kubelet restarts the pod."""
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
        """Start to write once the caches are synced and this replica is the leader."""
        await asyncio.gather(*(reflector.listed.wait() for reflector in self.reflectors))
        await wait_for_cache_sync(self.cluster, self.store, self.events.record_deletions)
        logger.info(
            "caches synced: %d GroupAccesses, %d directories, %d bindings",
            len(self.store.accesses),
            len(self.store.directories.declared),
            len(self.store.bindings.by_key),
        )
        self.on_synced()
        self.leadership.caught_up = True
        elector = self.leadership.elector
        async with asyncio.TaskGroup() as group:
            group.create_task(self.audit.run())
            if elector is not None:
                await elector.acquire()
                group.create_task(elector.keep())
            self.metrics.leader_status(yes=True)
            self._begin()
            group.create_task(self.bind_guard.run())
            group.create_task(self.suggestions.run())
            group.create_task(self.bindable_roles.run())
            group.create_task(self.write_policy.run())
            workers = Workers(self.queue, self._reconcile, self.clock, self.metrics)
            group.create_task(workers.run(self.settings.workers))

    async def _reconcile(self, name: str) -> float | None:
        """Reconcile a GroupAccess, and then ask Keycloak what was never asked for it."""
        try:
            return await self.reconciler.reconcile(name)
        finally:
            self.sync.ask_missing(name)
            if not self.store.memory(name).lacks_answer:
                self.work.settle(name)

    def _begin(self) -> None:
        """Enqueue everything once, with priority for what must not be bound any more."""
        self.sync.begin()
        revoking = self.store.accesses_with_revocations(self.clock.now())
        for name in self.store.access_names():
            self.queue.add(name, Priority.HIGH if name in revoking else Priority.LOW)

    async def _end(self, ours: list[asyncio.Task[None]]) -> None:
        """End everything: finish what has begun, start nothing new, release the Lease."""
        self.leadership.caught_up = False
        self.queue.close()
        await self.sync.close()
        for task in ours:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*ours, return_exceptions=True)
        await asyncio.gather(*(calls.close() for calls in self.background))
        await self.writer.close(DRAIN_SECONDS)
        if self.leadership.elector is not None:
            await self.leadership.elector.release()

    async def _explain(self) -> None:
        """Raise NotInstalledError when a CRD was deleted: kopf ends without saying so."""
        with contextlib.suppress(TransientError):
            for kind in KINDS:
                await self.cluster.list_objects(kind)


def _single_error(error: BaseException) -> BaseException:
    """Unwrap an error from the groups that contain nothing else."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def kopf_watch(configuration: Configuration) -> Watch:
    """Let kopf watch our two kinds and handle signals; its clean-up ends all our tasks."""

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
