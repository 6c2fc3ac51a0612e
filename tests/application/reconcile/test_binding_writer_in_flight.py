"""A write in flight lets a newer plan wait, and the object is reconciled again when it ends."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from application.reconcile.deletes import NEW, OWNER, replaced, undeclared
from fakes.clock import FakeClock
from fakes.values import desired, failure
from fakes.writer_harness import WriterHarness
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.reconcile.binding_calls import DELETE_TIMEOUT_SECONDS
from groupaccess.application.reconcile.binding_writer import WAIT_SECONDS
from groupaccess.domain.binding import Binding
from groupaccess.domain.bindings.plan import Apply, Delete
from groupaccess.domain.reasons import Reason

OTHER = desired(OWNER, "sre", "view", "Other")
EMPTY = replace(OTHER, content=replace(OTHER.content, subjects=()))


async def test_a_change_that_waits_for_a_write_in_flight_is_written_after_it(
    office: WriterHarness,
) -> None:
    answer = office.hang("apply")
    await office.write(Apply(NEW, None))
    asyncio.get_running_loop().call_later(WAIT_SECONDS / 2, answer.set)
    assert await office.write(Apply(OTHER, None)) == 0.0


@pytest.mark.parametrize("todo", [undeclared, lambda there: Apply(EMPTY, there)])
async def test_a_revocation_that_waits_for_a_delete_is_written_when_that_has_no_answer(
    office: WriterHarness, todo: Callable[[Binding], Apply | Delete]
) -> None:
    there = office.bind(NEW.key, "view", "Former")
    office.hang("delete")
    await office.write(undeclared(there))
    await asyncio.sleep(DELETE_TIMEOUT_SECONDS - 1.5 * WAIT_SECONDS)
    assert await office.write(todo(there)) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("replacement", ["written", "refused"])
async def test_a_delete_that_failed_and_waits_for_a_replacement_now_is_not_planned_all_the_time(
    office: WriterHarness, old: Binding, clock: FakeClock, replacement: str
) -> None:
    office.cluster.fail("delete")
    await office.write(undeclared(old))
    clock.advance(5)
    if replacement == "refused":
        office.cluster.fail("apply", RejectedError(failure(Reason.WRITE_REFUSED)), times=10)
    for _ in range(3):
        again = await office.write(Apply(NEW, None), replaced(old))
        assert again is not None
        assert again > 0
        clock.advance(again / 2)
