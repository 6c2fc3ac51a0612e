"""A directory that this version cannot read says so, and asks nothing new."""

import asyncio
from dataclasses import replace

from fakes.directory_harness import DirectoryHarness
from fakes.values import mapping
from groupaccess.application.state.declared_objects import UnreadableDirectory
from groupaccess.domain.reasons import Reason


async def test_a_directory_that_cannot_be_read_says_so_until_it_can(desk: DirectoryHarness) -> None:
    desk.declare()
    await asyncio.sleep(1)
    ref = desk.cluster.objects.apply("KeycloakDirectory", "default", {"issuer": 7})
    raw = desk.cluster.objects.find("KeycloakDirectory", "default")
    assert raw is not None
    known = desk.store.directories.declared["default"].state
    observed = replace(known, resource_version=raw["metadata"]["resourceVersion"], generation=2)
    desk.store.put_unreadable_directory(UnreadableDirectory(observed, "spec.issuer: no text"))
    desk.sync.start_or_wake("default")
    desk.leads = False
    await asyncio.sleep(100)
    assert desk.ready() == ("True", "Read")
    desk.leads = True
    await asyncio.sleep(100)
    assert desk.ready() == ("False", "Unreadable")
    assert "spec.issuer: no text" in desk.status()["conditions"][0]["message"]
    assert desk.status()["observedGeneration"] == 2
    assert ref.uid == observed.ref.uid
    assert len(desk.reader.reads) == 1
    desk.declare()
    desk.sync.start_or_wake("default")
    await asyncio.sleep(10)
    assert desk.ready() == ("True", "Read")


async def test_by_the_spec_that_it_had_when_it_could_be_read_nothing_new_is_asked_or_said(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    known = desk.store.directories.declared["default"].state
    unreadable = UnreadableDirectory(replace(known, generation=2), "spec.issuer: no text")
    desk.store.put_unreadable_directory(unreadable)
    desk.sync.start_or_wake("default")
    await asyncio.sleep(10)
    asked = len(desk.reader.asked)
    desk.use("another", mapping("dev", "Dev"))
    await asyncio.sleep(10)
    assert desk.ready() == ("False", "Unreadable")
    assert len(desk.reader.asked) == asked


async def test_a_round_that_ends_when_its_directory_cannot_be_read_any_more_says_nothing(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(10)
    desk.reader.takes, desk.reader.down = 1.0, True
    desk.declare(syncInterval="10s")
    await asyncio.sleep(0.5)
    assert desk.reader.busy
    known = desk.store.directories.declared["default"].state
    unreadable = UnreadableDirectory(replace(known, generation=2), "spec.issuer: no text")
    desk.store.put_unreadable_directory(unreadable)
    desk.sync.start_or_wake("default")
    desk.cluster.calls.clear()
    await asyncio.sleep(20)
    assert desk.ready() == ("False", "Unreadable")
    assert desk.cluster.writes == ["status KeycloakDirectory default"]


async def test_what_may_come_is_waited_for_and_then_stalls(desk: DirectoryHarness) -> None:
    desk.reader.down = True
    desk.declare()
    conditions = []
    for _ in range(2):
        await asyncio.sleep(1)
        desk.tell()
        conditions.append({each["type"]: each["status"] for each in desk.status()["conditions"]})
        await asyncio.sleep(400)
    assert conditions == [
        {"Ready": "False", "Reconciling": "True", "Stalled": "False"},
        {"Ready": "False", "Reconciling": "False", "Stalled": "True"},
    ]


async def test_before_this_replica_leads_nothing_is_asked_or_said(desk: DirectoryHarness) -> None:
    desk.sync = desk.reading_by(desk.reader, begins=False)
    desk.use()
    desk.declare()
    await asyncio.sleep(600)
    assert desk.reader.reads == []
    assert desk.reader.asked == []
    assert desk.status() == {"observedGeneration": -1}
    desk.sync.begin()
    await asyncio.sleep(1)
    assert desk.groups == ["/SRE"]
    assert desk.ready() == ("True", "Read")


async def test_what_was_asked_last_for_a_directory_ends_with_its_uid(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    desk.reader.down = True
    desk.sync.stop("default")
    desk.store.drop_directory("default")
    desk.cluster.objects.remove("KeycloakDirectory", "default")
    desk.declare()
    await asyncio.sleep(70)
    assert desk.groups == []
    assert desk.verdict().reason is Reason.KEYCLOAK_UNAVAILABLE


async def test_a_namesake_that_replaces_a_directory_at_once_begins_with_nothing(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    desk.cluster.objects.remove("KeycloakDirectory", "default")
    desk.reader.down = True
    desk.declare()
    assert desk.groups == []
