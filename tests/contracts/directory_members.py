"""What the port `DirectoryReader` promises of groups that nobody is in."""

from typing import Protocol

import pytest

from contracts.directory_reader import Realm, declared
from groupaccess.application.ports import Connection
from groupaccess.domain.directory import Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.members import Unpeopled

SOME = ("/empty", "/platform/dev", "/platform/sre", "/platform/sre/on-call", "/SRE", "/unused")


class Peopled(Realm, Protocol):
    """A realm with people in its groups."""

    @property
    def seeing(self) -> Connection:
        """Return a login of an account that may see members."""

    def join(self, user: str, path: str) -> None:
        """Put a new user into a group."""


async def look(source: Peopled, connection: Connection, *references: str) -> Snapshot:
    """Read the realm for these groups in use, with its clients as they are."""
    used = InUse(frozenset(references))
    return await source.port.read(declared(source), connection, used)


def told(snapshot: Snapshot) -> dict[str, str | None]:
    """Return the paths of the groups that nobody is in, each with its child."""
    return {snapshot.by_id[each.id].path: each.child for each in snapshot.unpeopled}


class MembersContract:
    """Subclasses give the fixture `source`."""

    @pytest.fixture
    def peopled(self, source: Peopled) -> Peopled:
        """Give a realm in which /SRE and /platform/sre have a member each."""
        source.create_groups(SOME)
        source.join("alice", "/SRE")
        source.join("bob", "/platform/sre")
        return source

    async def test_groups_in_use_that_nobody_is_in_are_told(self, peopled: Peopled) -> None:
        found = await look(peopled, peopled.seeing, "SRE", "/empty", "/platform", "/platform/sre")
        assert told(found) == {"/empty": None, "/platform": "/platform/sre"}

    async def test_without_the_right_to_see_members_nothing_is_told(self, peopled: Peopled) -> None:
        found = await look(peopled, peopled.connection, "SRE", "/empty", "/platform")
        assert found.unpeopled == frozenset[Unpeopled]()
        assert len(found.groups) == len({*SOME, "/platform"})

    async def test_nothing_new_is_told_the_same(self, peopled: Peopled) -> None:
        seeing = peopled.seeing
        assert await look(peopled, seeing, "/empty") == await look(peopled, seeing, "/empty")
