"""What the writer tells: one event for all that was done alike."""

from datetime import timedelta

from fakes.clock import FakeClock
from fakes.cluster import FakeCluster
from fakes.metrics import FakeMetrics
from fakes.values import content
from groupaccess.application.ports import ObjectRef
from groupaccess.application.store import Store
from groupaccess.application.writer import Waits, Writer
from groupaccess.domain.bindings import BindingKey, Desired
from groupaccess.domain.plan import Apply, Plan

ABOUT = ObjectRef("GroupAccess", "platform", "uid-platform")


async def test_many_bindings_make_one_event_that_names_three(
    clock: FakeClock, metrics: FakeMetrics
) -> None:
    cluster = FakeCluster()
    writer = Writer(cluster, Store(), clock, metrics, Waits(settle=timedelta(seconds=2)))
    said = content("view")
    name = "groupaccess:platform:sre:view"
    applies = tuple(
        Apply(Desired(BindingKey(f"n{number:02}", name), "sre", said), None) for number in range(40)
    )
    for todo in applies:
        cluster.label(todo.desired.key.namespace)
    await writer.carry_out("platform", ABOUT, Plan(applies=applies))
    (note,) = cluster.notes
    assert note.reason == "BindingCreated"
    assert "n00/" in note.message
    assert "n03/" not in note.message
    assert " and 37 more: view for " in note.message
