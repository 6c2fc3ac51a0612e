"""Directories are read each on its own loop, and their statuses say how that went."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fakes.clock import FakeClock
from fakes.directory_harness import DirectoryHarness
from fakes.keycloak import VIEW_USERS, FakeDirectoryReader
from fakes.values import ISSUER, access, binding, key, mapping
from groupaccess.application.directory.inquiry import REALM_TIMEOUT_SECONDS
from groupaccess.application.ports.errors import TransientError
from groupaccess.domain.directory.questions import ById, Search
from groupaccess.domain.reasons import Reason


class Shared(FakeDirectoryReader):
    """Another reader of the same realms."""

    def __init__(self, reader: FakeDirectoryReader) -> None:
        self.__dict__ = reader.__dict__


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


async def test_a_failure_is_tried_again_soon_and_then_less_often(desk: DirectoryHarness) -> None:
    desk.reader.down = True
    desk.declare(syncInterval="60s")
    await asyncio.sleep(0.5)
    assert len(desk.reader.reads) == 1
    await asyncio.sleep(7.5)
    assert 4 <= len(desk.reader.reads) <= 5  # after about 1, 3 and 7 seconds
    await asyncio.sleep(3600)
    assert 50 < len(desk.reader.reads) < 110


async def test_a_directory_that_is_down_slows_no_other(desk: DirectoryHarness) -> None:
    desk.declare("slow", adminURL="https://nobody.example.com")
    desk.declare()
    await asyncio.sleep(1)
    assert desk.ready() == ("True", "Read")
    assert desk.ready("slow") == ("False", "KeycloakUnavailable")


async def test_a_directory_that_hangs_slows_no_other(desk: DirectoryHarness) -> None:
    class Hanging(Shared):
        async def read_realm(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
            if given[0].name == "slow":
                await asyncio.Event().wait()
            return await super().read_realm(*given)

    desk.sync = desk.reading_by(Hanging(desk.reader))
    desk.declare("slow")
    desk.declare(syncInterval="10s")
    await asyncio.sleep(600)
    assert 60 <= desk.reader.reads.count("default") <= 75
    assert desk.ready() == ("True", "Read")
    assert desk.ready("slow") == ("False", "KeycloakUnavailable")


async def test_a_reading_that_hangs_is_given_up(desk: DirectoryHarness) -> None:
    hanging = asyncio.Event()

    class Hanging(Shared):
        async def read_realm(self, *_: object) -> Any:  # noqa: ANN401 -- never
            await hanging.wait()

    desk.sync = desk.reading_by(Hanging(desk.reader))
    desk.declare()
    await asyncio.sleep(REALM_TIMEOUT_SECONDS + 0.5)
    assert desk.ready() == ("False", "KeycloakUnavailable")
    assert "Keycloak did not answer in time" in desk.status()["conditions"][0]["message"]


@pytest.mark.parametrize("error", [ValueError("not JSON"), RuntimeError("unexpected")])
async def test_an_unexpected_error_ends_no_loop(
    desk: DirectoryHarness, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    desk.reader.fail(error)
    desk.declare()
    await asyncio.sleep(0.5)
    assert desk.ready() == ("False", "KeycloakUnavailable")
    await asyncio.sleep(2)
    assert desk.ready() == ("True", "Read")
    assert type(error).__name__ in caplog.text


async def test_a_changed_spec_is_read_at_once(desk: DirectoryHarness) -> None:
    desk.declare(syncInterval="24h")
    await asyncio.sleep(1)
    desk.declare(syncInterval="12h")
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2


async def test_what_was_read_for_another_realm_is_not_kept(desk: DirectoryHarness) -> None:
    desk.use("platform", mapping(), mapping("other", "Other"))
    desk.reader.create_realm("OTHER").create_group("/Other")
    other = ISSUER.replace("ADMIN", "OTHER")

    class Slow(Shared):
        async def read_realm(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
            await asyncio.sleep(10)
            return await super().read_realm(*given)

    desk.sync = desk.reading_by(Slow(desk.reader))
    desk.declare()
    await asyncio.sleep(5)
    desk.declare(issuer=other)
    await asyncio.sleep(7)
    assert desk.groups == []
    await asyncio.sleep(10)
    assert desk.groups == ["/Other"]


async def test_a_removed_directory_is_read_no_more(desk: DirectoryHarness) -> None:
    desk.declare()
    await asyncio.sleep(1)
    desk.sync.stop("default")
    desk.store.drop_directory("default")
    desk.sync.stop("never seen")
    await asyncio.sleep(600)
    assert len(desk.reader.reads) == 1
    desk.tell()
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2


class Slowly(Shared):
    """A reader that takes its time to let go; `open` are directories that it keeps something of."""

    def __init__(self, reader: FakeDirectoryReader) -> None:
        super().__init__(reader)
        self.open = set[str]()

    async def read_realm(self, *given: Any) -> Any:  # noqa: ANN401 -- as the port
        self.open.add(given[0].name)
        return await super().read_realm(*given)

    async def forget_directory(self, directory: str) -> None:
        await asyncio.sleep(3)
        self.open.discard(directory)


async def test_what_a_removed_directory_lets_go_of_is_not_its_namesakes(
    desk: DirectoryHarness,
) -> None:
    slow, forgotten = Slowly(desk.reader), desk.checker.forgotten
    desk.sync = desk.reading_by(slow)
    desk.use()
    desk.declare()
    await asyncio.sleep(1)
    for _ in range(3):  # the second and third are made anew before the first has ended
        desk.sync.stop("default")
        desk.store.drop_directory("default")
        desk.tell()
        await asyncio.sleep(0)
    await asyncio.sleep(20)
    assert desk.groups == ["/SRE"]
    assert slow.open == {"default"}
    assert forgotten == ["default"]  # the others had not begun
    assert desk.sync._ending == {}
    desk.sync.stop("default")
    await asyncio.sleep(1)  # it is about to let go
    await desk.sync.close()
    assert slow.open == set()


@pytest.mark.parametrize("broken", ["look", "say"])
async def test_an_unexpected_error_does_not_end_the_reading_of_a_directory(
    desk: DirectoryHarness, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    async def fail(*_: object) -> None:
        raise TypeError("a mistake of ours")

    look = desk.checker.look
    if broken == "look":
        desk.checker.look = fail
    else:
        desk.cluster.fail("status", TypeError("a mistake of ours"), times=2)
    desk.declare()
    await asyncio.sleep(1)
    assert "a mistake of ours" in caplog.text
    if broken == "look":
        assert desk.ready() == ("False", "KeycloakUnavailable")
        assert "failed unexpectedly (TypeError)" in desk.status()["conditions"][0]["message"]
        desk.tell()
        desk.checker.look = look
    await asyncio.sleep(120)
    assert desk.ready() == ("True", "Read")
    assert 2 <= len(desk.reader.reads) < 15  # with a back-off


async def test_nothing_is_read_after_the_end(desk: DirectoryHarness) -> None:
    desk.declare()
    desk.declare("other")
    await asyncio.sleep(1)
    await desk.sync.close()
    await asyncio.sleep(600)
    assert len(desk.reader.reads) == 2


async def test_a_status_that_could_not_be_written_is_written_with_the_next_reading(
    desk: DirectoryHarness,
) -> None:
    desk.cluster.fail("status", TransientError("503"))
    desk.declare(syncInterval="10s")
    await asyncio.sleep(1)
    assert desk.status() == {"observedGeneration": -1}
    await asyncio.sleep(11)
    assert desk.ready() == ("True", "Read")


async def test_a_directory_that_cannot_be_read_says_so_until_it_can(desk: DirectoryHarness) -> None:
    desk.declare()
    await asyncio.sleep(1)
    ref = desk.cluster.objects.apply("KeycloakDirectory", "default", {"issuer": 7})
    raw = desk.cluster.objects.find("KeycloakDirectory", "default")
    assert raw is not None
    known = desk.store.directories.declared["default"].state
    observed = replace(known, resource_version=raw["metadata"]["resourceVersion"], generation=2)
    desk.store.put_unreadable_directory(observed, "spec.issuer: no text")
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
    desk.store.put_unreadable_directory(replace(known, generation=2), "spec.issuer: no text")
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
    desk.store.put_unreadable_directory(replace(known, generation=2), "spec.issuer: no text")
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
