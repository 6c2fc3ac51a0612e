"""What events and the log say of writes."""

import pytest

from application.reconcile.deletes import NEW, OWNER, undeclared
from fakes.metrics import FakeMetrics
from fakes.values import content, desired
from fakes.writer_harness import WriterHarness
from groupaccess.domain.binding import Binding, BindingKey, DesiredBinding
from groupaccess.domain.bindings.plan import Apply, Delete, DeleteReason


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
