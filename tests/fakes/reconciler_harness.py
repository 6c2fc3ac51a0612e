"""The reconciler on fakes, and watches that tell it only when a test lets them."""

from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any

from fakes.answers import answer, whole_round
from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.metrics import FakeMetrics
from fakes.values import Spec, access_spec, directory_spec, failure, snapshot
from groupaccess.application.reconcile.access_status_writer import AccessStatusWriter
from groupaccess.application.reconcile.binding_calls import BindingCalls
from groupaccess.application.reconcile.binding_writer import BindingWriter
from groupaccess.application.reconcile.change_events import ChangeEvents
from groupaccess.application.reconcile.delete_schedule import DeleteDelays
from groupaccess.application.reconcile.expiry import ExpiryWatch
from groupaccess.application.reconcile.orphans import OrphanCleanup
from groupaccess.application.reconcile.reconciler import Reconciler
from groupaccess.application.state.declared_objects import UnreadableDirectory
from groupaccess.application.state.evaluation import open_questions
from groupaccess.application.state.store import Store
from groupaccess.application.state.unreadable_objects import read_access, read_directory
from groupaccess.application.status.event_recorder import EventRecorder
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.application.workqueue.background import BackgroundCalls
from groupaccess.application.workqueue.wall_clock_timers import WallClockTimers
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import Reason

NAME = "platform"
SETTLE = 2.0


def leads() -> bool:
    """Say that this replica leads."""
    return True


class ReconcilerHarness:
    """A cluster with one GroupAccess `platform` and one directory `default`, so far as declared."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.others_wait = False
        self.cluster = FakeCluster()
        self.metrics = FakeMetrics()
        self.restart()

    def restart(self) -> None:
        """Begin anew with an empty store, as after a restart of the operator."""
        self.contested, self.suggested = list[str](), list[tuple[str, str]]()
        self.store = Store(on_directory_change=lambda name, _: self.contested.append(name))
        self._keycloak: dict[str, Snapshot] = {}  # by directory, as it answers now
        self.woken, self.timer_calls = list[tuple[str, float]](), list[str]()
        self.recorder = EventRecorder(self.cluster, self.clock, leads)
        calls = BindingCalls(
            self.cluster, self.store, self.clock, self.metrics, ChangeEvents(self.recorder)
        )
        waits = DeleteDelays(settle=timedelta(seconds=SETTLE))
        self.writer = BindingWriter(calls, self.store, self.clock, waits, self._wake)
        self.timers = WallClockTimers(self.clock, self.timer_calls.append)
        self.background = BackgroundCalls(self._wake)
        publisher = StatusWriter(self.cluster, self.store, self.recorder, leads)
        self.reconciler = Reconciler(
            self.store,
            self.clock,
            self.writer,
            OrphanCleanup(self.cluster, self.store, self.writer, self.background),
            ExpiryWatch(self.recorder, self.timers),
            AccessStatusWriter(
                publisher,
                self.clock,
                self.background,
                others_wait=lambda: self.others_wait,
                wake=self._wake,
            ),
            lambda *suggestion: self.suggested.append(suggestion),
        )

    def _wake(self, *woken: Any) -> None:  # name, seconds, and whether it is urgent
        self.woken.append(woken[:2])

    def declare(self, *mappings: Spec, **more: Any) -> None:
        """Apply the GroupAccess."""
        self.cluster.objects.apply("GroupAccess", NAME, access_spec(*mappings, **more))

    def declare_another(self, name: str, *mappings: Spec, **more: Any) -> None:
        """Apply another GroupAccess."""
        self.cluster.objects.apply("GroupAccess", name, access_spec(*mappings, **more))

    def declare_directory(self, name: str = "default", /, **more: Any) -> None:
        """Apply the KeycloakDirectory, or another one."""
        self.cluster.objects.apply("KeycloakDirectory", name, directory_spec(**more))

    def read(self, *paths: str, full_path: bool = False, of: str = "default") -> None:
        """Let Keycloak be read with these groups."""
        self.watch()
        self.take_in(snapshot(*paths, full_path=full_path), of)

    def take_in(self, found: Snapshot, of: str = "default") -> AbstractSet[str]:
        """Let Keycloak be asked once; return whom that touches. It answers what is new, too."""
        self.watch()
        self._keycloak[of] = found
        ended = whole_round(found, self.store.groups_in_use(of), self.clock.now())
        return self.store.put_round(of, ended)

    def lose_keycloak(self, reason: Reason = Reason.KEYCLOAK_UNAVAILABLE) -> None:
        """Let the next reading of Keycloak fail."""
        self.watch()
        self._keycloak.pop("default", None)
        self.store.put_failure("default", failure(reason, "no valid answer"))

    def watch(self) -> None:
        """Let the watches tell everything that happened."""
        objects, store = self.cluster.objects, self.store
        for body in objects.all("GroupAccess"):
            store.put_access(read_access(body))
        for body in objects.all("KeycloakDirectory"):
            directory = read_directory(body)
            if isinstance(directory, UnreadableDirectory):
                store.put_unreadable_directory(directory)
            else:
                store.put_directory(directory)
        for binding in self.cluster.bindings.values():
            store.put_binding(binding)
        for name, namespace in self.cluster.namespaces.items():
            store.put_namespace(name, namespace)
        for role in self.cluster.roles - store.cluster_roles:
            store.put_cluster_role(role)
        self._watch_what_went()

    def _watch_what_went(self) -> None:
        objects, cluster, store = self.cluster.objects, self.cluster, self.store
        for name in store.accesses.keys() - objects.versions("GroupAccess").keys():
            store.drop_access(name)
        for name in (
            store.directories.declared.keys() - objects.versions("KeycloakDirectory").keys()
        ):
            store.drop_directory(name)
        for key in store.bindings.by_key.keys() - cluster.bindings.keys():
            store.drop_binding(key, store.bindings.by_key[key].uid)
        for name in store.namespaces.keys() - cluster.namespaces.keys():
            store.drop_namespace(name)
        for role in store.cluster_roles - cluster.roles:
            store.drop_cluster_role(role)

    async def reconcile(self, name: str = NAME, *, lag: bool = False) -> float | None:
        """Reconcile a GroupAccess; with `lag` before the watches tell what is new."""
        try:
            return await self.look(name, lag=lag)
        finally:
            await self.recorder.flush()

    async def look(self, name: str = NAME, *, lag: bool = False) -> float | None:
        """Reconcile as the operator does: its events are posted by somebody else."""
        if not lag:
            self.watch()
            self._answer_new(name)
        return await self.reconciler.reconcile(name)

    def _answer_new(self, name: str) -> None:
        """Let Keycloak answer what it was not asked yet, as it does at once."""
        for directory, found in self._keycloak.items():
            while new := open_questions(self.store, directory, [name]):
                said = {question: answer(found.groups, question) for question in new}
                self.store.put_results(directory, said, self.clock.now())

    async def retry(self) -> float | None:
        """Reconcile now, and once more when it asks for that."""
        again = await self.reconcile()
        if again is not None:
            self.clock.advance(again)
            return await self.reconcile()
        return None

    async def settle(self, name: str = NAME) -> None:
        """Reconcile as often as it asks for another look soon."""
        for _ in range(20):
            again = await self.reconcile(name)
            if again is None or again > SETTLE:
                return
            self.clock.advance(again)
        raise AssertionError("it never comes to rest")

    def warned_of(self, reason: str) -> list[str]:
        """Return the names of the objects that there were warnings about, for a reason."""
        notes = (note for note in self.cluster.notes if note.reason == reason)
        return [note.regarding.name for note in notes if note.warning]

    @property
    def grants(self) -> dict[str, tuple[str, ...]]:
        """Return whom each of our bindings names, by `mapping:role` or `namespace/mapping:role`."""
        ours = sorted(item for item in self.cluster.bindings.items() if ":" in item[0].name)
        return {
            f"{key.namespace}/{key.name.split(':', 2)[2]}".lstrip("/"): binding.content.groups
            for key, binding in ours
        }

    @property
    def status(self) -> Spec:
        """Return the status of the GroupAccess."""
        found = self.cluster.objects.find("GroupAccess", NAME)
        status: Spec = found["status"] if found else {}
        return status

    def condition(self, kind: str, of: str = NAME) -> tuple[str, str]:
        """Return status and reason of a condition of the GroupAccess, or of another one."""
        body = self.cluster.objects.find("GroupAccess", of)
        assert body is not None
        found = {condition["type"]: condition for condition in body["status"]["conditions"]}
        return found[kind]["status"], found[kind]["reason"]

    def mapping(self, name: str = "sre") -> Spec:
        """Return what the status says of a mapping."""
        found: dict[str, Spec] = {each["name"]: each for each in self.status["mappings"]}
        return found[name]

    def said_of(self, mapping: str) -> tuple[str, str]:
        """Return state and reason of a mapping."""
        said = self.mapping(mapping)
        return said["state"], said["reason"]
