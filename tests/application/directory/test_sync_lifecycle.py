"""A directory that changes, goes or comes again, and when this replica asks at all."""

import asyncio
from collections.abc import Sequence

import pytest

from application.directory.readers import Shared, Slowly
from fakes.directory_harness import DirectoryHarness
from fakes.values import ISSUER, mapping
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Realm


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
        async def read_realm(
            self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
        ) -> Realm:
            await asyncio.sleep(10)
            return await super().read_realm(directory, connection, members_of)

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
    assert desk.sync._ending == {}  # a task that stays there shows nowhere else
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
