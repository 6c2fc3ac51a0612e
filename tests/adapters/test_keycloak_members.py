"""Groups that nobody is in: seen where that may be seen, at a bounded cost, and without harm."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from domain.builders import NOW, group
from fakes.keycloak_members import People
from fakes.keycloak_server import HANG, KeycloakServer, error
from groupaccess.adapters.keycloak.members import AGAIN, CHILDREN, REFUSALS, REQUESTS, Lookout
from groupaccess.adapters.keycloak.session import POD_TOKEN, Session
from groupaccess.domain.directory import Group
from groupaccess.domain.members import Unpeopled

PLATFORM = group("/platform", uid="platform")
SRE = group("/SRE", uid="sre")


@dataclass
class Desk:
    """A lookout over groups of a realm. `now` is its clock."""

    server: KeycloakServer
    people: People
    now: datetime = NOW
    lookout: Lookout = field(init=False)

    def __post_init__(self) -> None:
        self.lookout = Lookout(lambda: self.now)

    async def look(self, *groups: Group) -> set[Unpeopled]:
        """Look as one reading does."""
        session = Session(self.server.connection, 0.3, POD_TOKEN)
        try:
            return set(await self.lookout.unpeopled(session, "default", groups))
        finally:
            await session.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Give a realm in which nobody is in a group."""
    server = KeycloakServer()
    people = People(server, platform=0, sre=0)
    async with server.serve():
        yield Desk(server, people)


async def test_a_group_with_a_member_is_not_told(desk: Desk) -> None:
    desk.people.members["sre"] = 3
    assert await desk.look(SRE) == set()
    assert desk.server.queries["members"]["max"] == "1"


async def test_a_group_without_members_is_told(desk: Desk) -> None:
    assert await desk.look(SRE) == {Unpeopled("sre")}


async def test_a_child_that_has_members_is_named_the_first_by_path(desk: Desk) -> None:
    desk.people.members |= {"a": 0, "b": 1, "c": 1}
    desk.people.below["platform"] = {"/platform/c": "c", "/platform/b": "b", "/platform/a": "a"}
    assert await desk.look(PLATFORM) == {Unpeopled("platform", "/platform/b")}
    assert desk.people.ask() == ["platform", "a", "b"]


async def test_children_are_asked_only_where_the_parent_is_empty(desk: Desk) -> None:
    desk.people.members |= {"platform": 1, "a": 1}
    desk.people.below["platform"] = {"/platform/a": "a"}
    assert await desk.look(PLATFORM) == set()
    assert "children" not in desk.server.queries


async def test_few_children_are_looked_into(desk: Desk) -> None:
    paths = {f"/platform/{number:02}": f"{number:02}" for number in range(CHILDREN + 1)}
    desk.people.members |= dict.fromkeys(paths.values(), 0) | {f"{CHILDREN:02}": 1}
    desk.people.below["platform"] = paths
    assert await desk.look(PLATFORM) == {Unpeopled("platform")}
    assert len(desk.people.ask()) == 1 + CHILDREN


async def test_what_was_seen_is_remembered_for_ten_minutes(desk: Desk) -> None:
    assert await desk.look(SRE) == {Unpeopled("sre")}
    desk.people.members["sre"] = 1
    desk.now += AGAIN - timedelta(seconds=1)
    assert await desk.look(SRE) == {Unpeopled("sre")}
    assert desk.people.ask() == ["sre"]
    desk.now += timedelta(seconds=1)
    assert await desk.look(SRE) == set()
    desk.people.members["sre"] = 0
    desk.now += AGAIN
    assert await desk.look(SRE) == {Unpeopled("sre")}


async def test_a_group_that_comes_into_use_is_asked_about_at_once(desk: Desk) -> None:
    await desk.look(SRE)
    assert await desk.look(SRE, PLATFORM) == {Unpeopled("sre"), Unpeopled("platform")}
    assert desk.people.ask() == ["sre", "platform"]


async def test_a_group_that_is_no_longer_in_use_is_forgotten(desk: Desk) -> None:
    await desk.look(SRE, PLATFORM)
    assert await desk.look(PLATFORM) == {Unpeopled("platform")}
    assert await desk.look() == set()
    desk.people.ask()
    await desk.look(SRE)
    desk.lookout.forget("default")
    desk.lookout.forget("never seen")
    await desk.look(SRE)
    assert desk.people.ask() == ["sre", "sre"]


async def test_directories_are_remembered_apart(desk: Desk) -> None:
    await desk.look(SRE)
    session = Session(desk.server.connection, 0.3, POD_TOKEN)
    assert await desk.lookout.unpeopled(session, "other", ()) == frozenset()
    await session.close()
    assert await desk.look(SRE) == {Unpeopled("sre")}
    assert desk.people.ask() == ["sre"]


async def test_of_many_groups_a_reading_asks_for_some_and_the_next_for_the_others(
    desk: Desk,
) -> None:
    many = [group(f"/{number:02}", uid=f"{number:02}") for number in range(REQUESTS + 5)]
    desk.people.members |= {each.id: 1 for each in many}
    await desk.look(*many)
    first = desk.people.ask()
    assert len(first) == REQUESTS
    desk.now += timedelta(minutes=1)
    await desk.look(*many)
    assert sorted(first + desk.people.asked) == [each.id for each in many]


async def test_those_come_first_that_were_not_asked_about_for_longest(desk: Desk) -> None:
    many = [group(f"/{number:02}", uid=f"{number:02}") for number in range(REQUESTS + 5)]
    desk.people.members |= {each.id: 1 for each in many}
    await desk.look(*many[5:])
    desk.now += timedelta(minutes=1)
    await desk.look(*many)
    desk.now += AGAIN
    desk.people.ask()
    await desk.look(*many)
    assert desk.people.ask() == [each.id for each in many[5:]]


async def test_where_members_may_not_be_seen_nothing_is_said_and_little_asked(desk: Desk) -> None:
    desk.people.blind = True
    many = [group(f"/{number}", uid=str(number)) for number in range(10)]
    assert await desk.look(*many) == set()
    assert desk.people.ask() == [each.id for each in many[:REFUSALS]]
    await desk.look(*many[:REFUSALS])
    assert desk.people.ask() == []


async def test_a_right_for_some_groups_alone_is_used(desk: Desk) -> None:
    desk.people.hidden = {"platform"}
    assert await desk.look(PLATFORM, SRE) == {Unpeopled("sre")}


async def test_a_right_that_is_taken_away_ends_what_was_said(desk: Desk) -> None:
    assert await desk.look(SRE) == {Unpeopled("sre")}
    desk.people.blind = True
    desk.now += AGAIN
    assert await desk.look(SRE) == set()


async def test_a_child_whose_members_are_hidden_is_not_named(desk: Desk) -> None:
    desk.people.below["platform"] = {"/platform/a": "a"}
    desk.people.hidden = {"a"}
    assert await desk.look(PLATFORM) == {Unpeopled("platform")}


async def test_children_that_may_not_be_seen_are_not_named(desk: Desk) -> None:
    desk.server.answers["children"] = error(403)
    assert await desk.look(PLATFORM) == {Unpeopled("platform")}


async def test_a_group_that_went_meanwhile_is_not_told(desk: Desk) -> None:
    assert await desk.look(group("/gone", uid="gone"), SRE) == {Unpeopled("sre")}


@pytest.mark.parametrize(
    "answer", [error(500), error(401), HANG, {"not": "a list"}, [{"no": "id"}]]
)
async def test_a_failure_leaves_what_was_seen_and_harms_nothing(desk: Desk, answer: object) -> None:
    assert await desk.look(SRE) == {Unpeopled("sre")}
    desk.server.answers["members"] = answer
    desk.now += AGAIN
    assert await desk.look(SRE) == {Unpeopled("sre")}
    assert await desk.look(SRE, PLATFORM) == {Unpeopled("sre")}


async def test_a_failure_ends_the_look_of_this_reading_alone(desk: Desk) -> None:
    desk.people.answer = "overload"
    assert await desk.look(PLATFORM, SRE) == set()
    assert desk.people.ask() == ["sre"]  # by path: /SRE is first
    desk.people.answer = None
    assert await desk.look(PLATFORM, SRE) == {Unpeopled("platform")}
    desk.now += AGAIN
    assert await desk.look(PLATFORM, SRE) == {Unpeopled("platform"), Unpeopled("sre")}


async def test_a_keycloak_that_is_slow_is_not_waited_for(desk: Desk) -> None:
    desk.server.answers["members"] = HANG
    session = Session(desk.server.connection, 60.0, POD_TOKEN)
    lookout = Lookout(lambda: NOW, patience=0.1)
    async with asyncio.timeout(10):
        assert await lookout.unpeopled(session, "default", [SRE]) == frozenset()
    await session.close()


async def test_children_that_fail_say_nothing_of_their_parent(desk: Desk) -> None:
    desk.server.answers["children"] = error(500)
    assert await desk.look(PLATFORM) == set()


async def test_an_id_cannot_lead_to_another_endpoint(desk: Desk) -> None:
    assert await desk.look(group("/odd", uid="a/../b?c#d")) == set()
    assert "members" in desk.server.queries
