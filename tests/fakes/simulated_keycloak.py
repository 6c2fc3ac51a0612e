"""A Keycloak in virtual time: groups that people rename, delete and make anew, and outages."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fakes.keycloak import FakeClient, FakeDirectoryReader, FakeRealm, membership, refused
from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.apiserver import OwnToken
from groupaccess.domain.directory import Group, Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.model import Directory
from groupaccess.domain.reasons import Reason

TAKES = 0.1  # seconds for a reading


@dataclass(frozen=True)
class Given:
    """A successful answer: when it was given, and the groups' names by id."""

    at: float
    names: Mapping[str, str]


class SimulatedKeycloak:
    """One realm with the client headlamp, whose tokens carry groups by name."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.given: defaultdict[str, list[Given]] = defaultdict(list)  # by replica
        self.failed: dict[str, float] = {}  # replica -> since when nothing is read
        self.trouble = ""  # down, refuses, hangs
        self.fakes = FakeDirectoryReader()
        self.realm: FakeRealm = self.fakes.create_realm()
        self.realm.clients["headlamp"] = FakeClient((membership(),))

    @property
    def issuer(self) -> str:
        return self.realm.issuer

    @property
    def names(self) -> Mapping[str, str]:
        return {group.id: group.name for group in self.realm.groups.values()}

    def create(self, name: str) -> bool:
        """Create a group; tell whether there was none of that name."""
        if f"/{name}" in self.realm.groups:
            return False
        self.realm.create_group(f"/{name}")
        return True

    def delete(self, name: str) -> bool:
        return self.realm.groups.pop(f"/{name}", None) is not None

    def rename(self, old: str, new: str) -> bool:
        """Rename a group, which keeps its id; no other may have the name."""
        if f"/{new}" in self.realm.groups or f"/{old}" not in self.realm.groups:
            return False
        group = self.realm.groups.pop(f"/{old}")
        self.realm.groups[f"/{new}"] = Group(f"/{new}", new, group.id)
        return True

    def client(self, who: str) -> "KeycloakOf":
        return KeycloakOf(self, who)


@dataclass
class KeycloakOf:
    """Both ports of Keycloak, for one replica."""

    keycloak: SimulatedKeycloak
    who: str

    async def read(
        self, directory: Directory, connection: Connection, used: InUse | None = None
    ) -> Snapshot:
        try:
            await self._answer()
        except RefusedError:
            self.keycloak.failed.setdefault(self.who, self.keycloak.now())
            raise
        found = await self.keycloak.fakes.read(directory, connection, used)
        names = self.keycloak.names
        await asyncio.sleep(TAKES / 2)
        self.keycloak.failed.pop(self.who, None)
        self.keycloak.given[self.who].append(Given(self.keycloak.now(), names))
        return found

    async def confirm_gone(
        self, directory: Directory, connection: Connection, groups: Mapping[str, str]
    ) -> None:
        try:
            await self._answer()
            await self.keycloak.fakes.confirm_gone(directory, connection, groups)
        except RefusedError:
            self.keycloak.failed.setdefault(self.who, self.keycloak.now())
            self.keycloak.given[self.who].pop()  # without it the whole reading is worth nothing
            raise

    async def forget(self, directory: str) -> None:
        await self.keycloak.fakes.forget(directory)

    async def own_token(self, connection: Connection) -> OwnToken:  # noqa: ARG002 -- the port
        raise refused(Reason.KEYCLOAK_UNAVAILABLE, "no canary is declared")

    async def _answer(self) -> None:
        await asyncio.sleep(TAKES / 2)
        match self.keycloak.trouble:
            case "down":
                raise refused(Reason.KEYCLOAK_UNAVAILABLE, "not reached: ConnectError")
            case "refuses":
                raise refused(Reason.KEYCLOAK_FORBIDDEN, "groups: 403")
            case "hangs":
                await asyncio.sleep(20)
                raise refused(Reason.KEYCLOAK_UNAVAILABLE, "not reached: ReadTimeout")
