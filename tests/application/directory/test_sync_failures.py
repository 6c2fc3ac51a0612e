"""A directory that fails or hangs is tried again, and slows no other."""

import asyncio
from collections.abc import Sequence

import pytest

from application.directory.readers import Shared
from fakes.directory_harness import DirectoryHarness
from groupaccess.application.directory.inquiry import REALM_TIMEOUT_SECONDS
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Realm


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
        async def read_realm(
            self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
        ) -> Realm:
            if directory.name == "slow":
                await asyncio.Event().wait()
            return await super().read_realm(directory, connection, members_of)

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
        async def read_realm(
            self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
        ) -> Realm:
            await hanging.wait()
            return await super().read_realm(directory, connection, members_of)

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
