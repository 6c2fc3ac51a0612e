"""Directories are read each on its own loop, and their statuses say how that went."""

import asyncio
from datetime import datetime

from fakes.clock import FakeClock
from fakes.directory_harness import DirectoryHarness
from fakes.keycloak_realm import VIEW_USERS
from fakes.values import access, binding, key, mapping
from groupaccess.domain.directory.questions import ById, Search


async def test_a_directory_is_read_at_once_and_says_so(desk: DirectoryHarness) -> None:
    desk.store.put_access(access())
    desk.declare()
    await asyncio.sleep(1)
    assert desk.groups == ["/SRE"]
    assert desk.touched == ["platform"]
    assert desk.ready() == ("True", "Read")
    assert desk.status()["groups"] == 1
    assert desk.status()["directoryId"] == desk.realm.identity
    assert desk.metrics.reads == [("default", "", 0)]


async def test_it_is_read_again_within_its_interval_and_up_to_a_fifth_sooner(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare(syncInterval="100s")
    await asyncio.sleep(79)
    assert len(desk.reader.reads) == 1
    await asyncio.sleep(22)
    assert len(desk.reader.reads) == 2
    desk.realm.create_group("/x/SRE")
    await asyncio.sleep(101)
    assert desk.groups == ["/SRE", "/x/SRE"]


async def test_a_status_is_written_only_when_it_changes(desk: DirectoryHarness) -> None:
    desk.use("platform", mapping(), mapping("dev", "Dev"))
    desk.declare()
    await asyncio.sleep(1)
    desk.tell()
    desk.cluster.calls.clear()
    await asyncio.sleep(600)
    assert len(desk.reader.reads) > 5
    assert desk.cluster.writes == []
    desk.realm.create_group("/Dev")
    await asyncio.sleep(70)
    assert desk.status()["groups"] == 2


async def test_a_failure_keeps_what_was_read(desk: DirectoryHarness) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    desk.reader.down = True
    await asyncio.sleep(70)
    assert desk.groups == ["/SRE"]
    assert desk.ready() == ("False", "KeycloakUnavailable")
    assert desk.status()["groups"] == 1
    desk.reader.down = False
    await asyncio.sleep(70)
    assert desk.ready() == ("True", "Read")


async def test_while_readings_fail_the_status_says_how_old_the_groups_are(
    desk: DirectoryHarness, clock: FakeClock
) -> None:
    desk.declare()
    await asyncio.sleep(1)
    assert "groupsAsOf" not in desk.status()
    desk.reader.down = True
    began = clock.now()
    await asyncio.sleep(70)
    said = desk.status()["groupsAsOf"]
    assert abs((datetime.fromisoformat(said) - began).total_seconds()) < 2
    desk.tell()
    await asyncio.sleep(600)
    assert desk.status()["groupsAsOf"] == said
    desk.reader.down = False
    await asyncio.sleep(70)
    assert "groupsAsOf" not in desk.status()


async def test_what_is_declared_and_pinned_is_asked_and_nothing_else(
    desk: DirectoryHarness,
) -> None:
    pinned = binding(key(), directory="default", **{"group-id": "id-9", "group-name": "Old"})
    other = binding(key("other"), directory="other", **{"group-id": "id-8"})
    desk.store.put_binding(pinned)
    desk.store.put_binding(other)
    desk.store.put_access(access())
    desk.store.put_access(access("elsewhere", mapping(group="Dev"), directoryRef={"name": "b"}))
    desk.declare()
    await asyncio.sleep(1)
    assert set(desk.reader.asked) == {Search("SRE"), Search("Old"), ById("id-9")}


async def test_of_a_directory_that_nobody_uses_only_the_right_is_looked_at(
    desk: DirectoryHarness,
) -> None:
    desk.declare()
    await asyncio.sleep(600)
    assert desk.reader.asked == []
    desk.realm.rights["groupaccess"].discard(VIEW_USERS)
    await asyncio.sleep(70)
    assert desk.ready() == ("False", "KeycloakForbidden")
