"""Groups that were deleted and made anew are refused or followed."""

import pytest

from application.reconcile.pinned_groups import REPLACED, of, read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import failure, mapping
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.reasons import Reason


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_group_made_anew_is_refused_until_its_id_is_accepted(
    pinned: ReconcilerHarness, *, restarted: bool
) -> None:
    anew = with_ids(SRE="new", Dev="2", Ops="3")
    await read(pinned, anew)
    assert whom(pinned) == {"dev": ("Dev",), "ops": ("Ops",)}
    assert pinned.said_of("sre") == ("Revoked", "GroupReplaced")
    assert pinned.condition("Verified") == ("False", "GroupReplaced")
    if restarted:
        pinned.restart()
        await read(pinned, anew)
        assert "sre" not in whom(pinned)
    pinned.declare(mapping("sre", "SRE", "view", groupId="new"))
    await pinned.settle()
    assert whom(pinned) == {"sre": ("SRE",)}
    assert pinned.said_of("sre") == ("Granted", "Granted")


async def test_an_outage_gives_nothing_back_where_no_placeholder_could_be_written(
    pinned: ReconcilerHarness,
) -> None:
    refused = RejectedError(failure(Reason.WRITE_REFUSED, "a policy refuses it"))
    pinned.cluster.fail("apply", refused, times=2)
    pinned.take_in(with_ids(SRE="new", Dev="2", Ops="3"))
    for _ in range(2):  # it is deleted, since it cannot be emptied; and nothing is made instead
        await pinned.reconcile()
    assert whom(pinned) == {"dev": ("Dev",), "ops": ("Ops",)}
    pinned.lose_keycloak()
    pinned.clock.advance(5.0)  # when a write that was refused is tried again
    await pinned.settle()
    assert whom(pinned) == {"dev": ("Dev",), "ops": ("Ops",)}
    assert of(pinned, "sre").annotation("group-id") == "1"


async def test_a_group_made_anew_is_followed_under_warn(pinned: ReconcilerHarness) -> None:
    pinned.declare_directory(onReplaced="Warn")
    await read(pinned, with_ids(SRE="new", Dev="2", Ops="3"))
    for _ in range(2):
        assert pinned.said_of("sre") == ("Granted", "Granted")
        assert "its id was 1, now new" in pinned.mapping()["message"]
        pinned.restart()
        await read(pinned, with_ids(SRE="new", Dev="2", Ops="3"))
    assert of(pinned, "sre").annotation("group-id") == "new"


async def test_many_groups_made_anew_are_followed_under_warn(pinned: ReconcilerHarness) -> None:
    pinned.declare_directory(onReplaced="Warn")
    everybody = whom(pinned)
    for anew in (with_ids(SRE="a", Dev="b", Ops="3"), REPLACED):
        await read(pinned, anew)
        assert whom(pinned) == everybody
        assert pinned.condition("Ready") == ("True", "Granted")
        pinned.restart()
    for name, group_id in {"sre": "a", "dev": "b", "ops": "c"}.items():
        assert f"now {group_id}" in pinned.mapping(name)["message"]
        assert of(pinned, name).annotation("group-id") == group_id


async def test_of_many_that_go_under_warn_those_without_a_successor_freeze(
    pinned: ReconcilerHarness,
) -> None:
    pinned.declare_directory(onReplaced="Warn", onMissing={"grace": "0s"})
    everybody = whom(pinned)
    await read(pinned, with_ids(SRE="a"))
    assert whom(pinned) == everybody
    assert pinned.said_of("sre")[1] == "DirectoryFrozen"
    assert (
        "2 of 3 groups in use no longer exist in Keycloak: /Dev, /Ops"
        in pinned.mapping()["message"]
    )


async def test_groups_whose_ids_are_declared_have_no_successor_under_warn_and_freeze(
    pinned: ReconcilerHarness,
) -> None:
    pinned.declare_directory(onReplaced="Warn", onMissing={"grace": "0s"})
    everybody = whom(pinned)
    pinned.declare(
        mapping("sre", "SRE", "view", groupId="1"),
        mapping("dev", "Dev", "edit", groupId="2"),
        mapping("ops", "Ops", "edit"),
    )
    await read(pinned, REPLACED)
    assert whom(pinned) == everybody
    assert pinned.said_of("sre")[1] == "DirectoryFrozen"
    assert (
        "2 of 3 groups in use no longer exist in Keycloak: /Dev, /SRE"
        in pinned.mapping()["message"]
    )
