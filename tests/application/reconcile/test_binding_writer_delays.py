"""When a deletion is due."""

import pytest

from application.reconcile.deletes import NEW, replaced
from fakes.clock import FakeClock
from fakes.values import failure
from fakes.writer_harness import WriterHarness
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.binding import Binding
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason
from groupaccess.domain.reasons import Reason


async def test_what_is_replaced_goes_two_seconds_after_its_replacement(
    office: WriterHarness, clock: FakeClock, old: Binding
) -> None:
    assert await office.write(Apply(NEW, None), replaced(old)) == 2
    clock.advance(1.5)
    assert await office.write(replaced(old)) == pytest.approx(0.5)
    assert old.key in office.cluster.bindings
    clock.advance(0.5)
    assert await office.write(replaced(old)) is None
    assert old.key not in office.cluster.bindings


async def test_what_is_replaced_waits_30_seconds_for_a_replacement_that_fails(
    office: WriterHarness, clock: FakeClock, old: Binding
) -> None:
    no = RejectedError(failure(Reason.WRITE_REFUSED))
    office.cluster.fail("apply", no, times=100)
    began = clock.monotonic()
    while True:
        again = await office.write(Apply(NEW, None), replaced(old))
        if old.key not in office.cluster.bindings:
            break
        clock.advance(again or 0)
    assert clock.monotonic() - began == pytest.approx(30)


async def test_what_is_to_be_deleted_and_wanted_again_has_its_whole_time(
    office: WriterHarness, clock: FakeClock, old: Binding
) -> None:
    await office.write(Apply(NEW, None), replaced(old))
    clock.advance(1)
    await office.write()
    clock.advance(1)
    await office.write(replaced(old))
    assert old.key in office.cluster.bindings


async def test_an_unowned_binding_goes_after_five_minutes(
    office: WriterHarness, clock: FakeClock, old: Binding
) -> None:
    unowned = Delete(old, DeleteReason.OWNER_UNKNOWN)
    assert await office.write(unowned, known=False) == 300
    clock.advance(299)
    assert await office.write(unowned, known=False) == pytest.approx(1)
    clock.advance(1)
    assert await office.write(unowned, known=False) is None
    assert office.cluster.bindings == {}
    assert office.store.bindings.memories == {}


@pytest.mark.parametrize("why", [DeleteReason.NOT_DECLARED, DeleteReason.ORPHANED])
async def test_everything_else_goes_at_once(
    office: WriterHarness, old: Binding, why: DeleteReason
) -> None:
    await office.write(Delete(old, why))
    assert office.cluster.bindings == {}


async def test_a_wrong_role_is_deleted_and_made_anew_in_one_step(office: WriterHarness) -> None:
    wrong = office.bind(NEW.key, "admin")
    assert await office.write(Apply(NEW, None), Delete(wrong, DeleteReason.WRONG_ROLE_REF)) is None
    assert office.cluster.bindings[NEW.key].content == NEW.content
    assert office.cluster.writes == [f"delete {NEW.key}", f"apply {NEW.key}"]
