"""Directories are read each on its own loop, and their statuses say how that went."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fakes.clock import FakeClock
from fakes.desk import Desk
from fakes.keycloak import FakeDirectoryReader
from fakes.values import ISSUER, access, binding, key, mapping
from groupaccess.application.directory_sync import READ_TIMEOUT
from groupaccess.application.ports import PassingError
from groupaccess.domain.in_use import InUse


async def test_a_directory_is_read_at_once_and_says_so(desk: Desk) -> None:
    desk.store.put_access(access())
    desk.declare()
    await asyncio.sleep(1)
    assert desk.groups == ["/SRE"]
    assert desk.touched == ["platform"]
    assert desk.ready() == ("True", "Read")
    assert desk.status()["groups"] == 1
    assert desk.status()["directoryId"] == desk.realm.identity
    assert desk.metrics.reads == [("default", "", 0)]


async def test_it_is_read_again_within_its_interval_and_up_to_a_fifth_sooner(desk: Desk) -> None:
    desk.declare(syncInterval="100s")
    await asyncio.sleep(79)
    assert len(desk.reader.reads) == 1
    await asyncio.sleep(22)
    assert len(desk.reader.reads) == 2
    desk.realm.create_group("/Dev")
    await asyncio.sleep(101)
    assert desk.groups == ["/Dev", "/SRE"]


async def test_a_status_is_written_only_when_it_changes(desk: Desk) -> None:
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


async def test_a_failure_keeps_what_was_read(desk: Desk) -> None:
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
    desk: Desk, clock: FakeClock
) -> None:
    desk.declare()
    await asyncio.sleep(1)
    assert desk.status()["method"] == "Sweep"
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


async def test_the_reader_is_told_what_is_in_use(desk: Desk) -> None:
    pinned = binding(key(), directory="default", **{"group-id": "id-9"})
    other = binding(key("other"), directory="other", **{"group-id": "id-8"})
    desk.store.put_binding(pinned)
    desk.store.put_binding(other)
    desk.store.put_access(access())
    desk.store.put_access(access("elsewhere", mapping(group="Dev"), directoryRef={"name": "b"}))
    desk.declare()
    await asyncio.sleep(1)
    assert desk.reader.asked == [InUse(frozenset({"SRE"}), frozenset({"id-9"}))]


async def test_a_lookup_is_named_in_the_status_and_says_how_large_the_realm_is(desk: Desk) -> None:
    desk.reader.looks_up = True
    desk.realm.create_group("/Dev")
    desk.store.put_access(access())
    desk.declare()
    await asyncio.sleep(1)
    assert desk.groups == ["/SRE"]
    assert (desk.status()["method"], desk.status()["groups"]) == ("Lookup", 2)
    message = desk.status()["conditions"][0]["message"]
    assert message == "1 in use looked up among 2 groups, cheaper than to read them all."


async def test_what_is_newly_asked_for_is_read_soon_and_together(desk: Desk) -> None:
    desk.declare()
    await asyncio.sleep(5)
    for _ in range(50):
        desk.sync.asked("default")
        await asyncio.sleep(0.005)
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2
    desk.sync.asked("nobody declared")
    await asyncio.sleep(5)
    assert len(desk.reader.reads) == 2


async def test_however_often_it_is_asked_for_it_is_read_half_of_the_time(desk: Desk) -> None:
    class Slow(FakeDirectoryReader):
        async def read(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
            await asyncio.sleep(3)
            return await desk.reader.read(*given)

    desk.sync = desk.reading_by(Slow())
    desk.declare()
    for _ in range(600):
        desk.sync.asked("default")
        await asyncio.sleep(0.1)
    assert len(desk.reader.reads) == 10


async def test_a_failure_is_tried_again_soon_and_then_less_often(desk: Desk) -> None:
    desk.reader.down = True
    desk.declare(syncInterval="60s")
    await asyncio.sleep(0.5)
    assert len(desk.reader.reads) == 1
    await asyncio.sleep(7.5)
    assert len(desk.reader.reads) == 4  # after about 1, 3 and 7 seconds
    await asyncio.sleep(3600)
    assert 50 < len(desk.reader.reads) < 80


async def test_a_directory_that_is_down_slows_no_other(desk: Desk) -> None:
    desk.declare("slow", adminURL="https://nobody.example.com")
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("True", "Read")
    assert desk.ready("slow") == ("False", "KeycloakUnavailable")


async def test_a_directory_that_hangs_slows_no_other(desk: Desk) -> None:
    class Hanging(FakeDirectoryReader):
        async def read(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
            if given[0].name == "slow":
                await asyncio.Event().wait()
            return await desk.reader.read(*given)

    desk.sync = desk.reading_by(Hanging())
    desk.declare("slow")
    desk.declare(syncInterval="10s")
    await asyncio.sleep(600)
    assert 60 <= desk.reader.reads.count("default") <= 75
    assert desk.ready() == ("True", "Read")
    assert desk.ready("slow") == ("False", "KeycloakUnavailable")


async def test_a_reading_that_hangs_is_given_up(desk: Desk) -> None:
    hanging = asyncio.Event()

    class Hanging(FakeDirectoryReader):
        async def read(self, *_: object) -> Any:  # noqa: ANN401 -- never
            await hanging.wait()

    desk.sync = desk.reading_by(Hanging())
    desk.declare()
    await asyncio.sleep(READ_TIMEOUT + 0.5)
    assert desk.ready() == ("False", "KeycloakUnavailable")
    assert "no answer in time" in desk.status()["conditions"][0]["message"]


@pytest.mark.parametrize("error", [ValueError("not JSON"), RuntimeError("unexpected")])
async def test_an_unexpected_error_ends_no_loop(
    desk: Desk, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    desk.reader.fail(error)
    desk.declare()
    await asyncio.sleep(0.5)
    assert desk.ready() == ("False", "KeycloakUnavailable")
    await asyncio.sleep(2)
    assert desk.ready() == ("True", "Read")
    assert type(error).__name__ in caplog.text


async def test_a_changed_spec_is_read_at_once(desk: Desk) -> None:
    desk.declare(syncInterval="24h")
    await asyncio.sleep(1)
    desk.declare(syncInterval="12h")
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2


async def test_what_was_read_for_another_realm_is_not_kept(desk: Desk) -> None:
    desk.reader.create_realm("OTHER").create_group("/Other")
    other = ISSUER.replace("ADMIN", "OTHER")

    class Slow(FakeDirectoryReader):
        async def read(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
            await asyncio.sleep(10)
            return await desk.reader.read(*given)

    desk.sync = desk.reading_by(Slow())
    desk.declare()
    await asyncio.sleep(5)
    desk.declare(issuer=other)
    await asyncio.sleep(7)
    assert desk.groups == []
    await asyncio.sleep(10)
    assert desk.groups == ["/Other"]


async def test_a_removed_directory_is_read_no_more(desk: Desk) -> None:
    desk.declare()
    await asyncio.sleep(1)
    desk.sync.gone("default")
    desk.store.drop_directory("default")
    desk.sync.gone("never seen")
    await asyncio.sleep(600)
    assert len(desk.reader.reads) == 1
    desk.tell()
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2


class Slowly(FakeDirectoryReader):
    """A reader that takes its time to let go; `open` are directories that it keeps something of."""

    def __init__(self, reader: FakeDirectoryReader) -> None:
        super().__init__()
        self.reader, self.open = reader, set[str]()

    async def read(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
        self.open.add(given[0].name)
        return await self.reader.read(*given)

    async def forget(self, directory: str) -> None:
        await asyncio.sleep(3)
        self.open.discard(directory)


async def test_what_a_removed_directory_lets_go_of_is_not_its_namesakes(
    desk: Desk,
) -> None:
    slow, forgotten = Slowly(desk.reader), list[str]()
    desk.sync = desk.reading_by(slow)
    desk.sync.forget = forgotten.append
    desk.declare()
    await asyncio.sleep(1)
    for _ in range(3):  # the second and third are made anew before the first has ended
        desk.sync.gone("default")
        desk.store.drop_directory("default")
        desk.tell()
        await asyncio.sleep(0)
    await asyncio.sleep(20)
    assert desk.groups == ["/SRE"]
    assert slow.open == {"default"}
    assert forgotten == ["default"]  # the others had not begun
    assert desk.sync._ending == {}
    desk.sync.gone("default")
    await asyncio.sleep(1)  # it is about to let go
    await desk.sync.close()
    assert slow.open == set()


@pytest.mark.parametrize("broken", ["look", "say"])
async def test_an_unexpected_error_does_not_end_the_reading_of_a_directory(
    desk: Desk, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    async def fail(*_: object) -> None:
        raise TypeError("a mistake of ours")

    look = desk.sync.look
    if broken == "look":
        desk.sync.look = fail
    else:
        desk.cluster.fail("status", TypeError("a mistake of ours"), times=2)
    desk.declare()
    await asyncio.sleep(1)
    assert "a mistake of ours" in caplog.text
    if broken == "look":
        assert desk.ready() == ("False", "KeycloakUnavailable")
        assert "in an unexpected way (TypeError)" in desk.status()["conditions"][0]["message"]
        desk.tell()
        desk.sync.look = look
    await asyncio.sleep(120)
    assert desk.ready() == ("True", "Read")
    assert 2 <= len(desk.reader.reads) < 15  # with a back-off


async def test_nothing_is_read_after_the_end(desk: Desk) -> None:
    desk.declare()
    desk.declare("other")
    await asyncio.sleep(1)
    await desk.sync.close()
    await asyncio.sleep(600)
    assert len(desk.reader.reads) == 2


async def test_a_status_that_could_not_be_written_is_written_with_the_next_reading(
    desk: Desk,
) -> None:
    desk.cluster.fail("status", PassingError("503"))
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    assert desk.status() == {"observedGeneration": -1}
    await asyncio.sleep(11)
    assert desk.ready() == ("True", "Read")


async def test_a_directory_that_cannot_be_read_says_so_until_it_can(desk: Desk) -> None:
    desk.declare()
    await asyncio.sleep(1)
    ref = desk.cluster.objects.apply("KeycloakDirectory", "default", {"issuer": 7})
    raw = desk.cluster.objects.find("KeycloakDirectory", "default")
    assert raw is not None
    known = desk.store.realms.directories["default"].observed
    observed = replace(known, version=raw["metadata"]["resourceVersion"], generation=2)
    desk.store.put_unreadable_directory(observed, "spec.issuer: no text")
    desk.sync.changed("default")
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
    desk.sync.changed("default")
    await asyncio.sleep(10)
    assert desk.ready() == ("True", "Read")


async def test_what_may_come_is_waited_for_and_then_stalls(desk: Desk) -> None:
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


async def test_a_replica_that_does_not_lead_reads_but_writes_no_status(desk: Desk) -> None:
    desk.leads = False
    desk.declare()
    await asyncio.sleep(1)
    assert desk.groups == ["/SRE"]
    assert desk.touched == []
    assert desk.status() == {"observedGeneration": -1}
