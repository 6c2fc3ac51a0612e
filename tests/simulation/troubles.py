"""What goes wrong: Keycloak, the API server and its watches, processes, and what others write."""

from dataclasses import dataclass

from fakes.kube.faults import Fault, Way
from fakes.kube.requests import BINDINGS, OURS
from fakes.kube.storage import Body, Key
from simulation.actions import Action
from simulation.cluster import SimulatedCluster
from simulation.rules import EVIL, Bound, Name

WATCHED = (*OURS, *BINDINGS, "clusterroles", "namespaces")


@dataclass(frozen=True)
class Outage(Action):
    """Keycloak is in trouble for a while."""

    trouble: str
    seconds: float

    async def act(self, cluster: SimulatedCluster) -> None:
        cluster.say(f"Keycloak {self.trouble} for {self.seconds} s")
        cluster.trouble(self.trouble, self.seconds)


@dataclass(frozen=True)
class Fail(Action):
    """Calls of some verbs fail for a while, everywhere or in one place."""

    way: Way
    verbs: frozenset[str]
    seconds: float
    place: str | None = None
    name: str = ""
    late: float = 0.0

    async def act(self, cluster: SimulatedCluster) -> None:
        where = "" if self.place is None else f" in {self.place or 'the whole cluster'}"
        name = f" of *{self.name}*" if self.name else ""
        verbs = ", ".join(sorted(self.verbs))
        late = f" by {self.late} s" if self.way is Way.LATE else ""
        cluster.say(f"the API server {self.way}{late} for {self.seconds} s: {verbs}{name}{where}")
        bound = BINDINGS if self.verbs <= {"apply", "delete"} else ()
        fault = Fault(
            self.way,
            self.verbs,
            cluster.now,
            cluster.now + self.seconds,
            frozenset(bound),
            self.place,
            self.name,
            self.late if self.way is Way.LATE else 0.0,
        )
        cluster.faults.all.append(fault)
        if self.verbs & {"get", "update"}:
            cluster.disturbed = max(cluster.disturbed, fault.end + fault.seconds)


@dataclass(frozen=True)
class Cut(Action):
    """Watches are cut; with `gap` the history is gone when they come back."""

    plurals: tuple[str, ...]
    seconds: float
    gap: bool

    async def act(self, cluster: SimulatedCluster) -> None:
        gap = ", and lose the history" if self.gap else ""
        cluster.say(f"watches of {', '.join(self.plurals)} are cut for {self.seconds} s{gap}")
        cluster.cut(self.plurals, self.seconds, gap=self.gap)


@dataclass(frozen=True)
class Lag(Action):
    """Events of some kinds, or of one object (not of its namesakes), come late from now on."""

    plurals: tuple[str, ...]
    name: str
    seconds: float

    async def act(self, cluster: SimulatedCluster) -> None:
        what = ", ".join(self.plurals) or f"object {self.name}"
        cluster.say(f"events of {what} come {self.seconds} s late")
        for replica in cluster.replicas:
            for plural in self.plurals:
                replica.link.lag[plural] = self.seconds
            stored = cluster.storage.get("groupaccesses", Key("", self.name))
            if stored is not None:
                replica.kopf.late[stored.uid] = self.seconds


@dataclass(frozen=True)
class Process(Action):
    """A process of the operator is killed, stopped in order, or one more starts."""

    what: str
    at: int = 0

    async def act(self, cluster: SimulatedCluster) -> None:
        cluster.unrest = cluster.now
        if self.what == "start":
            if len(cluster.replicas) < 1 + cluster.elects:
                cluster.start()
            return
        if not cluster.replicas:
            return
        replica = cluster.replicas[self.at % len(cluster.replicas)]
        if self.what == "kill":
            cluster.later(cluster.kill(replica))
        else:
            cluster.say(f"{replica.name} is told to stop")
            replica.stop.set()


@dataclass(frozen=True)
class Meddle(Action):
    """Somebody changes or deletes a binding of ours, or makes one of a name of ours."""

    what: str
    at: int
    role: str

    async def act(self, cluster: SimulatedCluster) -> None:
        bindings = [
            bound
            for plural in BINDINGS
            for key, stored in cluster.storage.objects[plural].items()
            if (bound := Bound.of(plural, key, stored)) is not None
        ]
        if self.what == "foreign":
            name = Name(("alpha", "beta")[self.at % 2], "mno"[self.at % 3], self.role)
            self._make(cluster, "clusterrolebindings", Key("", str(name)))
            return
        if not bindings:
            return
        bound = bindings[self.at % len(bindings)]
        cluster.say(f"somebody meddles with {bound}: {self.what}")
        body = bound.stored.body
        if self.what == "delete":
            cluster.delete(bound.plural, bound.key)
        elif self.what == "other role":
            cluster.delete(bound.plural, bound.key)
            role = {**body["roleRef"], "name": self.role}
            cluster.put(bound.plural, bound.key, {**body, "roleRef": role})
        else:
            cluster.put(bound.plural, bound.key, _meddled(body, self.what))

    def _make(self, cluster: SimulatedCluster, plural: str, key: Key) -> None:
        if cluster.storage.get(plural, key) is None:
            role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "other"}
            metadata = {"name": key.name, "labels": {}, "annotations": {}}
            body = {"metadata": metadata, "roleRef": role, "subjects": []}
            cluster.say(f"somebody makes {key.name}, of another role and without our label")
            cluster.put(plural, key, body)


def _meddled(body: Body, what: str) -> Body:
    metadata = body["metadata"]
    match what:
        case "subjects":
            evil = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": EVIL}
            return {**body, "subjects": [evil]}
        case "label":
            return {**body, "metadata": {**metadata, "labels": {}}}
        case _:
            return {**body, "metadata": {**metadata, "annotations": {}}}
