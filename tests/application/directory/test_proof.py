"""A look at a token's example comes with the first group in use."""

import asyncio

import pytest

from fakes.directory_harness import DirectoryHarness
from fakes.values import mapping
from groupaccess.domain.verdict.verdict import Outcome


async def test_the_first_group_in_use_is_proven_before_it_is_granted_or_said(
    desk: DirectoryHarness,
) -> None:
    desk.realm.proves = True
    desk.declare()
    await asyncio.sleep(1)
    assert "clients" not in desk.status()
    desk.reader.takes = 0.1
    desk.use()
    await asyncio.sleep(0.15)
    assert desk.context().awaits_first_reading
    assert len(desk.reader.reads) == 2
    await asyncio.sleep(1)
    assert desk.verdict().outcome is Outcome.GRANT
    assert desk.status()["clients"][0]["result"] == "Proven"
    desk.reader.takes = 0.0
    desk.realm.create_group("/Dev")
    desk.use("dev", mapping(group="Dev"))
    await asyncio.sleep(1)
    assert desk.verdict("dev").outcome is Outcome.GRANT
    assert len(desk.reader.reads) == 2  # that was enough for all groups


@pytest.mark.parametrize("group", ["typo", None])
async def test_where_nothing_is_to_be_proven_the_status_is_said(
    desk: DirectoryHarness, group: str | None
) -> None:
    desk.realm.proves = True
    if group is not None:
        desk.use("platform", mapping(group=group))
    desk.declare()
    await asyncio.sleep(0.1)
    assert desk.ready() == ("True", "Read")


async def test_a_canary_that_is_not_there_is_looked_for_and_missed(desk: DirectoryHarness) -> None:
    desk.realm.proves = True
    desk.declare(canary={"group": "canary"})
    await asyncio.sleep(1)
    assert len(desk.reader.reads) == 2
    assert desk.status()["clients"][0]["result"] == "Unproven"
    desk.realm.create_group("/canary")
    await asyncio.sleep(140)
    assert desk.status()["clients"][0]["result"] == "Proven"
