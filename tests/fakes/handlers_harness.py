"""Handlers on fakes."""

import asyncio
from typing import Any

from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.keycloak import FakeDirectoryReader
from fakes.metrics import FakeMetrics
from fakes.oidc_check import FakeOidcChecker
from fakes.reconciler_harness import leads
from fakes.values import (
    Spec,
    access_spec,
    body,
    directory_spec,
)
from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.directory.directory_status_writer import DirectoryStatusWriter
from groupaccess.application.directory.requests import DirectoryRequests
from groupaccess.application.directory.rounds import DirectoryRounds
from groupaccess.application.directory.sync import DirectorySync
from groupaccess.application.directory.turns import DirectoryTurns
from groupaccess.application.runtime.watch_events import WatchEvents
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.handlers import Handlers

ACCESS = body("GroupAccess", "platform", access_spec())
DIRECTORY = body("KeycloakDirectory", "default", directory_spec())


class HandlersHarness:
    """Handlers with a store; `touched` are the keys that were queued."""

    def __init__(self) -> None:
        cluster, clock, metrics = FakeCluster(), FakeClock(), FakeMetrics()
        self.store, self.touched, self.reader = Store(), list[str](), FakeDirectoryReader()
        cluster.secrets["keycloak"] = {"client-id": "a", "client-secret": "b"}
        recorder = EventRecorder(cluster, clock, leads)
        credentials, enqueue = Credentials(cluster, "groupaccess"), self.touched.extend
        turns = DirectoryTurns(
            credentials,
            DirectoryRounds(credentials, self.reader, self.store, clock, enqueue),
            DirectoryStatusWriter(
                StatusWriter(cluster, self.store, recorder, leads), self.store, clock
            ),
            self.store,
            clock,
            metrics,
            enqueue,
            FakeOidcChecker(),
        )
        self.requests, self.relisted = DirectoryRequests(enqueue), asyncio.Event()
        self.sync = DirectorySync(turns, self.requests, self.store, clock, self.reader)
        self.sync.begin()
        self.events = WatchEvents(self.store, self.sync, enqueue)
        self.handlers = Handlers(self.store, self.events, self.sync, enqueue, self.relisted)

    async def tell(self, kind: str | None, raw: Spec) -> None:
        """Let kopf tell of an event; the kind None is that of the first list."""
        event: Any = {"type": kind, "object": raw}
        is_access = raw["kind"] == "GroupAccess"
        await (self.handlers.on_access if is_access else self.handlers.on_directory)(event)


def at(raw: Spec, version: str, uid: str = "anew") -> Spec:
    """Return a namesake, or the object at another version."""
    return {**raw, "metadata": {**raw["metadata"], "resourceVersion": version, "uid": uid}}
