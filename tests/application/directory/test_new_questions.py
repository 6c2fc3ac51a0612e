"""A new mapping is answered soon, beside a round too."""

import asyncio

from application.directory.groups_in_use import MANY, pin, use_many
from fakes.directory_harness import DirectoryHarness
from fakes.values import mapping
from groupaccess.application.directory.inquiry import MAX_CONCURRENT_REQUESTS
from groupaccess.domain.directory.questions import Search
from groupaccess.domain.verdict.verdict import Outcome


async def test_few_requests_run_at_once(desk: DirectoryHarness) -> None:
    use_many(desk)
    desk.declare()
    await asyncio.sleep(30)
    assert len(desk.reader.asked) == len(MANY)
    assert desk.reader.busiest == MAX_CONCURRENT_REQUESTS


async def test_a_new_mapping_is_answered_within_a_second_also_beside_a_round(
    desk: DirectoryHarness,
) -> None:
    use_many(desk)
    desk.declare(syncInterval="10s")
    await asyncio.sleep(30)
    desk.sync.start_or_wake("default")
    await asyncio.sleep(1)
    asked = len(desk.reader.asked)
    desk.use("platform")
    await asyncio.sleep(0.1)
    assert desk.verdict("platform").outcome is Outcome.GRANT
    assert "platform" in desk.touched
    assert len(desk.reader.asked) < asked + 40  # the round goes on
    assert desk.reader.busiest <= 2 * MAX_CONCURRENT_REQUESTS


async def test_what_came_while_the_first_round_ran_is_asked_after_it(
    desk: DirectoryHarness,
) -> None:
    pin(desk, "/SRE")
    use_many(desk)
    desk.declare(syncInterval="1h")
    await asyncio.sleep(1)
    desk.realm.create_group("/Dev")
    desk.use("dev", mapping(group="Dev"))
    await asyncio.sleep(10)
    assert desk.verdict("dev").outcome is Outcome.GRANT


async def test_a_new_mapping_is_asked_at_once_and_together_with_others(
    desk: DirectoryHarness,
) -> None:
    desk.use()
    desk.declare(syncInterval="1h")
    await asyncio.sleep(5)
    desk.realm.create_group("/Dev")
    for number in range(50):
        desk.use(f"dev-{number}", mapping(group="Dev"))
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    assert desk.verdict("dev-49").outcome is Outcome.GRANT
    assert desk.reader.asked.count(Search("Dev")) == 1
    assert desk.reader.asked.count(Search("SRE")) == 1
    assert len(desk.reader.reads) == 1
    assert desk.status()["groups"] == 2


HOUR = 3600


async def test_a_round_takes_no_more_than_its_share_of_keycloaks_time(
    desk: DirectoryHarness,
) -> None:
    use_many(desk)
    desk.declare(syncInterval="10s")
    await asyncio.sleep(HOUR)
    worked = len(desk.reader.asked) * desk.reader.takes
    assert worked <= 0.05 * HOUR
    assert worked > 0.02 * HOUR
    said = desk.status()["conditions"][0]["message"]
    assert said.startswith(
        "400 groups in use. The operator asks about them every 3m, less often than"
    )
    desk.cluster.calls.clear()
    await asyncio.sleep(HOUR)
    assert desk.cluster.writes == []
