"""Readers of the same realms that behave otherwise."""

import asyncio
from collections.abc import Sequence

from fakes.keycloak import FakeDirectoryReader
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Realm


class Shared(FakeDirectoryReader):
    """Another reader of the same realms."""

    def __init__(self, reader: FakeDirectoryReader) -> None:
        self.__dict__ = reader.__dict__


class Slowly(Shared):
    """A reader that takes its time to let go; `open` are directories that it keeps something of."""

    def __init__(self, reader: FakeDirectoryReader) -> None:
        super().__init__(reader)
        self.open = set[str]()

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        self.open.add(directory.name)
        return await super().read_realm(directory, connection, members_of)

    async def forget_directory(self, directory: str) -> None:
        await asyncio.sleep(3)
        self.open.discard(directory)
