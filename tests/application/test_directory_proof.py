"""What is said of a directory while a proof is still to come."""

import asyncio
from typing import Any

import pytest

from fakes.desk import Desk
from fakes.keycloak import FakeDirectoryReader
from fakes.values import access, mapping


async def test_what_the_next_reading_proves_at_once_is_not_said_before(desk: Desk) -> None:
    desk.realm.proves = True

    class Meanwhile(FakeDirectoryReader):
        async def read(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
            found = await desk.reader.read(*given)
            if desk.store.put_access(access()) and len(desk.reader.reads) == 1:
                desk.sync.asked("default")
            return found

    desk.sync = desk.reading_by(Meanwhile())
    desk.declare()
    await asyncio.sleep(0.1)
    assert len(desk.reader.reads) == 1
    assert desk.cluster.writes == []
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2
    assert desk.status()["clients"][0]["result"] == "Proven"


@pytest.mark.parametrize("group", ["typo", None])
async def test_where_nothing_is_to_be_proven_the_status_is_said(
    desk: Desk, group: str | None
) -> None:
    desk.realm.proves = True
    if group is not None:
        desk.store.put_access(access("platform", mapping(group=group)))
    desk.declare()
    await asyncio.sleep(0.1)
    assert desk.ready() == ("True", "Read")
