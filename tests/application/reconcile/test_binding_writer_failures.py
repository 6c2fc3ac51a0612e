"""Writes that fail are tried again, and stop no other."""

import asyncio
from dataclasses import replace

import pytest

from application.reconcile.deletes import NEW, OWNER, undeclared
from fakes.clock import FakeClock
from fakes.values import access, desired, failure
from fakes.writer_harness import NAME, WriterHarness
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.domain.binding import Binding, DesiredBinding
from groupaccess.domain.bindings.plan import Apply
from groupaccess.domain.reasons import Reason


async def test_a_refusal_is_a_fault_and_stops_no_other_write(office: WriterHarness) -> None:
    forbidden = desired(OWNER, "boss", "admin")
    again = await office.write(Apply(forbidden, None), Apply(NEW, None))
    fault = office.store.memory(NAME).attempts[forbidden.key].fault()
    assert fault is not None
    assert fault.reason is Reason.BIND_FORBIDDEN
    assert again == pytest.approx(1.5, abs=0.5)
    assert set(office.cluster.bindings) == {NEW.key}


async def test_a_refusal_is_tried_again_a_few_times_soon_and_then_less_often(
    office: WriterHarness, clock: FakeClock
) -> None:
    forbidden = desired(OWNER, "boss", "admin")
    pauses = list[float]()
    for _ in range(12):
        again = await office.write(Apply(forbidden, None))
        assert again is not None
        pauses.append(again)
        clock.advance(again)
    assert sum(pauses[:3]) <= 10
    assert max(pauses[:3]) <= 5
    assert pauses[-1] >= 150
    assert len(office.cluster.writes) == 12


async def test_what_was_refused_is_tried_at_once_when_the_rights_have_changed(
    office: WriterHarness,
) -> None:
    forbidden = desired(OWNER, "boss", "admin")
    await office.write(Apply(forbidden, None))
    await office.write(Apply(forbidden, None))
    assert len(office.cluster.writes) == 1
    office.store.put_cluster_role("groupaccess")
    assert office.store.put_cluster_role("groupaccess") == {NAME}
    office.cluster.bindable.add("admin")
    assert await office.write(Apply(forbidden, None)) is None
    assert set(office.cluster.bindings) == {forbidden.key}


async def test_a_revocation_is_tried_again_within_two_seconds_however_long_it_fails(
    office: WriterHarness, clock: FakeClock, old: Binding
) -> None:
    office.cluster.fail("delete", times=20)
    for _ in range(20):
        again = await office.write(undeclared(old))
        assert again is not None
        assert again <= 2
        clock.advance(again)
    assert await office.write(undeclared(old)) is None
    assert office.cluster.bindings == {}


async def test_a_failed_write_stops_no_other(office: WriterHarness, old: Binding) -> None:
    office.cluster.fail("apply")
    other = desired(OWNER, "dev", "view")
    assert await office.write(Apply(NEW, None), Apply(other, None), undeclared(old)) is not None
    assert set(office.cluster.bindings) == {other.key}
    assert set(office.store.memory(NAME).attempts) == {NEW.key}


async def test_what_cannot_be_emptied_is_deleted(office: WriterHarness) -> None:
    there = office.bind(NEW.key, "view")
    nobody = DesiredBinding(NEW.key, "sre", replace(NEW.content, subjects=()))
    for trouble in (RejectedError(failure(Reason.WRITE_REFUSED)), TransientError("503")):
        office.cluster.fail("apply", trouble)
        await office.write(Apply(nobody, there))
        assert NEW.key not in office.cluster.bindings
        there = office.bind(NEW.key, "view")
    office.hang("apply")
    await office.write(Apply(nobody, there))
    await asyncio.sleep(1)
    assert NEW.key not in office.cluster.bindings


async def test_subjects_that_cannot_be_replaced_go_after_30_seconds(
    office: WriterHarness, clock: FakeClock
) -> None:
    there = office.bind(NEW.key, "view", "Former")
    office.store.memory(NAME).applied[NEW.key] = there.content
    office.cluster.fail("apply", RejectedError(failure(Reason.WRITE_REFUSED)), times=100)
    began = clock.monotonic()
    while True:
        again = await office.write(Apply(NEW, there))
        if office.cluster.bindings.get(NEW.key) != there:
            break
        clock.advance(again or 0)
    assert clock.monotonic() - began == pytest.approx(30)


async def test_a_binding_that_somebody_else_changed_stays_while_its_repair_fails(
    office: WriterHarness, clock: FakeClock
) -> None:
    office.store.memory(NAME).applied[NEW.key] = NEW.content
    there = office.bind(NEW.key, "view", "SRE", "Stranger")
    office.cluster.fail("apply", RejectedError(failure(Reason.WRITE_REFUSED)), times=100)
    for _ in range(10):
        again = await office.write(Apply(NEW, there))
        clock.advance(again or 0)
    assert clock.monotonic() > 60
    assert office.cluster.bindings[NEW.key] == there


async def test_somebody_who_was_faster_is_tried_again(office: WriterHarness, old: Binding) -> None:
    office.cluster.before(
        "delete", lambda: office.cluster.edit(old.key, has_managed_by_label=False)
    )
    assert await office.write(undeclared(old)) is not None
    assert old.key in office.cluster.bindings


async def test_an_answer_that_comes_after_the_object_was_deleted_is_not_remembered(
    office: WriterHarness,
) -> None:
    answer = office.hang("apply")
    await office.write(Apply(NEW, None))
    office.store.drop_access(NAME)
    answer.set()
    await asyncio.sleep(0.1)
    office.store.put_access(access(NAME, uid="anew", version="9"))
    assert office.store.memory(NAME).applied == {}


async def test_what_has_no_answer_is_neither_done_nor_failed_until_the_watch_shows_it(
    office: WriterHarness,
) -> None:
    memory = office.store.memory(NAME)
    there = office.bind(NEW.key, "view", "Former")
    memory.applied[NEW.key] = there.content
    office.cluster.fail("apply", TransientError("the connection was cut"))
    await office.write(Apply(NEW, there))
    assert memory.acknowledged == {}  # neither the former content nor the new one
    late = office.cluster.edit(NEW.key, subjects=NEW.content.subjects)
    memory.observe({NEW.key: late})
    assert memory.acknowledged == {NEW.key: NEW.content}
