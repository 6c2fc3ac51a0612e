"""What statuses and events say, whatever names others chose, and when there is no news."""

from dataclasses import replace

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import content, mapping, snapshot
from groupaccess.application.state.write_attempt import REPORT_AFTER_SECONDS
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.directory.group import Group

LONG = 5000
ESCAPE = "\x1b[2J\x1b]0;owned\x07"


def status_writes(harness: ReconcilerHarness) -> int:
    return sum(write.startswith("status") for write in harness.cluster.writes)


async def test_a_binding_with_an_endless_name_stops_no_status(granted: ReconcilerHarness) -> None:
    granted.cluster.label("theirs")
    granted.cluster.create(BindingKey("", "x" * 1100), content("view", "SRE"))
    granted.declare(mapping("sre", "SRE", "view"), mapping("ops", "Dev", "view"))
    await granted.settle()
    assert granted.status["observedGeneration"] == 2
    assert granted.said_of("ops") == ("Granted", "Granted")
    (named,) = granted.mapping()["alsoGrantedBy"]["first"]
    assert len(named) == 1024
    assert named.startswith("ClusterRoleBinding/xxx")
    assert named.endswith("x…")


async def test_a_group_with_an_endless_path_stops_no_status(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    path = f"/{'x' * LONG}/SRE"
    groups = (Group("/Dev", "Dev", "1"), Group(path, "SRE", "2"))
    harness.watch()
    harness.take_in(replace(snapshot(), groups=groups))
    await harness.settle()
    assert harness.status["observedGeneration"] == 1
    assert harness.said_of("dev") == ("Granted", "Granted")
    assert harness.said_of("sre") == ("Granted", "Granted")
    assert len(harness.mapping()["groupPath"]) == 4096


async def test_an_escape_sequence_in_somebodys_binding_reaches_no_terminal(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.create(BindingKey("", f"by-hand{ESCAPE}"), content("view", "SRE"))
    await granted.reconcile()
    assert granted.mapping()["alsoGrantedBy"]["first"] == [
        "ClusterRoleBinding/by-hand?[2J?]0;owned?"
    ]
    assert "\x1b" not in str(granted.status)


async def test_a_mapping_that_cannot_be_shown_whole_hides_no_other(
    harness: ReconcilerHarness,
) -> None:
    """Keycloak's ids have 36 characters; a longer one has no place in the status."""
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    groups = (Group("/Dev", "Dev", "1"), Group("/SRE", "SRE", "2" * 40))
    harness.watch()
    harness.take_in(replace(snapshot(), groups=groups))
    await harness.settle()
    assert harness.status["observedGeneration"] == 1
    assert harness.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert harness.said_of("dev") == ("Granted", "Granted")
    assert harness.mapping("dev")["subjects"] == ["Dev"]
    assert harness.said_of("sre") == ("Granted", "Granted")
    assert harness.mapping()["message"].endswith("(the rest cannot be shown: groupId)")


async def test_who_else_grants_the_same_is_no_news_for_an_event(granted: ReconcilerHarness) -> None:
    notes, writes = len(granted.cluster.notes), status_writes(granted)
    granted.cluster.create(BindingKey("", "by-hand"), content("view", "SRE"))
    await granted.settle()
    assert granted.mapping()["alsoGrantedBy"]["count"] == 1
    assert status_writes(granted) == writes + 1
    assert len(granted.cluster.notes) == notes


async def test_a_write_that_is_under_way_is_no_news_for_an_event(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    answer = harness.cluster.hang("apply")
    await harness.reconcile()
    assert harness.condition("Ready") == ("False", "Progressing")
    assert [note.reason for note in harness.cluster.notes] == []
    answer.set()
    await harness.settle()
    await harness.settle()
    assert harness.condition("Ready") == ("True", "Granted")
    assert sorted(note.reason for note in harness.cluster.notes) == ["BindingCreated", "Granted"]


async def test_what_is_new_in_ready_is_an_event_and_said_once(granted: ReconcilerHarness) -> None:
    granted.read("/Dev")
    for _ in range(3):
        await granted.reconcile()
    assert granted.warned_of("GroupMissing") == ["platform"]


@pytest.mark.parametrize("waited", [240, 299])
async def test_a_corrected_spec_has_its_own_five_minutes(
    harness: ReconcilerHarness, waited: float
) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "typo", "view"))
    harness.read("/SRE")
    assert await harness.reconcile() == 300
    harness.clock.advance(waited)
    harness.declare(mapping("sre", "another-typo", "view"))
    harness.cluster.objects.written("platform", harness.clock.now())
    assert await harness.reconcile() == pytest.approx(300)
    harness.clock.advance(290)
    await harness.reconcile()
    assert harness.condition("Reconciling")[0] == "True"
    assert harness.condition("Stalled")[0] == "False"
    harness.clock.advance(10 + REPORT_AFTER_SECONDS)
    await harness.reconcile()
    assert harness.condition("Stalled") == ("True", "GroupNotFound")
