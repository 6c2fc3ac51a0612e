"""A writer on fakes, and writes for it."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.metrics import FakeMetrics
from fakes.reconciler_harness import leads
from fakes.values import access, content
from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.reconcile.access_writes import AccessWrites
from groupaccess.application.reconcile.binding_calls import BindingCalls
from groupaccess.application.reconcile.binding_writer import BindingWriter
from groupaccess.application.reconcile.change_events import ChangeEvents
from groupaccess.application.reconcile.delete_schedule import DeleteDelays
from groupaccess.application.state.store import Store
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.bindings.plan import Apply, Delete, Plan

NAME = "platform"
ABOUT = ObjectRef("GroupAccess", NAME, "uid-platform")


@dataclass
class WriterHarness:
    """A writer on fakes; `woken` are the objects that are to be looked at again, and when."""

    clock: FakeClock
    metrics: FakeMetrics
    cluster: FakeCluster = field(default_factory=FakeCluster)
    store: Store = field(default_factory=Store)
    woken: list[tuple[str, float, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorder = EventRecorder(self.cluster, self.clock, leads)
        calls = BindingCalls(
            self.cluster, self.store, self.clock, self.metrics, ChangeEvents(self.recorder)
        )
        waits = DeleteDelays(timedelta(seconds=2), timedelta(seconds=30), timedelta(minutes=5))
        self.writer = BindingWriter(
            calls, self.store, self.clock, waits, lambda *woken: self.woken.append(woken)
        )
        self.store.put_access(access(NAME))
        self.cluster.objects.apply("GroupAccess", NAME, {})

    def bind(self, where: BindingKey, role: str = "edit", *groups: str) -> Binding:
        """Let a binding be there, and be watched."""
        made = self.cluster.create(where, content(role, *groups))
        self.store.put_binding(made)
        return made

    async def write(
        self,
        *todo: Apply | Delete,
        name: str = NAME,
        known: bool = True,
        kept: Collection[BindingKey] = (),
    ) -> float | None:
        """Carry out a plan; `known` tells that its GroupAccess is there, `kept` stays as it is."""
        applies = tuple(each for each in todo if isinstance(each, Apply))
        plan = Plan(applies, tuple(each for each in todo if isinstance(each, Delete)))
        keys = {each.desired.key for each in applies} | set(kept)
        writes = AccessWrites(name, plan)
        if known:
            memory = self.store.memory(name)
            memory.keep_only(keys)
            writes = AccessWrites(name, plan, ABOUT, memory, keys)
        return await self.writer.write(writes)

    def hang(self, call: str) -> asyncio.Event:
        """Let the next call of a kind hang until the event is set."""
        return self.cluster.hang(call)

    @property
    def notes(self) -> list[tuple[str, str]]:
        return [(note.reason, note.message) for note in self.cluster.notes]
