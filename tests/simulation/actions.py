"""What happens to the operator: people, Keycloak, the API server, the machines."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from fakes.kube.faults import Fault, Way
from fakes.kube.requests import BINDINGS, OURS
from fakes.kube.storage import Body, Key
from simulation.cluster import SimulatedCluster
from simulation.declared import DIRECTORY, Access, Line, Realm
from simulation.rules import EVIL, Bound, Name

Objects = dict[str, Access]


class Action(ABC):
    """Something that happens. `str` tells it in a story."""

    @abstractmethod
    async def act(self, cluster: SimulatedCluster) -> None:
        """Let it happen."""


def _declared(cluster: SimulatedCluster, name: str) -> Access | None:
    """Read back what is declared, so that one part of it can be edited."""
    stored = cluster.storage.get("groupaccesses", Key("", name))
    return None if stored is None else cluster.declared[name]


def _declare(cluster: SimulatedCluster, access: Access) -> None:
    cluster.declared[access.name] = access
    lines = "; ".join(str(line) for line in access.lines)
    cluster.say(f"{access.name} declares {lines}{' (suspended)' if access.suspend else ''}")
    cluster.declare(access)


@dataclass(frozen=True)
class Declare(Action):
    """Somebody writes a whole GroupAccess."""

    access: Access

    async def act(self, cluster: SimulatedCluster) -> None:
        _declare(cluster, self.access)


@dataclass(frozen=True)
class Edit(Action):
    """Somebody changes one mapping: `what` names a field, "remove", "add" or "suspend"."""

    name: str
    at: int
    what: str
    line: Line

    async def act(self, cluster: SimulatedCluster) -> None:
        access = _declared(cluster, self.name)
        if access is None:
            _declare(cluster, Access(self.name, (self.line,)))
            return
        if self.what == "suspend":
            _declare(cluster, replace(access, suspend=not access.suspend))
            return
        lines = list(access.lines)
        at = self.at % len(lines)
        names = {line.name for line in lines}
        match self.what:
            case "remove":
                if len(lines) > 1:
                    del lines[at]
            case "add":
                if self.line.name not in names:
                    lines.append(self.line)
            case "name":
                if self.line.name not in names:
                    lines[at] = replace(lines[at], name=self.line.name)
            case "ends":
                end = None if self.line.ends is None else int(cluster.now) + self.line.ends
                lines[at] = replace(lines[at], ends=end)
            case field:
                changed: str = getattr(self.line, field)
                lines[at] = replace(lines[at], **{field: changed})  # type: ignore[arg-type]  # all text
        _declare(cluster, replace(access, lines=tuple(lines)))


@dataclass(frozen=True)
class Delete(Action):
    """Somebody deletes a GroupAccess."""

    name: str

    async def act(self, cluster: SimulatedCluster) -> None:
        if cluster.delete("groupaccesses", Key("", self.name)):
            cluster.say(f"{self.name} is deleted")


@dataclass(frozen=True)
class Crowd(Action):
    """Somebody writes many GroupAccesses one after the other, or deletes them all at once."""

    count: int
    each: float  # seconds from one to the next
    line: Line
    delete: bool = False

    async def act(self, cluster: SimulatedCluster) -> None:
        verb = "deletes" if self.delete else f"every {self.each} s writes"
        cluster.say(f"somebody {verb} {self.count} of {self.line}")
        cluster.busy = max(cluster.busy, cluster.now + self.count * self.each)
        cluster.later(self._act(cluster))

    async def _act(self, cluster: SimulatedCluster) -> None:
        for number in range(self.count):
            name = f"crowd-{number:04}"
            if self.delete:
                cluster.delete("groupaccesses", Key("", name))
                continue
            cluster.declared[name] = Access(name, (self.line,))
            cluster.declare(cluster.declared[name])
            await asyncio.sleep(self.each)


@dataclass(frozen=True)
class Direct(Action):
    """Somebody writes the KeycloakDirectory, or deletes it."""

    realm: Realm | None

    async def act(self, cluster: SimulatedCluster) -> None:
        if self.realm is not None:
            cluster.say(f"the directory says {self.realm}")
            cluster.direct(self.realm)
        elif cluster.delete("keycloakdirectories", Key("", DIRECTORY)):
            cluster.say("the directory is deleted")


@dataclass(frozen=True)
class Namespace(Action):
    """A namespace is deleted, made, or its label changes."""

    name: str
    what: str

    async def act(self, cluster: SimulatedCluster) -> None:
        cluster.say(f"namespace {self.name}: {self.what}")
        if self.what == "delete":
            cluster.terminate(self.name)
        else:
            cluster.label(self.name, team=self.what == "in the team")


@dataclass(frozen=True)
class Group(Action):
    """A group in Keycloak is created, deleted, renamed, or made anew."""

    name: str
    what: str
    other: str = ""

    async def act(self, cluster: SimulatedCluster) -> None:
        keycloak = cluster.keycloak
        match self.what:
            case "create":
                done = keycloak.create(self.name)
            case "delete":
                done = keycloak.delete(self.name)
            case "rename":
                done = keycloak.rename(self.name, self.other)
            case "rename back":
                done = keycloak.rename(self.other, self.name)
            case _:
                done = keycloak.delete(self.name) and keycloak.create(self.name)
        if done:
            cluster.say(f"Keycloak: {self.what} group {self.name} {self.other}")


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


WATCHED = (*OURS, *BINDINGS, "clusterroles", "namespaces")
