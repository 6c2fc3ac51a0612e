"""Groups that nobody is in: who is told, and that nothing is written while nothing changes."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fakes.desk import Desk
from fakes.keycloak import FakeDirectoryReader
from fakes.values import access, mapping, snapshot
from fakes.world import World
from groupaccess.domain.directory import Snapshot
from groupaccess.domain.members import Unpeopled

EMPTY = Unpeopled("id-/SRE")
WARNING = "/SRE has no members: nobody gets access by it."


def read(*unpeopled: Unpeopled) -> Snapshot:
    return replace(snapshot("/SRE", "/Dev"), unpeopled=frozenset(unpeopled))


async def test_the_mapping_alone_says_so_and_all_else_stays_as_it_was(granted: World) -> None:
    before = granted.status
    assert granted.take_in(read(EMPTY)) == {"platform"}
    await granted.reconcile()
    assert granted.mapping("sre")["message"] == f"members of /SRE carry SRE. {WARNING}"
    assert granted.said_of("sre") == ("Granted", "Granted")
    assert granted.mapping("dev") == {each["name"]: each for each in before["mappings"]}["dev"]
    assert granted.status["conditions"] == before["conditions"]
    assert [kind for kind, *_ in granted.cluster.calls if kind in {"apply", "delete"}] == []


async def test_equal_facts_write_nothing_and_the_warning_ends_with_them(granted: World) -> None:
    before = granted.status
    granted.take_in(read(EMPTY))
    await granted.settle()
    granted.watch()
    granted.cluster.calls.clear()
    assert granted.take_in(read(EMPTY)) == set()
    await granted.reconcile()
    assert granted.cluster.writes == []
    assert granted.take_in(read()) == {"platform"}
    await granted.settle()
    assert granted.mapping("sre") == {each["name"]: each for each in before["mappings"]}["sre"]


async def test_sweeps_that_find_the_same_touch_nobody_and_write_nothing(desk: Desk) -> None:
    desk.realm.roles["groupaccess"].add("view-members")
    desk.store.put_access(access())
    desk.declare()
    await asyncio.sleep(1)
    found = desk.store.realms.readings["default"].snapshot
    assert found is not None
    assert found.unpeopled == {Unpeopled(desk.realm.groups["/SRE"].id)}
    desk.tell()
    desk.cluster.calls.clear()
    desk.touched.clear()
    await asyncio.sleep(600)
    assert (desk.touched, desk.cluster.writes) == ([], [])
    desk.realm.members["/SRE"] = {"alice"}
    await asyncio.sleep(70)
    assert desk.touched == ["platform"]
    assert desk.cluster.writes == []


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
