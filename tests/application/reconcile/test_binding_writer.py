"""The writer carries out plans: revocations first, and nobody waits for a write that hangs."""

import asyncio
from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from fakes.values import access, content, desired, failure, key
from fakes.writer_harness import NAME, WriterHarness
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.reconcile.binding_writer import WAIT_SECONDS
from groupaccess.domain.binding import Binding, BindingKey, DesiredBinding, Owner
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason
from groupaccess.domain.reasons import Reason

OWNER = Owner("uid-platform", NAME)
NEW = desired(OWNER, "sre", "view")


@pytest.fixture
async def office(clock: FakeClock, metrics: FakeMetrics) -> WriterHarness:
    return WriterHarness(clock, metrics)


@pytest.fixture
def old(office: WriterHarness) -> Binding:
    """Return a binding that is there for another role."""
    return office.bind(key(role="edit"))


def undeclared(old: Binding) -> Delete:
    return Delete(old, DeleteReason.NOT_DECLARED)


def replaced(old: Binding) -> Delete:
    return Delete(old, DeleteReason.REPLACED, frozenset({NEW.key}))


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
    assert (
        await office.write(Apply(NEW, None, wrong), Delete(wrong, DeleteReason.WRONG_ROLE_REF))
        is None
    )
    assert office.cluster.bindings[NEW.key].content == NEW.content
    assert office.cluster.writes == [f"delete {NEW.key}", f"apply {NEW.key}"]


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


async def test_events_name_what_changed(office: WriterHarness, metrics: FakeMetrics) -> None:
    await office.write(Apply(NEW, None))
    drifted = office.cluster.edit(NEW.key, subjects=())
    await office.write(Apply(NEW, drifted))
    changed = desired(OWNER, "sre", "view", "Ops")
    await office.write(Apply(changed, office.cluster.bindings[NEW.key]))
    await office.write(undeclared(office.cluster.bindings[NEW.key]))
    await office.recorder.flush()
    name = "ClusterRoleBinding groupaccess:platform:sre:view"
    assert sorted(office.notes) == sorted(
        [
            ("BindingCreated", f"Created {name}: view for SRE"),
            ("BindingRepaired", f"Repaired {name}: view for SRE"),
            ("BindingUpdated", f"Updated {name}: view for Ops"),
            ("BindingDeleted", f"Deleted {name}: no longer granted"),
        ]
    )
    assert metrics.counts["drift"] == 1


async def test_each_binding_that_changes_is_a_line_in_the_log(
    office: WriterHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    office.cluster.fail("apply")
    again = await office.write(Apply(NEW, None))
    office.clock.advance(again or 0)
    await office.write(Apply(NEW, None))
    await office.write(undeclared(office.cluster.bindings[NEW.key]))
    name = "ClusterRoleBinding groupaccess:platform:sre:view"
    for line in (
        f"GroupAccess platform: Created {name}: view for SRE (declared)",
        f"GroupAccess platform: {name} was written after 1 failed tries",
        f"GroupAccess platform: Deleted {name}: view for SRE (no longer granted)",
    ):
        assert line in caplog.messages


async def test_what_was_gone_already_is_not_announced(office: WriterHarness, old: Binding) -> None:
    office.cluster.remove(old.key)
    await office.write(undeclared(old))
    await office.recorder.flush()
    assert office.notes == []
    assert office.store.bindings.by_key == {}


async def test_nobody_is_told_about_an_object_that_is_gone(
    office: WriterHarness, old: Binding
) -> None:
    await office.write(Delete(old, DeleteReason.ORPHANED), known=False)
    await office.recorder.flush()
    assert office.notes == []


async def test_many_bindings_make_one_event_that_names_three(office: WriterHarness) -> None:
    name, said = "groupaccess:platform:sre:view", content("view")
    applies = [
        Apply(DesiredBinding(BindingKey(f"n{number:02}", name), "sre", said), None)
        for number in range(40)
    ]
    for todo in applies:
        office.cluster.label(todo.desired.key.namespace)
    await office.write(*applies)
    await office.recorder.flush()
    ((reason, message),) = office.notes
    assert reason == "BindingCreated"
    assert "n00/" in message
    assert "n03/" not in message
    assert " and 37 more: view for " in message
