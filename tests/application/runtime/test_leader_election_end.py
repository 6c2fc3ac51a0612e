"""A replica keeps the Lease, gives it back, or loses it before another one may take it."""

import asyncio
import logging
from dataclasses import replace

import pytest

from fakes.clock import BEGIN, FakeClock
from fakes.leases import Call, FakeLeases
from fakes.replica import Replica
from groupaccess.application.ports.leases import Lease
from groupaccess.application.runtime.leader_election import LostLeaseError

HELD = Lease("other", 15, BEGIN, BEGIN, 4)


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


@pytest.fixture
async def me(leases: FakeLeases, clock: FakeClock) -> Replica:
    return Replica(leases, clock)


@pytest.mark.parametrize("outage", [0.5, 4, 7.5])
async def test_a_short_outage_loses_nothing(me: Replica, leases: FakeLeases, outage: float) -> None:
    async with me.keeping() as keep:
        me.line.down = True
        await asyncio.sleep(outage)
        me.line.down = False
        await asyncio.sleep(60)
        assert not keep.done()
        assert me.elector.is_leader
    assert leases.lease is not None
    assert leases.lease.transitions == 0


@pytest.mark.parametrize("how", ["refused", "silent"])
async def test_after_ten_seconds_without_renewal_it_is_lost_before_another_may_take_it(
    me: Replica, clock: FakeClock, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    caplog.set_level(logging.WARNING)
    async with me.keeping() as keep:
        began = clock.monotonic()
        me.line.down = how == "refused"
        me.line.calls.extend([Call(there=3600)] * (how == "silent"))
        with pytest.raises(LostLeaseError, match="me lost the lease"):
            await keep
        assert 10 <= clock.monotonic() - began < 13
        assert not me.elector.is_leader
    why = (
        "no valid answer from the API server"
        if how == "refused"
        else "the API server did not answer"
    )
    assert f"lease not renewed: {why}" in caplog.text


async def test_another_holder_ends_it_at_once(
    me: Replica, leases: FakeLeases, clock: FakeClock
) -> None:
    async with me.keeping() as keep:
        assert leases.lease is not None
        await leases.write(replace(leases.lease, holder="other"))
        began = clock.monotonic()
        with pytest.raises(LostLeaseError):
            await keep
        assert clock.monotonic() - began <= 2
        assert not me.elector.is_leader


async def test_an_answer_that_is_late_counts_from_when_it_was_asked_for(
    me: Replica, clock: FakeClock
) -> None:
    me.line.calls.extend([Call(), Call(back=9)])
    await me.elector.acquire()
    me.line.down = True
    with pytest.raises(LostLeaseError):
        await me.elector.keep()
    assert clock.monotonic() < 15


async def test_it_is_given_back_so_that_nobody_waits(
    me: Replica, leases: FakeLeases, clock: FakeClock
) -> None:
    other = Replica(leases, clock, "other")
    async with me.keeping():
        waiting = asyncio.create_task(other.acquires())
        await asyncio.sleep(60)
    await me.elector.release()
    assert not me.elector.is_leader
    assert leases.lease is not None
    assert (leases.lease.holder, leases.lease.duration) == ("", 1)
    assert 60 <= await waiting <= 62


async def test_what_is_not_held_is_not_given_back(me: Replica, leases: FakeLeases) -> None:
    await leases.write(HELD)
    await me.elector.release()
    assert leases.writes[-1].holder == "other"
    await asyncio.sleep(60)
    await me.elector.acquire()
    await me.elector.release()
    await me.elector.release()
    assert [lease.holder for lease in leases.writes] == ["other", "me", ""]


@pytest.mark.parametrize("renewal", [Call(there=0.05), Call(back=0.05)], ids=["late", "unheard"])
async def test_a_renewal_under_way_does_not_hinder_giving_it_back(
    me: Replica, leases: FakeLeases, renewal: Call
) -> None:
    async with me.keeping():
        me.line.calls.extend([Call(), renewal])
        await asyncio.sleep(2.01)  # the renewal was sent, and nobody waits for its answer any more
    await me.elector.release()
    assert leases.lease is not None
    assert leases.lease.holder == ""


async def test_a_lease_that_is_taken_just_before_the_end_is_given_back(
    me: Replica, leases: FakeLeases
) -> None:
    me.line.calls.extend([Call(), Call(back=3600)])
    acquiring = asyncio.create_task(me.elector.acquire())
    await asyncio.sleep(0.01)
    acquiring.cancel()
    await me.elector.release()
    assert leases.lease is not None
    assert leases.lease.holder == ""


async def test_trouble_while_giving_it_back_is_tried_again(me: Replica, leases: FakeLeases) -> None:
    await me.elector.acquire()
    me.line.calls.extend([Call(fails=True), Call(), Call(fails=True)])
    await me.elector.release()
    assert leases.lease is not None
    assert leases.lease.holder == ""


@pytest.mark.parametrize("call", [Call(fails=True), Call(there=3600)])
async def test_a_lease_that_cannot_be_given_back_is_left_to_run_out(
    me: Replica, clock: FakeClock, caplog: pytest.LogCaptureFixture, call: Call
) -> None:
    caplog.set_level(logging.WARNING)
    await me.elector.acquire()
    me.line.calls.extend([call] * 100)
    began = clock.monotonic()
    await me.elector.release()
    assert clock.monotonic() - began <= 2
    assert not me.elector.is_leader
    assert "lease not released: " in caplog.text


async def test_a_lease_that_was_taken_meanwhile_is_not_given_away(
    me: Replica, leases: FakeLeases
) -> None:
    await me.elector.acquire()
    assert leases.lease is not None
    await leases.write(replace(leases.lease, holder="other"))
    await me.elector.release()
    assert leases.lease.holder == "other"
