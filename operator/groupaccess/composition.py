"""Wires adapters to ports. Each object is complete when it is created."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kubernetes.aio.client import ApiClient

from groupaccess import __version__
from groupaccess.adapters.clock import ServerClockMonitor
from groupaccess.adapters.http_endpoint import HttpEndpoint
from groupaccess.adapters.kubernetes.admission_policies import (
    KubernetesBindGuardPolicies,
    KubernetesWritePolicies,
)
from groupaccess.adapters.kubernetes.apiserver import KubernetesApiServer
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.adapters.kubernetes.kubeconfig import configure
from groupaccess.adapters.kubernetes.leases import KubernetesLeases
from groupaccess.adapters.kubernetes.reflectors import build_reflectors
from groupaccess.adapters.kubernetes.rights import KubernetesOperatorRights
from groupaccess.adapters.prometheus import PrometheusMetrics, StoreCollector
from groupaccess.adapters.prometheus_self_check import SelfCheckCollector
from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.directory.directory_status_writer import DirectoryStatusWriter
from groupaccess.application.directory.oidc_check import OidcChecker
from groupaccess.application.directory.requests import DirectoryRequests
from groupaccess.application.directory.rounds import DirectoryRounds
from groupaccess.application.directory.suggestions import SuggestionSearch
from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.directory.turns import DirectoryTurns
from groupaccess.application.ports.clock import Clock
from groupaccess.application.reconcile.access_status_writer import AccessStatusWriter
from groupaccess.application.reconcile.binding_calls import BindingCalls
from groupaccess.application.reconcile.binding_writer import BindingWriter
from groupaccess.application.reconcile.change_events import ChangeEvents
from groupaccess.application.reconcile.delete_schedule import DeleteDelays
from groupaccess.application.reconcile.expiry import ExpiryWatch
from groupaccess.application.reconcile.orphans import OrphanCleanup
from groupaccess.application.reconcile.reconciler import Reconciler
from groupaccess.application.runtime.bind_guard import BindGuardMonitor
from groupaccess.application.runtime.bindable_roles import BindableRoles
from groupaccess.application.runtime.leader_election import LeaderElector
from groupaccess.application.runtime.leadership import Leadership
from groupaccess.application.runtime.self_check import ObservedWatch, SelfCheck
from groupaccess.application.runtime.watch_audit import WatchAudit
from groupaccess.application.runtime.watch_events import WatchEvents
from groupaccess.application.runtime.write_policy import WritePolicyMonitor
from groupaccess.application.state.binding_index import BindingIndex
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.application.workqueue.background import BackgroundCalls
from groupaccess.application.workqueue.queue import WorkQueue
from groupaccess.application.workqueue.requests import WorkRequests
from groupaccess.application.workqueue.wall_clock_timers import WallClockTimers
from groupaccess.environment import Environment, production
from groupaccess.handlers import Handlers
from groupaccess.lifecycle import Operator
from groupaccess.settings import Settings

LEASE_NAME = "groupaccess"


async def run_operator(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run the operator until SIGTERM, or until `stop` is set.

    Raise NotInstalledError, RestartError, and whatever else ended a part that must not end.
    """
    configuration = await configure(settings.kubeconfig)
    async with ApiClient(configuration) as client:
        environment = production(settings, configuration, client)
        await compose(settings, environment).run(stop or asyncio.Event())


def compose(settings: Settings, environment: Environment) -> Operator:
    """Return an operator; nothing of it runs yet."""
    core = _core(settings, environment)
    store, work, clock, metrics = core.store, core.work, core.clock, core.metrics
    credentials = Credentials(core.cluster, settings.namespace)
    suggestions = SuggestionSearch(credentials, environment.reader, store, clock, work.enqueue_low)
    writer, timers = _writer(settings, core), WallClockTimers(clock, core.queue.add)
    deletions, statuses = (BackgroundCalls(core.queue.add_after) for _ in range(2))
    sync, relisted = _sync(environment, core, credentials), asyncio.Event()
    events = WatchEvents(store, sync, work.enqueue)
    reflectors = build_reflectors(core.client, store, work.enqueue, relisted.set)
    return Operator(
        settings=settings,
        watch=environment.watch,
        on_synced=environment.on_synced,
        endpoint=_endpoint(settings, environment, core, reflectors),
        clock=clock,
        metrics=metrics,
        cluster=core.cluster,
        store=store,
        queue=core.queue,
        work=work,
        leadership=core.leadership,
        handlers=Handlers(store, events, sync, work.enqueue, relisted),
        events=events,
        reflectors=reflectors,
        timers=timers,
        recorder=core.recorder,
        reconciler=Reconciler(
            store,
            clock,
            writer,
            OrphanCleanup(core.cluster, store, writer, deletions),
            ExpiryWatch(core.recorder, timers),
            _access_status_writer(core, statuses),
            suggestions.request,
        ),
        writer=writer,
        background=(deletions, statuses),
        sync=sync,
        suggestions=suggestions,
        audit=WatchAudit(core.cluster, store, metrics, events.record_deletions, relisted),
        bind_guard=_bind_guard(settings, core),
        write_policy=_write_policy(settings, core),
        bindable_roles=_bindable_roles(environment, core),
    )


@dataclass(frozen=True)
class _Core:
    """What most other parts need."""

    clock: Clock
    metrics: PrometheusMetrics
    leadership: Leadership
    client: KubernetesClient
    cluster: KubernetesCluster
    queue: WorkQueue
    work: WorkRequests
    requests: DirectoryRequests
    store: Store
    recorder: EventRecorder
    status_writer: StatusWriter


def _core(settings: Settings, environment: Environment) -> _Core:
    clock = environment.clock
    metrics = PrometheusMetrics(environment.registry, __version__)
    leadership = Leadership(_elector(settings, environment))
    client = KubernetesClient(
        environment.transport,
        on_date=ServerClockMonitor(clock, metrics).compare,
        may_write=leadership.may_write,
    )
    cluster = KubernetesCluster(client, settings.namespace, clock.now)
    queue = WorkQueue(clock, metrics)
    work = WorkRequests(queue, leadership.is_active)
    requests = DirectoryRequests(work.enqueue_low)
    store = Store(
        bindings=BindingIndex(on_other_grants_change=work.enqueue_later),
        on_directory_change=requests.update_directory,
    )
    environment.registry.register(StoreCollector(store))
    recorder = EventRecorder(cluster, clock, leadership.is_active)
    status_writer = StatusWriter(cluster, store, recorder, leadership.is_active)
    return _Core(
        clock,
        metrics,
        leadership,
        client,
        cluster,
        queue,
        work,
        requests,
        store,
        recorder,
        status_writer,
    )


def _writer(settings: Settings, core: _Core) -> BindingWriter:
    delays = DeleteDelays(
        settle=timedelta(seconds=settings.settle_seconds),
        unowned=timedelta(seconds=settings.unowned_seconds),
    )
    changes = ChangeEvents(core.recorder)
    calls = BindingCalls(core.cluster, core.store, core.clock, core.metrics, changes)
    return BindingWriter(calls, core.store, core.clock, delays, core.work.requeue)


def _sync(environment: Environment, core: _Core, credentials: Credentials) -> DirectorySync:
    store, clock, reader = core.store, core.clock, environment.reader
    # A review is no write, so it does not need the Lease.
    server = KubernetesApiServer(KubernetesClient(environment.transport))
    checker = OidcChecker(environment.tokens, server, store, clock)
    turns = DirectoryTurns(
        credentials,
        DirectoryRounds(credentials, reader, store, clock, core.work.enqueue_answered),
        DirectoryStatusWriter(core.status_writer, store, clock),
        store,
        clock,
        core.metrics,
        core.work.enqueue_answered,
        checker,
    )
    return DirectorySync(turns, core.requests, store, clock, reader)


def _bind_guard(settings: Settings, core: _Core) -> BindGuardMonitor:
    policies = KubernetesBindGuardPolicies(core.client)
    return BindGuardMonitor(policies, core.recorder, core.metrics, settings.bind_guard)


def _write_policy(settings: Settings, core: _Core) -> WritePolicyMonitor:
    policies = KubernetesWritePolicies(core.client)
    return WritePolicyMonitor(policies, core.store, core.work.enqueue, settings.cage)


def _bindable_roles(environment: Environment, core: _Core) -> BindableRoles:
    rights = KubernetesOperatorRights(KubernetesClient(environment.transport))
    return BindableRoles(rights, core.store, core.work.enqueue)


def _elector(settings: Settings, environment: Environment) -> LeaderElector | None:
    if not settings.leader_election:
        return None
    client = KubernetesClient(environment.transport)  # it writes before it holds the Lease
    leases = KubernetesLeases(client, settings.namespace, LEASE_NAME)
    return LeaderElector(leases, environment.clock, environment.identity)


def _endpoint(
    settings: Settings, environment: Environment, core: _Core, watches: Sequence[ObservedWatch]
) -> HttpEndpoint | None:
    if not environment.serves_http:
        return None
    leadership, registry = core.leadership, environment.registry
    check = SelfCheck(core.queue, core.store, core.recorder, leadership, core.clock, watches)
    registry.register(SelfCheckCollector(check.look))
    host, port = settings.listen_host, settings.listen_port
    return HttpEndpoint(
        host, port, registry, ready=lambda: leadership.caught_up, alive=lambda: check.alive
    )


def _access_status_writer(core: _Core, statuses: BackgroundCalls) -> AccessStatusWriter:
    return AccessStatusWriter(
        core.status_writer,
        core.clock,
        statuses,
        others_wait=lambda: core.queue.has_several,
        wake=lambda name, seconds: core.work.requeue(name, seconds, urgent=False),
    )
