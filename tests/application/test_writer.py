"""The writer carries out plans: applies first, deletes when their time has come."""

from datetime import timedelta

import pytest

from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.metrics import FakeMetrics
from fakes.values import binding, content, desired, failure, key
from groupaccess.application.ports import ObjectRef, RefusedError
from groupaccess.application.store import Store
from groupaccess.application.writer import Waits, Writer
from groupaccess.domain.bindings import Binding, Owner
from groupaccess.domain.plan import Apply, Delete, Plan, Why
from groupaccess.domain.reasons import Reason

ABOUT = ObjectRef("GroupAccess", "platform", "uid-platform")
OWNER = Owner("uid-platform", "platform")
NEW = desired(OWNER, "sre", "view")


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def writer(
    cluster: FakeCluster, store: Store, clock: FakeClock, metrics: FakeMetrics
) -> Writer:
    waits = Waits(settle=timedelta(seconds=2), unowned=timedelta(minutes=5))
    return Writer(cluster, store, clock, metrics, waits)


@pytest.fixture
def old(cluster: FakeCluster, store: Store) -> Binding:
    """Return a binding that stands for another role."""
    made = cluster.create(key(role="edit"), content("edit"))
    store.put_binding(made)
    return made


def replacing(old: Binding, why: Why = Why.SUPERSEDED) -> Plan:
    return Plan(applies=(Apply(NEW, None),), deletes=(Delete(old, why),))


async def test_what_is_new_is_written_before_anything_goes(
    writer: Writer, cluster: FakeCluster, old: Binding
) -> None:
    await writer.carry_out("platform", ABOUT, replacing(old, Why.UNDECLARED))
    assert cluster.writes == [f"apply {NEW.key}", f"delete {old.key}"]


async def test_what_is_written_is_known_at_once(
    writer: Writer, cluster: FakeCluster, store: Store, old: Binding
) -> None:
    await writer.carry_out("platform", ABOUT, replacing(old, Why.UNDECLARED))
    assert store.bindings.all == cluster.bindings
    assert set(store.bindings.all) == {NEW.key}


async def test_what_is_superseded_goes_after_the_settle_time(
    writer: Writer, cluster: FakeCluster, clock: FakeClock, old: Binding
) -> None:
    written = await writer.carry_out("platform", ABOUT, replacing(old))
    assert written.again == 2
    clock.advance(1.5)
    again = await writer.carry_out("platform", ABOUT, Plan(deletes=(Delete(old, Why.SUPERSEDED),)))
    assert again.again == pytest.approx(0.5)
    assert old.key in cluster.bindings
    clock.advance(0.5)
    last = await writer.carry_out("platform", ABOUT, Plan(deletes=(Delete(old, Why.SUPERSEDED),)))
    assert last.again is None
    assert old.key not in cluster.bindings


async def test_the_settle_time_begins_anew_when_it_was_wanted_meanwhile(
    writer: Writer, cluster: FakeCluster, clock: FakeClock, old: Binding
) -> None:
    await writer.carry_out("platform", ABOUT, replacing(old))
    clock.advance(1)
    await writer.carry_out("platform", ABOUT, Plan())
    clock.advance(1)
    await writer.carry_out("platform", ABOUT, replacing(old))
    assert old.key in cluster.bindings


async def test_the_settle_time_begins_when_the_successor_stands(
    writer: Writer, cluster: FakeCluster, clock: FakeClock, old: Binding
) -> None:
    cluster.fail("apply")
    assert NEW.key in (await writer.carry_out("platform", ABOUT, replacing(old))).passing
    clock.advance(60)
    written = await writer.carry_out("platform", ABOUT, replacing(old))
    assert written.again == 2
    assert old.key in cluster.bindings


async def test_an_unowned_binding_goes_after_five_minutes(
    writer: Writer, cluster: FakeCluster, clock: FakeClock, old: Binding
) -> None:
    plan = Plan(deletes=(Delete(old, Why.UNOWNED),))
    assert (await writer.carry_out("platform", None, plan)).again == 300
    clock.advance(299)
    assert (await writer.carry_out("platform", None, plan)).again == pytest.approx(1)
    clock.advance(1)
    assert (await writer.carry_out("platform", None, plan)).again is None
    assert cluster.bindings == {}


@pytest.mark.parametrize("why", [Why.UNDECLARED, Why.ORPHANED, Why.OTHER_ROLE])
async def test_everything_else_goes_at_once(
    writer: Writer, cluster: FakeCluster, old: Binding, why: Why
) -> None:
    await writer.carry_out("platform", ABOUT, Plan(deletes=(Delete(old, why),)))
    assert cluster.bindings == {}


async def test_what_waits_is_forgotten_with_its_object(
    writer: Writer, cluster: FakeCluster, clock: FakeClock, old: Binding
) -> None:
    plan = Plan(deletes=(Delete(old, Why.UNOWNED),))
    await writer.carry_out("platform", None, plan)
    clock.advance(299)
    writer.forget("platform")
    assert (await writer.carry_out("platform", None, plan)).again == 300
    assert old.key in cluster.bindings


async def test_a_refusal_is_a_fault_and_stops_no_other_write(
    writer: Writer, cluster: FakeCluster
) -> None:
    forbidden = desired(OWNER, "boss", "admin")
    plan = Plan(applies=(Apply(forbidden, None), Apply(NEW, None)))
    written = await writer.carry_out("platform", ABOUT, plan)
    assert written.refused
    assert {at: fault.reason for at, fault in written.faults.items()} == {
        forbidden.key: Reason.BIND_FORBIDDEN
    }
    assert set(cluster.bindings) == {NEW.key}


async def test_a_refused_delete_is_a_fault(
    writer: Writer, cluster: FakeCluster, old: Binding
) -> None:
    cluster.fail("delete", RefusedError(failure(Reason.WRITE_REFUSED)))
    written = await writer.carry_out(
        "platform", ABOUT, Plan(deletes=(Delete(old, Why.UNDECLARED),))
    )
    assert written.refused
    assert list(written.faults) == [old.key]
    assert old.key in cluster.bindings


async def test_a_passing_error_stops_no_other_write(
    writer: Writer, cluster: FakeCluster, old: Binding
) -> None:
    cluster.fail("apply")
    other = desired(OWNER, "dev", "view")
    plan = Plan(
        applies=(Apply(NEW, None), Apply(other, None)), deletes=(Delete(old, Why.UNDECLARED),)
    )
    written = await writer.carry_out("platform", ABOUT, plan)
    assert {at: str(error)[:3] for at, error in written.passing.items()} == {NEW.key: "503"}
    assert set(cluster.bindings) == {other.key}


async def test_a_conflict_is_a_fault_and_never_written(
    writer: Writer, cluster: FakeCluster
) -> None:
    written = await writer.carry_out("platform", ABOUT, Plan(conflicts=(NEW,)))
    assert written.faults[NEW.key].reason == Reason.CONFLICT
    assert not written.refused
    assert cluster.writes == []


async def test_somebody_who_was_faster_is_passing(
    writer: Writer, cluster: FakeCluster, old: Binding
) -> None:
    cluster.before("delete", lambda: cluster.edit(old.key, managed=False))
    plan = Plan(deletes=(Delete(old, Why.UNDECLARED),))
    assert set((await writer.carry_out("platform", ABOUT, plan)).passing) == {old.key}
    assert old.key in cluster.bindings


async def test_what_was_gone_already_is_not_announced(
    writer: Writer, cluster: FakeCluster, store: Store, old: Binding
) -> None:
    cluster.remove(old.key)
    await writer.carry_out("platform", ABOUT, Plan(deletes=(Delete(old, Why.UNDECLARED),)))
    assert cluster.notes == []
    assert store.bindings.all == {}


async def test_events_name_what_changed(
    writer: Writer, cluster: FakeCluster, store: Store, metrics: FakeMetrics
) -> None:
    await writer.carry_out("platform", ABOUT, Plan(applies=(Apply(NEW, None),)))
    store.proven("platform")[NEW.key] = NEW.content
    drifted = cluster.edit(NEW.key, subjects=())
    await writer.carry_out("platform", ABOUT, Plan(applies=(Apply(NEW, drifted),)))
    changed = desired(OWNER, "sre", "view", "Ops")
    now = cluster.bindings[NEW.key]
    await writer.carry_out("platform", ABOUT, Plan(applies=(Apply(changed, now),)))
    last = cluster.bindings[NEW.key]
    await writer.carry_out("platform", ABOUT, Plan(deletes=(Delete(last, Why.UNDECLARED),)))
    name = "ClusterRoleBinding groupaccess:platform:sre:view"
    assert [(note.reason, note.message) for note in cluster.notes] == [
        ("BindingCreated", f"Created {name}: view for SRE"),
        ("BindingRepaired", f"Repaired {name}: view for SRE"),
        ("BindingUpdated", f"Updated {name}: view for Ops"),
        ("BindingDeleted", f"Deleted {name}: no longer declared"),
    ]
    assert metrics.counts["drift"] == 1


async def test_nobody_is_told_about_an_object_that_is_gone(
    writer: Writer, cluster: FakeCluster, old: Binding
) -> None:
    await writer.carry_out("platform", None, Plan(deletes=(Delete(old, Why.ORPHANED),)))
    assert cluster.notes == []


async def test_an_older_version_of_what_is_to_go_is_left_alone(
    writer: Writer, cluster: FakeCluster, old: Binding
) -> None:
    stale = binding(old.key, uid=old.uid, version="0")
    plan = Plan(deletes=(Delete(stale, Why.UNDECLARED),))
    assert set((await writer.carry_out("platform", ABOUT, plan)).passing) == {old.key}
    assert old.key in cluster.bindings
