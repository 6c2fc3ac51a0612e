"""Groups that are renamed, go, come back or are made anew, as the cluster sees it."""

from application.reconcile.pinned_groups import GRACE, of, read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness


async def test_a_renamed_group_is_followed_and_told(pinned: ReconcilerHarness) -> None:
    pinned.cluster.calls.clear()
    await read(pinned, with_ids(SRE2="1", Dev="2", Ops="3"))
    assert whom(pinned)["sre"] == ("SRE", "SRE2")
    assert [write for write in pinned.cluster.writes if "binding" in write.lower()]
    assert pinned.said_of("sre") == ("Granted", "Granted")
    assert "declared as SRE, now /SRE2" in pinned.mapping()["message"]
    assert pinned.mapping()["groupId"] == "1"


async def test_a_group_that_goes_has_a_grace_that_is_told_and_survives_a_restart(
    pinned: ReconcilerHarness,
) -> None:
    gone = with_ids(Dev="2", Ops="3")
    await read(pinned, gone)
    assert pinned.said_of("sre") == ("Held", "GroupMissing")
    assert pinned.condition("Verified") == ("False", "GroupMissing")
    since = of(pinned, "sre").annotation("missing-since")
    message = pinned.mapping()["message"]
    pinned.clock.advance(GRACE.total_seconds() / 2)
    pinned.restart()
    await read(pinned, gone)
    assert of(pinned, "sre").annotation("missing-since") == since
    assert pinned.mapping()["message"] == message
    assert whom(pinned)["sre"] == ("SRE",)
    pinned.clock.advance(GRACE.total_seconds() / 2)
    pinned.timers.tick()
    assert pinned.timer_calls == ["platform"]
    await pinned.settle()
    assert "sre" not in whom(pinned)
    assert pinned.said_of("sre") == ("Revoked", "GroupMissing")
    assert pinned.condition("Stalled")[0] == "True"


async def test_a_grace_that_cannot_be_written_down_ends_all_the_same(
    pinned: ReconcilerHarness,
) -> None:
    pinned.cluster.bindable = set()
    gone = with_ids(Dev="2", Ops="3")
    await read(pinned, gone)
    said = pinned.mapping()
    assert of(pinned, "sre").annotation("missing-since") is None
    pinned.clock.advance(GRACE.total_seconds() / 2)
    await read(pinned, gone)
    assert pinned.mapping() == said
    assert whom(pinned)["sre"] == ("SRE",)
    pinned.clock.advance(GRACE.total_seconds() / 2)
    await read(pinned, gone)
    assert "sre" not in whom(pinned)
    assert pinned.said_of("sre") == ("Revoked", "GroupMissing")


async def test_a_group_that_comes_back_leaves_no_trace(pinned: ReconcilerHarness) -> None:
    before = of(pinned, "sre")
    await read(pinned, with_ids(Dev="2", Ops="3"))
    await read(pinned, with_ids(SRE="1", Dev="2", Ops="3"))
    assert of(pinned, "sre") == before
    assert pinned.condition("Ready")[0] == "True"
