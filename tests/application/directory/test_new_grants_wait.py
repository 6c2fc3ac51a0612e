"""Once Keycloak has refused a new question, new grants wait, also while the next round hangs."""

import asyncio
from collections.abc import Sequence

import pytest

from application.directory.readers import Shared
from fakes.directory_harness import DirectoryHarness
from fakes.keycloak import FakeDirectoryReader
from fakes.values import mapping
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Search
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome


class HangingRounds(Shared):
    """A reader whose rounds hang while `answers` is not set; other questions go through."""

    def __init__(self, reader: FakeDirectoryReader) -> None:
        super().__init__(reader)
        self.answers = asyncio.Event()
        self.answers.set()

    async def read_realm(
        self, directory: Directory, connection: Connection, members_of: Sequence[Group] | None
    ) -> Realm:
        await self.answers.wait()
        return await super().read_realm(directory, connection, members_of)


@pytest.fixture
async def rounds(desk: DirectoryHarness) -> HangingRounds:
    """Let the directory be read, with "platform" for a group that others declare later, too."""
    reader = HangingRounds(desk.reader)
    desk.sync = desk.reading_by(reader)
    desk.use("platform")
    desk.declare()
    await asyncio.sleep(5)
    assert desk.verdict("platform").outcome is Outcome.GRANT
    return reader


async def fail_a_new_question(desk: DirectoryHarness, rounds: HangingRounds) -> None:
    """Let Keycloak go, so that the question about a new group fails and the next round hangs."""
    rounds.answers.clear()
    desk.reader.down = True
    desk.touched.clear()
    desk.use("dev", mapping(group="Dev"))
    await asyncio.sleep(3)


async def test_another_mapping_of_a_known_group_waits(
    desk: DirectoryHarness, rounds: HangingRounds
) -> None:
    await fail_a_new_question(desk, rounds)
    desk.use("late")
    verdict = desk.verdict("late")
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (Reason.KEYCLOAK_UNAVAILABLE, Outcome.HOLD),  # too slow, or a 5xx: Keycloak may be away
        (Reason.KEYCLOAK_FORBIDDEN, Outcome.GRANT),  # a 403 concerns that group alone
    ],
)
async def test_one_question_that_fails_among_others_lets_known_groups_wait_unless_it_is_a_403(
    desk: DirectoryHarness, rounds: HangingRounds, reason: Reason, outcome: Outcome
) -> None:
    desk.reader.broken[Search("Dev")] = Failure(reason, "no complete answer within 20 s")
    rounds.answers.clear()
    desk.use("dev", mapping(group="Dev"), mapping("ops", "Ops"))
    await asyncio.sleep(3)
    desk.use("late")
    assert desk.verdict("late").outcome is outcome


async def test_only_who_asked_hears_of_it_before_a_round_fails_too(
    desk: DirectoryHarness, rounds: HangingRounds
) -> None:
    await fail_a_new_question(desk, rounds)
    assert set(desk.touched) == {"dev"}
    rounds.answers.set()
    await asyncio.sleep(0.5)
    assert set(desk.touched) == {"dev", "platform"}


async def test_of_those_who_are_asked_for_only_who_has_an_open_question_hears_of_it(
    desk: DirectoryHarness, rounds: HangingRounds
) -> None:
    rounds.answers.clear()
    desk.reader.down = True
    desk.touched.clear()
    desk.use("dev", mapping(group="Dev"))
    desk.requests.ask_new("default", ["platform"])
    await asyncio.sleep(3)
    assert set(desk.touched) == {"dev"}


async def test_who_waited_is_granted_once_a_round_succeeds(
    desk: DirectoryHarness, rounds: HangingRounds
) -> None:
    await fail_a_new_question(desk, rounds)
    desk.use("late")
    desk.touched.clear()
    desk.reader.down = False
    rounds.answers.set()
    await asyncio.sleep(0.5)
    assert "late" in desk.touched
    assert desk.verdict("late").outcome is Outcome.GRANT


async def test_a_question_to_a_former_realm_fails_for_nobody(
    desk: DirectoryHarness, rounds: HangingRounds
) -> None:
    desk.reader.takes = 5
    desk.reader.down = True
    desk.use("dev", mapping(group="Dev"))
    await asyncio.sleep(1)
    rounds.answers.clear()
    desk.declare(adminURL="https://elsewhere.example.com")
    await asyncio.sleep(10)
    assert desk.store.directories.reading("default").failure is None
