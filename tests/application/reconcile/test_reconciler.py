"""One GroupAccess all the way, on fakes: what people declare, and what stands afterwards."""

from dataclasses import replace

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import content, failure, key, mapping
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.reconcile.orphans import RETRY_SECONDS
from groupaccess.domain.binding import Subject
from groupaccess.domain.reasons import Reason


async def test_a_proven_group_gets_its_role(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/platform/SRE")
    assert await harness.reconcile() is None
    assert harness.grants == {"sre:view": ("SRE",)}
    assert harness.condition("Ready") == ("True", "Granted")
    assert harness.condition("Verified") == ("True", "Granted")
    assert harness.said_of("sre") == ("Granted", "Granted")
    assert harness.status["granted"] == "1/1"
    assert harness.status["observedGeneration"] == 1
    assert harness.status["mappings"][0]["subjects"] == ["SRE"]
    made = harness.cluster.bindings[key()].content
    assert made.annotation("group-path") == "/platform/SRE"
    assert made.annotation("directory-id") == "sub"


async def test_an_idle_object_sees_no_write(granted: ReconcilerHarness) -> None:
    for _ in range(3):
        assert await granted.reconcile() is None
    granted.read("/SRE", "/Dev", "/Other")
    await granted.reconcile()
    assert granted.cluster.writes == []


async def test_a_restart_writes_nothing(granted: ReconcilerHarness) -> None:
    notes = len(granted.cluster.notes)
    granted.restart()
    granted.read("/SRE", "/Dev")
    assert await granted.reconcile() is None
    assert granted.cluster.writes == []
    assert len(granted.cluster.notes) == notes


async def test_a_removed_mapping_loses_its_binding_at_once(granted: ReconcilerHarness) -> None:
    granted.declare(mapping("dev", "Dev", "edit"))
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",)}
    assert granted.status["granted"] == "1/1"


async def test_a_deleted_object_loses_its_bindings_at_once(granted: ReconcilerHarness) -> None:
    granted.cluster.objects.remove("GroupAccess", "platform")
    assert await granted.reconcile() is None
    assert granted.grants == {}


async def test_an_object_that_waits_for_a_finalizer_loses_its_bindings(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.objects.begin_removal("GroupAccess", "platform")
    assert await granted.reconcile() is None
    assert granted.grants == {}


async def test_an_object_that_was_not_watched_yet_loses_nothing(granted: ReconcilerHarness) -> None:
    granted.store.drop_access("platform")
    again = await granted.reconcile(lag=True)
    assert again is not None
    assert again > 0
    assert granted.cluster.writes == []
    assert await granted.reconcile() is None
    assert granted.cluster.writes == []


async def test_no_binding_goes_while_nobody_can_say_whether_its_object_lives(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.objects.remove("GroupAccess", "platform")
    granted.cluster.fail("access_uid")
    assert await granted.reconcile() == RETRY_SECONDS
    assert len(granted.grants) == 2
    await granted.reconcile()
    assert granted.grants == {}


async def test_a_restored_binding_without_owner_has_five_minutes(
    granted: ReconcilerHarness,
) -> None:
    granted.declare()
    await granted.reconcile()
    stood = granted.cluster.bindings[key()].content
    granted.cluster.objects.remove("GroupAccess", "platform")
    granted.cluster.remove(key())
    granted.cluster.create(key(), replace(stood, owners=()))
    assert await granted.reconcile() == 300
    granted.clock.advance(200)
    assert await granted.reconcile() == pytest.approx(100)
    granted.clock.advance(100)
    assert await granted.reconcile() is None
    assert granted.grants == {}


async def test_an_orphan_whose_end_is_refused_is_tried_again(granted: ReconcilerHarness) -> None:
    granted.cluster.objects.remove("GroupAccess", "platform")
    granted.cluster.fail("delete", RejectedError(failure(Reason.WRITE_REFUSED)), times=2)
    for _ in range(3):
        again = await granted.reconcile()
        granted.clock.advance(again or 0)
    assert granted.grants == {}


async def test_another_role_comes_before_the_old_one_goes(granted: ReconcilerHarness) -> None:
    granted.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    assert await granted.reconcile() == 2
    assert granted.grants == {"dev:edit": ("Dev",), "sre:edit": ("SRE",), "sre:view": ("SRE",)}
    granted.clock.advance(2)
    assert await granted.reconcile() is None
    assert granted.grants == {"dev:edit": ("Dev",), "sre:edit": ("SRE",)}


async def test_a_role_that_comes_back_while_it_settles_stays(granted: ReconcilerHarness) -> None:
    granted.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    await granted.reconcile()
    granted.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    granted.clock.advance(2)
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}


async def test_a_changed_group_changes_the_binding_in_one_write(granted: ReconcilerHarness) -> None:
    granted.declare(mapping("sre", "Dev", "view"), mapping("dev", "Dev", "edit"))
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("Dev",)}
    assert [write for write in granted.cluster.writes if "sre" in write] == [f"apply {key()}"]


@pytest.mark.parametrize(
    "drift",
    [
        {"subjects": ()},
        {"subjects": (Subject("Group", "SRE"), Subject("User", "mallory"))},
        {"has_managed_by_label": False},
        {"owners": ()},
        {"annotations": ()},
    ],
    ids=["no subjects", "one subject more", "no label", "no owner", "no annotations"],
)
async def test_drift_is_repaired(granted: ReconcilerHarness, drift: dict[str, object]) -> None:
    before = granted.cluster.bindings[key()].content
    granted.cluster.edit(key(), **drift)
    await granted.reconcile()
    assert granted.cluster.bindings[key()].content == before
    assert granted.metrics.counts["drift"] == 1
    granted.cluster.calls.clear()
    await granted.reconcile()
    assert granted.cluster.writes == []


async def test_a_binding_deleted_by_hand_comes_back(granted: ReconcilerHarness) -> None:
    granted.cluster.remove(key())
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.metrics.counts["drift"] == 1
    assert granted.cluster.notes[-1].reason == "BindingRepaired"


async def test_one_of_our_own_with_another_role_is_made_anew(granted: ReconcilerHarness) -> None:
    granted.cluster.remove(key())
    granted.cluster.create(key(), content("cluster-admin", "mallory"))
    await granted.reconcile()
    await granted.reconcile()
    assert granted.cluster.bindings[key()].content.role.name == "view"
    assert granted.grants["sre:view"] == ("SRE",)


async def test_a_foreign_binding_with_our_name_is_never_touched(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare()
    foreign = harness.cluster.create(key(), content("edit", "others"))
    foreign = harness.cluster.edit(key(), has_managed_by_label=False)
    harness.read("/SRE")
    assert await harness.reconcile() is None
    assert harness.cluster.bindings == {key(): foreign}
    assert harness.said_of("sre")[1] == "Conflict"
    assert harness.condition("Stalled")[0] == "True"


async def test_a_role_that_may_not_be_bound_heals_when_it_may(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("boss", "SRE", "admin"), mapping("sre", "SRE", "view"))
    harness.read("/SRE")
    again = await harness.reconcile()
    assert again is not None
    assert 1 <= again <= 2
    assert harness.grants == {"sre:view": ("SRE",)}
    assert harness.said_of("boss") == ("Pending", "BindForbidden")
    assert harness.condition("Ready") == ("False", "BindForbidden")
    assert harness.status["granted"] == "1/2"
    harness.cluster.bindable.add("admin")
    harness.clock.advance(again)
    assert await harness.reconcile() is None
    assert harness.grants == {"boss:admin": ("SRE",), "sre:view": ("SRE",)}
    assert harness.condition("Ready") == ("True", "Granted")


async def test_a_refusal_that_lasts_changes_no_status(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("boss", "SRE", "admin"))
    harness.read("/SRE")
    for _ in range(3):
        assert await harness.reconcile() is not None
        harness.clock.advance(60)
    assert [write for write in harness.cluster.writes if write.startswith("status")] == [
        "status GroupAccess platform"
    ]


async def test_what_settles_is_looked_at_in_time_whatever_was_refused(
    granted: ReconcilerHarness,
) -> None:
    granted.declare(mapping("sre", "SRE", "edit"), mapping("boss", "SRE", "admin"))
    again = await granted.reconcile()
    assert again is not None
    assert again <= 2


async def test_the_whole_story_survives_a_race(granted: ReconcilerHarness) -> None:
    granted.cluster.edit(key(), subjects=())
    granted.cluster.before("apply", lambda: granted.cluster.edit(key(), has_managed_by_label=False))
    await granted.retry()
    assert granted.grants["sre:view"] == ("SRE",)


async def test_a_status_that_could_not_be_written_is_written_later(
    granted: ReconcilerHarness,
) -> None:
    granted.declare(mapping("sre", "SRE", "view"))
    granted.cluster.fail("status")
    with pytest.raises(TransientError):
        await granted.reconcile()
    await granted.reconcile()
    assert granted.status["granted"] == "1/1"
