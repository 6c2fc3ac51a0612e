"""A replica takes the Lease when it is free, its own, or has run out by the own clock."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.clock import BEGIN, FakeClock
from fakes.leases import Call, FakeLeases
from fakes.replica import Replica
from groupaccess.application.ports.leases import Lease
from groupaccess.application.runtime.leader_election import LeaseTimes

HELD = Lease("other", 15, BEGIN, BEGIN, 4)


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


@pytest.fixture
async def me(leases: FakeLeases, clock: FakeClock) -> Replica:
    return Replica(leases, clock)


def test_times_are_client_gos() -> None:
    assert LeaseTimes() == LeaseTimes(duration=15, deadline=10, retry=2)


async def test_a_lease_that_nobody_made_is_taken_at_once(me: Replica, leases: FakeLeases) -> None:
    assert not me.elector.is_leader
    assert await me.acquires() == 0
    assert leases.lease == Lease("me", 15, BEGIN, BEGIN, 0, resource_version="1")


async def test_a_lease_that_was_given_back_is_taken_at_once(
    me: Replica, leases: FakeLeases, clock: FakeClock
) -> None:
    await leases.write(replace(HELD, holder="", duration=1))
    clock.advance(60)
    assert await me.acquires() == 0
    now = BEGIN + timedelta(seconds=60)
    assert leases.lease == Lease("me", 15, now, now, 5, resource_version="2")


async def test_a_lease_of_ones_own_is_taken_up_again(
    me: Replica, leases: FakeLeases, clock: FakeClock
) -> None:
    await leases.write(replace(HELD, holder="me"))
    clock.advance(5)
    assert await me.acquires() == 0
    now = BEGIN + timedelta(seconds=5)
    assert leases.lease == Lease("me", 15, BEGIN, now, 4, resource_version="2")


@pytest.mark.parametrize("age", [0.0, 86400.0, -86400.0])
async def test_a_lease_that_nobody_renews_is_taken_after_its_duration_by_the_own_clock(
    me: Replica, leases: FakeLeases, clock: FakeClock, age: float
) -> None:
    clock.step(age)  # what the other one's clock said when it renewed is not believed
    await leases.write(HELD)
    assert 15 <= await me.acquires() <= 17
    assert leases.lease is not None
    assert (leases.lease.holder, leases.lease.transitions) == ("me", 5)


async def test_the_duration_is_the_holders(me: Replica, leases: FakeLeases) -> None:
    await leases.write(replace(HELD, duration=60))
    assert 60 <= await me.acquires() <= 62


async def test_a_lease_that_is_renewed_is_never_taken(
    me: Replica, leases: FakeLeases, clock: FakeClock
) -> None:
    async with Replica(leases, clock, "other").keeping():
        acquire = asyncio.create_task(me.elector.acquire())
        await asyncio.sleep(300)
        assert not acquire.done()
        assert not me.elector.is_leader
        acquire.cancel()


async def test_a_renewal_says_when_and_leaves_the_rest(me: Replica, leases: FakeLeases) -> None:
    async with me.keeping():
        await asyncio.sleep(100.5)
    assert len(leases.writes) == 51
    assert leases.lease == Lease(
        "me", 15, BEGIN, BEGIN + timedelta(seconds=100), 0, resource_version="51"
    )


async def test_somebody_who_is_faster_wins(
    me: Replica, leases: FakeLeases, clock: FakeClock
) -> None:
    me.line.calls.extend([Call(), Call(there=1)])
    acquire = asyncio.create_task(me.elector.acquire())
    await asyncio.sleep(0.5)
    async with Replica(leases, clock, "other").keeping():
        await asyncio.sleep(10)
        assert not acquire.done()
        assert leases.lease is not None
        assert leases.lease.holder == "other"
        acquire.cancel()


async def test_trouble_while_acquiring_is_tried_again(me: Replica) -> None:
    me.line.down = True
    acquire = asyncio.create_task(me.acquires())
    await asyncio.sleep(60)
    me.line.down = False
    assert 60 <= await acquire <= 62


async def test_an_answer_that_never_comes_is_not_waited_for(me: Replica) -> None:
    me.line.calls.append(Call(there=3600))
    assert await me.acquires() == 12


async def test_a_replica_that_was_frozen_does_not_lead_when_it_thaws(
    me: Replica, clock: FakeClock
) -> None:
    await me.acquires()
    clock.advance(9)
    assert me.elector.is_leader
    clock.advance(2)  # nothing has told it yet
    assert not me.elector.is_leader
