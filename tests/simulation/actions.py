"""What people do: they declare, edit and delete, in the cluster and in Keycloak."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from fakes.kube.storage import Key
from simulation.cluster import SimulatedCluster
from simulation.declarations import DIRECTORY, Access, Line, Realm

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
