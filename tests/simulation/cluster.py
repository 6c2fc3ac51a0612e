"""The whole of a simulation: Kubernetes, Keycloak, and the replicas of the operator."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Any

from prometheus_client import CollectorRegistry

from fakes.clock import VirtualLoop
from fakes.kube.link import ON_THE_WAY, Link, Sent
from fakes.kube.requests import OURS
from fakes.kube.storage import Key
from fakes.kube.watching import FakeKopf
from fakes.simulated_keycloak import SimulatedKeycloak
from groupaccess.composition import compose
from groupaccess.environment import Environment
from groupaccess.settings import Settings
from simulation.declarations import DIRECTORY, Realm
from simulation.kubernetes import SimulatedKubernetes
from simulation.replica import OWNER, Replica, ReplicaClock, make_task

SETTINGS = {
    elects: Settings(namespace="groupaccess", leader_election=elects) for elects in (True, False)
}
SOON = 2.0  # seconds until a watch that was cut off tells again
RESTART = 1.0  # seconds until a process that ended begins anew
LEASE = Key("groupaccess", "groupaccess")


class SimulatedCluster(SimulatedKubernetes):
    """Everything in one virtual time."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(loop)
        self.keycloak = SimulatedKeycloak(self.clock.monotonic)
        self.replicas: list[Replica] = []
        self.disturbed = 0.0  # until when calls about the lease failed
        self.unrest = 0.0  # when somebody last did what may make the operator begin anew
        self.writes: list[tuple[float, Sent]] = []
        self.listeners: list[Any] = []  # called with each accepted write: Replica, Sent, answer
        self.directory_since = 0.0  # when it was made, the last time
        self.severed = 0.0  # when the last cut of watches is over
        self.recovers = 0.0  # when Keycloak does
        self.elects = True
        self.on_synced: Callable[[], None] = lambda: None
        self.event_delay = ON_THE_WAY
        self.thorough = False
        self.lost = False  # whether watches lost history
        self._awaited: dict[str, asyncio.Event] = {}  # by verb
        self._troubles = 0
        self._processes = 0
        loop.set_task_factory(make_task)

    def direct(self, realm: Realm) -> None:
        spec = realm.spec(self.keycloak.issuer)
        if self.storage.get("keycloakdirectories", Key("", DIRECTORY)) is None:
            self.directory_since = self.now
        self.apply("keycloakdirectories", "KeycloakDirectory", DIRECTORY, spec)

    # What goes wrong.

    def trouble(self, trouble: str, seconds: float) -> None:
        """Let Keycloak be in trouble for a while; of two troubles the later counts."""
        self._troubles += 1
        self.recovers = self.now + seconds
        self.keycloak.trouble = trouble
        self.later(self._recover(self._troubles, seconds))

    async def _recover(self, trouble: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if trouble == self._troubles:
            self.keycloak.trouble = ""

    def cut(self, plurals: Iterable[str], seconds: float, *, gap: bool) -> None:
        """Cut watches; with a gap the history is lost by the time they come back."""
        self.severed = max(self.severed, self.now + seconds)
        for replica in self.replicas:
            for plural in plurals:
                replica.link.sever(plural, seconds)
        self.storage.wake()
        self.lost = self.lost or gap
        if gap:
            self.later(self._lose(seconds))

    async def _lose(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds - 0.001))
        self.storage.compact()

    # Processes.

    def start(self) -> Replica:
        """Start a process of the operator."""
        self._processes += 1
        name = f"operator-{self._processes}"
        link = Link(self.requests, self.faults, self.clock.monotonic, self.clock.now, name)
        replica = Replica(name, ReplicaClock(self.clock), link, FakeKopf(link), self.now)
        link.delay = self.event_delay
        link.sends = self._sends
        link.accepted = lambda sent, answer: self._accepted(replica, sent, answer)
        context = copy_context()
        context.run(OWNER.set, replica)
        replica.running = self.loop.create_task(self._live(replica), context=context)
        self.replicas.append(replica)
        self.say(f"{name} starts")
        return replica

    async def _live(self, replica: Replica) -> None:
        keycloak = self.keycloak.client(replica.name)
        environment = Environment(
            transport=replica.link,
            reader=keycloak,
            tokens=keycloak,
            clock=replica.clock,
            watch=replica.kopf,
            registry=CollectorRegistry(),
            identity=replica.name,
            serves_http=False,
            on_synced=self.on_synced,
        )
        replica.operator = compose(SETTINGS[self.elects], environment)
        try:
            await replica.operator.run(replica.stop)
        except Exception as error:  # noqa: BLE001 -- whatever ends it
            self.say(f"{replica.name} ends: {type(error).__name__}: {error}")
            if not self._excuses(error, replica):
                self.violate(f"the operator ended by itself: {type(error).__name__}: {error}")
        self.later(self._follow_up(replica))

    def _excuses(self, error: Exception, replica: Replica) -> bool:
        """Tell whether it had to end: no Lease, or a minute in which its watches were cut off."""
        match type(error).__name__:
            case "LostLeaseError":
                return self.now < self.disturbed + 20
            case "StalledWatchError":
                return any(replica.link.cut.get(each, 0.0) > self.now - SOON for each in OURS)
            case _:
                return False

    async def _follow_up(self, replica: Replica) -> None:
        """Do as the kubelet does."""
        await self._end(replica)
        await self._begin_anew()

    async def kill(self, replica: Replica) -> None:
        """End a process without a word to it."""
        if replica in self.replicas:
            self.say(f"{replica.name} is killed")
            await self._end(replica)
            await self._begin_anew()

    async def _begin_anew(self) -> None:
        """Start a process for one that ended, unless somebody did: without an election only one."""
        await asyncio.sleep(RESTART)
        if len(self.replicas) <= self.elects:
            self.start()

    async def _end(self, replica: Replica) -> None:
        if replica in self.replicas:
            self.replicas.remove(replica)
        replica.clock.alive = replica.link.alive = False
        self.storage.wake()
        # To gather what is done takes no turn of the loop since Python 3.12: nobody is discarded.
        while tasks := [task for task in replica.tasks if not task.done()]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        for replica in tuple(self.replicas):
            await self._end(replica)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def leader(self) -> Replica | None:
        """Return the process that writes: the one that holds the Lease."""
        if not self.elects:
            ready = (
                replica for replica in self.replicas if replica.operator and replica.operator.ready
            )
            return next(ready, None)
        lease = self.storage.get("leases", LEASE)
        holder = lease.body["spec"]["holderIdentity"] if lease else ""
        return next((replica for replica in self.replicas if replica.name == holder), None)

    async def call_of(self, verb: str, seconds: float) -> None:
        """Wait until an operator sends the next call of a verb, at most so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awaited.setdefault(verb, asyncio.Event()).wait()

    def _sends(self, sent: Sent) -> None:
        if (event := self._awaited.pop(sent.call.verb, None)) is not None:
            event.set()

    # What is written down.

    def _accepted(self, replica: Replica, sent: Sent, answer: str) -> None:
        call = sent.call
        if call.plural == "leases" or call.verb in {"get", "list", "watch"}:
            return
        self.writes.append((self.now, sent))
        if call.plural == "events":
            body = sent.body
            self.say(f"{replica.name} posts {body['reason']}: {body['note']}")
        for listener in self.listeners:
            listener(replica, sent, answer)
