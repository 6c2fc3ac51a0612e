"""The writer carries out plans: revocations first, and nobody waits for a write that hangs."""

import asyncio

from application.reconcile.deletes import NEW, OWNER, undeclared
from fakes.clock import FakeClock
from fakes.values import desired, key
from fakes.writer_harness import NAME, WriterHarness
from groupaccess.application.reconcile.binding_writer import WAIT_SECONDS
from groupaccess.domain.binding import Binding
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason


async def test_what_is_written_is_known_when_it_is_acknowledged(
    office: WriterHarness, old: Binding
) -> None:
    assert await office.write(Apply(NEW, None), undeclared(old)) is None
    assert office.store.bindings.by_key == office.cluster.bindings
    assert set(office.store.bindings.by_key) == {NEW.key}
    assert office.store.memory(NAME).applied == {NEW.key: NEW.content}


async def test_a_deletion_does_not_wait_for_a_write_that_hangs(
    office: WriterHarness, old: Binding, clock: FakeClock
) -> None:
    answer = office.hang("apply")
    began = clock.monotonic()
    await office.write(Apply(NEW, None), undeclared(old))
    assert office.cluster.bindings == {}
    assert clock.monotonic() == began + WAIT_SECONDS  # then the key is free
    assert office.writer.pending(NAME) == {NEW.key}
    answer.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert office.woken == [(NAME, 0.0, False)]
    assert not office.writer.pending(NAME)


async def test_a_write_that_is_under_way_is_left_alone(office: WriterHarness) -> None:
    office.hang("apply")
    await office.write(Apply(NEW, None))
    await office.write(Apply(NEW, None))
    assert office.cluster.writes == [f"apply {NEW.key}"]


async def test_a_write_that_hangs_is_broken_off_when_its_binding_is_revoked(
    office: WriterHarness,
) -> None:
    there = office.bind(NEW.key, "view", "Former")
    office.hang("apply")
    await office.write(Apply(NEW, there))
    await office.write(undeclared(there))
    assert office.cluster.bindings == {}
    assert not office.writer.pending(NAME)


async def test_what_was_not_sent_yet_is_taken_back(office: WriterHarness) -> None:
    many = [desired(OWNER, f"m{number}", "view") for number in range(40)]
    office.cluster.hang("apply", times=40)
    await office.write(*(Apply(each, None) for each in many))
    sent = len(office.cluster.writes)
    assert sent < len(many)
    await office.write()
    await asyncio.sleep(60)
    assert len(office.cluster.writes) == sent


async def test_one_deletion_does_not_wait_for_two_thousand_of_another_object(
    office: WriterHarness,
) -> None:
    office.cluster.takes = 0.02  # seconds a call
    many = [office.bind(key("other", f"m{n}", "view"), "view") for n in range(2000)]
    one = office.bind(key("shop", "sre", "view"), "view")
    order = [Delete(each, DeleteReason.ORPHANED) for each in many]
    both = asyncio.gather(
        office.write(*order, name="other", known=False),
        office.write(undeclared(one), name="shop", known=False),
    )
    await asyncio.sleep(0.05)
    assert one.key not in office.cluster.bindings
    assert len(office.cluster.bindings) > 1900
    await both
