"""Grants that end in time: revoked within a second, announced an hour before."""

from datetime import timedelta

import pytest

from fakes.clock import BEGIN
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, mapping

HOUR = 3600.0


def until(seconds: float, name: str = "sre", group: str = "SRE") -> Spec:
    """Return a mapping that ends after so many seconds."""
    end = (BEGIN + timedelta(seconds=seconds)).isoformat()
    return mapping(name, group, "view", expiresAt=end)


@pytest.fixture
async def ending(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE's grant ends after two hours, Dev's never."""
    harness.declare_directory()
    harness.declare(until(2 * HOUR), mapping("dev", "Dev", "edit"))
    harness.read("/SRE", "/Dev")
    await harness.settle()
    assert harness.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    return harness


async def pass_time(harness: ReconcilerHarness, seconds: float) -> list[str]:
    """Let time pass, and look at what the timers wake; return whom."""
    harness.timer_calls.clear()
    harness.clock.advance(seconds)
    harness.timers.tick()
    for name in harness.timer_calls:
        await harness.reconcile(name)
    return sorted(set(harness.timer_calls))


def warnings(harness: ReconcilerHarness) -> list[str]:
    return [note.message for note in harness.cluster.notes if note.reason == "Expiring"]


async def test_it_ends_when_its_time_has_come(ending: ReconcilerHarness) -> None:
    assert ending.status["nextExpiry"] == "2026-01-01T14:00:00Z"
    assert await pass_time(ending, 2 * HOUR - 1) == ["platform"]  # for the hour before
    assert ending.said_of("sre") == ("Granted", "Granted")
    assert await pass_time(ending, 1) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",)}
    assert ending.said_of("sre") == ("Expired", "Expired")
    assert ending.condition("Ready") == ("True", "Granted")
    assert ending.status["granted"] == "1/2"
    assert "nextExpiry" not in ending.status
    assert ending.mapping()["expiresAt"] == "2026-01-01T14:00:00Z"


async def test_it_ends_while_keycloak_is_down(ending: ReconcilerHarness) -> None:
    ending.lose_keycloak()
    await pass_time(ending, 2 * HOUR)
    assert ending.grants == {"dev:edit": ("Dev",)}
    assert ending.said_of("sre") == ("Expired", "Expired")


async def test_it_ends_before_the_first_reading_after_a_restart(ending: ReconcilerHarness) -> None:
    ending.clock.advance(3 * HOUR)
    ending.restart()
    await ending.reconcile()
    assert ending.grants == {"dev:edit": ("Dev",)}


async def test_it_ends_while_suspended(ending: ReconcilerHarness) -> None:
    ending.declare(until(2 * HOUR), mapping("dev", "Dev", "edit"), suspend=True)
    await ending.settle()
    assert await pass_time(ending, 2 * HOUR) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",)}


async def test_it_ends_after_a_restart_too(ending: ReconcilerHarness) -> None:
    ending.restart()
    ending.read("/SRE", "/Dev")
    await ending.settle()
    assert await pass_time(ending, 2 * HOUR) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",)}


async def test_an_end_in_the_past_grants_nothing(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(until(-1))
    harness.read("/SRE")
    await harness.settle()
    assert harness.grants == {}
    assert harness.cluster.writes == ["status GroupAccess platform"]
    assert harness.said_of("sre") == ("Expired", "Expired")
    assert harness.condition("Ready") == ("True", "Expired")
    assert harness.status["granted"] == "0/1"


async def test_a_later_end_replaces_the_timer(ending: ReconcilerHarness) -> None:
    ending.declare(until(9 * HOUR), mapping("dev", "Dev", "edit"))
    await ending.settle()
    assert await pass_time(ending, 3 * HOUR) == []
    assert len(ending.grants) == 2
    assert await pass_time(ending, 6 * HOUR) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",)}


async def test_an_end_that_is_taken_away_wakes_nobody(ending: ReconcilerHarness) -> None:
    ending.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    await ending.settle()
    assert await pass_time(ending, 3 * HOUR) == []
    assert len(ending.grants) == 2


async def test_of_several_ends_each_is_kept(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(until(3 * HOUR, "b", "Dev"), until(2 * HOUR, "a"))
    harness.read("/SRE", "/Dev")
    await harness.settle()
    await pass_time(harness, 2 * HOUR)
    assert harness.grants == {"b:view": ("Dev",)}
    assert harness.status["nextExpiry"] == "2026-01-01T15:00:00Z"
    await pass_time(harness, HOUR)
    assert harness.grants == {}


async def test_a_clock_that_is_put_back_grants_again(ending: ReconcilerHarness) -> None:
    await pass_time(ending, 2 * HOUR)
    ending.clock.step(-HOUR)
    assert await pass_time(ending, 1) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert await pass_time(ending, HOUR) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",)}


async def test_a_clock_that_was_ahead_from_the_start_grants_when_it_is_put_right(
    ending: ReconcilerHarness,
) -> None:
    ending.clock.step(86400)
    ending.restart()
    ending.read("/SRE", "/Dev")
    await ending.settle()
    assert ending.grants == {"dev:edit": ("Dev",)}
    ending.clock.step(-86400)
    assert await pass_time(ending, 1) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}


async def test_a_clock_that_is_put_forward_ends_it(ending: ReconcilerHarness) -> None:
    ending.clock.step(3 * HOUR)
    assert await pass_time(ending, 1) == ["platform"]
    assert ending.grants == {"dev:edit": ("Dev",)}


async def test_an_object_without_an_end_is_not_woken_by_a_step(granted: ReconcilerHarness) -> None:
    granted.clock.step(86400)
    assert await pass_time(granted, 1) == []


async def test_a_deleted_object_is_not_woken_any_more(ending: ReconcilerHarness) -> None:
    ending.cluster.objects.remove("GroupAccess", "platform")
    await ending.settle()
    await ending.settle()
    assert await pass_time(ending, 3 * HOUR) == []
    ending.clock.step(86400)
    assert await pass_time(ending, 1) == []


async def test_it_is_announced_an_hour_before_and_once(ending: ReconcilerHarness) -> None:
    assert warnings(ending) == []
    assert await pass_time(ending, HOUR - 1) == []
    assert await pass_time(ending, 1) == ["platform"]
    said = ["sre: view for SRE ends at 2026-01-01T14:00:00Z"]
    assert warnings(ending) == said
    (note,) = [note for note in ending.cluster.notes if note.reason == "Expiring"]
    assert (note.warning, note.regarding.name) == (True, "platform")
    await ending.reconcile()
    await pass_time(ending, HOUR)
    assert warnings(ending) == said


async def test_it_is_announced_under_the_same_name_after_a_restart(
    ending: ReconcilerHarness,
) -> None:
    await pass_time(ending, HOUR)
    (first,) = [note for note in ending.cluster.notes if note.reason == "Expiring"]
    ending.cluster.notes.clear()
    ending.restart()
    ending.read("/SRE", "/Dev")
    await ending.settle()
    (second,) = [note for note in ending.cluster.notes if note.reason == "Expiring"]
    assert second.dedup_key == first.dedup_key != ""


async def test_another_end_is_announced_anew(ending: ReconcilerHarness) -> None:
    await pass_time(ending, HOUR)
    ending.declare(until(1.5 * HOUR), mapping("dev", "Dev", "edit"))
    await ending.settle()
    assert len(warnings(ending)) == 2
    assert len({note.dedup_key for note in ending.cluster.notes if note.dedup_key}) == 2


async def test_what_is_made_within_its_last_hour_is_announced_at_once(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare(until(60))
    harness.read("/SRE")
    await harness.settle()
    assert len(warnings(harness)) == 1


async def test_what_is_not_granted_is_not_announced(ending: ReconcilerHarness) -> None:
    ending.lose_keycloak()
    await pass_time(ending, HOUR)
    assert warnings(ending) == []
    ending.read("/SRE", "/Dev")
    await ending.reconcile()
    assert len(warnings(ending)) == 1


async def test_time_that_passes_writes_nothing_but_the_end(ending: ReconcilerHarness) -> None:
    ending.cluster.calls.clear()
    for _ in range(12):
        await pass_time(ending, 600)
        await ending.reconcile()
    assert [write.split()[0] for write in ending.cluster.writes] == ["delete", "status"]
