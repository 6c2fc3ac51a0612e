"""The audit makes up for what kopf does not tell, and ends a watch that is deaf."""

import asyncio
import logging
from collections.abc import Mapping

import pytest

from fakes.cluster import FakeCluster
from fakes.metrics import FakeMetrics
from fakes.values import access_spec
from groupaccess.application.ports.cluster import ObjectList
from groupaccess.application.runtime.watch_audit import (
    AFTER_RELIST_SECONDS,
    INTERVAL_SECONDS,
    LATE_EVENT_SECONDS,
    STALLED_SECONDS,
    StalledWatchError,
    WatchAudit,
)
from groupaccess.application.state.store import Store

KIND = "GroupAccess"


class AuditHarness:
    """An audit of a cluster with one object that was seen; `ended` are those told as gone."""

    def __init__(self) -> None:
        self.cluster, self.store, self.metrics = FakeCluster(), Store(), FakeMetrics()
        self.ended = list[tuple[str, str]]()
        self.relisted = asyncio.Event()
        self.audit = WatchAudit(self.cluster, self.store, self.metrics, self.gone, self.relisted)
        self.cluster.objects.apply(KIND, "platform", access_spec())
        self.see()

    def see(self) -> None:
        """Let the watch tell everything."""
        seen, there = self.store.watched[KIND], self.cluster.objects.versions(KIND)
        for name, (uid, version) in there.items():
            seen.put(name, uid, version)
        for name in seen.objects.keys() - there.keys():
            seen.drop(name, seen.objects[name][0], self.cluster.version)

    def gone(self, kind: str, uids: Mapping[str, str], version: str) -> None:
        for name, uid in uids.items():
            assert self.store.watched[kind].drop(name, uid, version)
            self.ended.append((kind, name))


@pytest.fixture
async def desk() -> AuditHarness:
    return AuditHarness()


async def test_what_agrees_is_left_alone(desk: AuditHarness) -> None:
    await desk.audit.check_kind(KIND)
    assert desk.ended == []
    assert desk.metrics.counts["audited"] == 0


async def test_an_end_that_was_missed_is_made_up_for(
    desk: AuditHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    desk.cluster.objects.remove(KIND, "platform")
    await desk.audit.check_kind(KIND)
    assert desk.ended == [(KIND, "platform")]
    assert desk.metrics.counts["audited"] == 1
    assert "missed the deletion of GroupAccess platform" in caplog.text
    await desk.audit.check_kind(KIND)
    assert desk.metrics.counts["audited"] == 1


async def test_news_that_are_under_way_do_not_count(desk: AuditHarness) -> None:
    desk.cluster.objects.remove(KIND, "platform")
    desk.cluster.objects.apply(KIND, "new", access_spec())
    look = asyncio.create_task(desk.audit.check_kind(KIND))
    await asyncio.sleep(LATE_EVENT_SECONDS - 1)
    desk.see()
    await look
    assert desk.ended == []
    assert desk.metrics.counts["audited"] == 0


async def test_a_watch_that_waits_before_it_goes_on_is_not_deaf(desk: AuditHarness) -> None:
    desk.cluster.objects.apply(KIND, "new", access_spec())
    look = asyncio.create_task(desk.audit.check_kind(KIND))
    await asyncio.sleep(STALLED_SECONDS - 1)
    desk.see()
    desk.cluster.objects.apply(KIND, "newer", access_spec())  # it has its own time
    await look
    assert desk.metrics.counts["audited"] == 0


async def test_an_end_is_not_held_up_by_a_watch_that_may_be_deaf(desk: AuditHarness) -> None:
    desk.cluster.objects.remove(KIND, "platform")
    desk.cluster.objects.apply(KIND, "new", access_spec())
    look = asyncio.create_task(desk.audit.check_kind(KIND))
    await asyncio.sleep(LATE_EVENT_SECONDS + 1)
    assert desk.ended == [(KIND, "platform")]
    with pytest.raises(StalledWatchError, match="did not report new"):
        await look


@pytest.mark.parametrize("change", ["new", "changed", "made anew"])
async def test_a_watch_that_does_not_tell_is_an_error(desk: AuditHarness, change: str) -> None:
    name = "new" if change == "new" else "platform"
    if change == "made anew":
        desk.cluster.objects.remove(KIND, name)
    desk.cluster.objects.apply(KIND, name, access_spec(suspend=True))
    with pytest.raises(StalledWatchError, match=f"GroupAccess did not report {name}"):
        await desk.audit.check_kind(KIND)
    assert desk.metrics.counts["audited"] == (2 if change == "made anew" else 1)


class Paged(FakeCluster):
    """A cluster whose lists take their time: they show what was there when they began."""

    async def list_objects(self, kind: str) -> ObjectList:
        listing = await super().list_objects(kind)
        await asyncio.sleep(2)
        return listing


async def test_what_comes_while_it_is_listed_is_not_taken_for_gone(desk: AuditHarness) -> None:
    desk.cluster = Paged()
    desk.store = Store()
    audit = WatchAudit(desk.cluster, desk.store, desk.metrics, desk.gone, desk.relisted)
    desk.cluster.objects.apply(
        KIND, "late", access_spec()
    )  # so that there is something to wait for
    look = asyncio.create_task(audit.check_kind(KIND))
    for when in range(int(STALLED_SECONDS)):
        desk.cluster.objects.apply(KIND, f"new-{when}", access_spec())
        desk.see()
        await asyncio.sleep(1)
    await look
    assert desk.ended == []
    assert len(desk.store.watched[KIND].objects) == 1 + int(STALLED_SECONDS)


async def test_what_was_listed_and_ended_in_a_gap_makes_no_watch_deaf(desk: AuditHarness) -> None:
    desk.cluster.objects.apply(KIND, "short", access_spec())
    look = asyncio.create_task(desk.audit.check_kind(KIND))
    await asyncio.sleep(LATE_EVENT_SECONDS + 1)
    desk.cluster.objects.remove(KIND, "short")
    await look
    assert desk.metrics.counts["audited"] == 0


async def running(desk: AuditHarness, seconds: float) -> "asyncio.Task[None]":
    run = asyncio.create_task(desk.audit.run())
    await asyncio.sleep(seconds)
    return run


async def test_it_looks_every_ten_minutes(desk: AuditHarness) -> None:
    run = await running(desk, 1)
    desk.cluster.objects.remove(KIND, "platform")
    await asyncio.sleep(INTERVAL_SECONDS - 2)
    assert desk.ended == []
    await asyncio.sleep(LATE_EVENT_SECONDS + 2)
    assert desk.ended == [(KIND, "platform")]
    run.cancel()


async def test_it_looks_soon_after_kopf_listed_anew(desk: AuditHarness) -> None:
    run = await running(desk, 1)
    desk.cluster.objects.remove(KIND, "platform")
    for _ in range(5):
        desk.relisted.set()
    await asyncio.sleep(AFTER_RELIST_SECONDS + LATE_EVENT_SECONDS + 1)
    assert desk.ended == [(KIND, "platform")]
    run.cancel()


async def test_it_looks_at_both_kinds(desk: AuditHarness) -> None:
    desk.store.watched["KeycloakDirectory"].put("default", "u", "1")
    desk.cluster.objects.remove(KIND, "platform")
    run = await running(
        desk, INTERVAL_SECONDS + LATE_EVENT_SECONDS + 1
    )  # side by side: the grace is waited for once
    assert desk.ended == [(KIND, "platform"), ("KeycloakDirectory", "default")]
    run.cancel()


async def test_a_list_that_fails_is_tried_at_the_next_time(
    desk: AuditHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    desk.cluster.fail("versions")
    run = await running(desk, INTERVAL_SECONDS + LATE_EVENT_SECONDS + 1)
    assert "audit postponed" in caplog.text
    desk.cluster.objects.remove(KIND, "platform")
    await asyncio.sleep(INTERVAL_SECONDS + LATE_EVENT_SECONDS)
    assert desk.ended == [(KIND, "platform")]
    run.cancel()


async def test_a_deaf_watch_ends_it(desk: AuditHarness) -> None:
    desk.cluster.objects.apply(KIND, "new", access_spec())
    run = await running(desk, INTERVAL_SECONDS + LATE_EVENT_SECONDS + 1)
    with pytest.raises(StalledWatchError):
        await run
