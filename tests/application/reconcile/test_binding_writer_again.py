"""What a failed write leaves behind: no look without need, and nothing that a newer plan denies."""

import asyncio

from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from fakes.values import access, desired, failure, key
from fakes.writer_harness import NAME, WriterHarness
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.workqueue.queue import Priority, WorkQueue
from groupaccess.domain.binding import Owner
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason
from groupaccess.domain.reasons import Reason

OWNER = Owner("uid-platform", NAME)
NEW = desired(OWNER, "sre", "view")


async def test_a_failure_of_what_is_not_to_be_written_now_asks_for_no_look(
    office: WriterHarness, clock: FakeClock
) -> None:
    office.cluster.fail("apply", RejectedError(failure(Reason.WRITE_REFUSED)))
    assert await office.write(Apply(NEW, None)) is not None
    clock.advance(60)
    assert await office.write(kept={NEW.key}) is None  # held, suspended or as wanted
    assert office.store.memory(NAME).attempts == {}


async def test_an_older_plan_makes_nothing_anew(office: WriterHarness) -> None:
    wrong = office.bind(NEW.key, "admin")
    answer = office.hang("delete")
    await office.write(Apply(NEW, None), Delete(wrong, DeleteReason.WRONG_ROLE_REF))
    await office.write()  # its mapping was removed meanwhile
    answer.set()
    await asyncio.sleep(1)
    assert office.cluster.bindings == {}
    assert office.cluster.writes == [f"delete {NEW.key}"]


async def test_what_is_not_there_yet_replaces_nothing(
    office: WriterHarness, clock: FakeClock
) -> None:
    old, wrong = office.bind(key(role="edit")), office.bind(NEW.key, "admin")
    office.hang("delete")
    replaced = Delete(old, DeleteReason.REPLACED, frozenset({NEW.key}))
    todo = (Apply(NEW, None), Delete(wrong, DeleteReason.WRONG_ROLE_REF), replaced)
    for _ in range(3):
        await office.write(*todo)
        clock.advance(2)
    assert old.key in office.cluster.bindings


async def test_subjects_go_after_30_seconds_although_a_write_hangs(
    office: WriterHarness, clock: FakeClock
) -> None:
    there = office.bind(NEW.key, "view", "Former")
    office.store.memory(NAME).applied[NEW.key] = there.content
    office.hang("apply")
    assert await office.write(Apply(NEW, there)) == 30
    clock.advance(30)
    await office.write(Apply(NEW, there))
    assert office.cluster.bindings.get(NEW.key) != there


async def test_a_deletion_without_an_answer_is_sent_again(office: WriterHarness) -> None:
    old = office.bind(key(role="edit"))
    office.hang("delete")
    await office.write(Delete(old, DeleteReason.NOT_DECLARED))
    await asyncio.sleep(5)
    ((name, _, urgent),) = office.woken
    assert (name, urgent) == (NAME, True)
    await asyncio.sleep(1)
    await office.write(Delete(old, DeleteReason.NOT_DECLARED))
    assert office.cluster.bindings == {}


async def test_a_deletion_that_fails_is_forgotten_with_the_binding(office: WriterHarness) -> None:
    old = office.bind(key(role="edit"))
    office.store.drop_binding(old.key, old.uid)  # the watch was faster than the plan
    office.cluster.fail("delete")
    await office.write(Delete(old, DeleteReason.NOT_DECLARED))
    assert office.store.bindings.memories == {}


async def test_what_is_under_way_for_a_deleted_object_is_taken_back(office: WriterHarness) -> None:
    many = [desired(OWNER, f"m{number}", "view") for number in range(40)]
    office.cluster.hang("apply", times=40)
    await office.write(*(Apply(each, None) for each in many))
    sent = len(office.cluster.writes)
    office.writer.withdraw(NAME)
    await asyncio.sleep(60)
    assert len(office.cluster.writes) == sent
    assert not office.writer.pending(NAME)


async def test_a_list_of_cluster_roles_asks_once_what_was_refused(office: WriterHarness) -> None:
    office.store.replace_cluster_roles(frozenset({"view", "edit"}))
    before = office.store.rights
    office.store.replace_cluster_roles(frozenset({"view", "edit"}))
    assert office.store.rights == before + 1


async def test_a_look_that_is_urgent_makes_an_earlier_one_urgent(
    clock: FakeClock, metrics: FakeMetrics
) -> None:
    queue = WorkQueue(clock, metrics)
    queue.add_after("a", 3, Priority.LOW)
    queue.add_after("a", 30, Priority.HIGH)
    for name in ("b", "c"):
        queue.add(name, Priority.LOW)
    clock.advance(3)
    assert await queue.get() == "a"


async def test_an_object_made_anew_has_a_memory_of_its_own(office: WriterHarness) -> None:
    office.store.memory(NAME).applied[NEW.key] = NEW.content
    office.store.put_access(access(NAME, uid="anew", version="9"))
    assert office.store.memory(NAME).applied == {}
