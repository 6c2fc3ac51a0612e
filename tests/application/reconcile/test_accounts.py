"""Another account of the operator in the same realm."""

from dataclasses import replace

import pytest

from application.reconcile.pinned_groups import of, read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping, snapshot


@pytest.mark.parametrize("restarted", [False, True])
async def test_another_account_in_the_same_realm_is_written_down_and_freezes_nothing(
    pinned: ReconcilerHarness, *, restarted: bool
) -> None:
    everybody = whom(pinned)
    again = replace(with_ids(SRE="1", Dev="2", Ops="3"), directory_id="account-2")
    if restarted:
        pinned.restart()
    await read(pinned, again)
    assert whom(pinned) == everybody
    assert pinned.condition("Ready") == ("True", "Granted")
    for name in everybody:
        assert of(pinned, name).annotation("directory-id") == "account-2"
    await read(pinned, replace(with_ids(SRE="1"), directory_id="account-2"))
    assert "2 of 3 groups" in pinned.mapping()["message"]
    assert "account" not in pinned.mapping()["message"]


async def test_a_suspended_binding_that_names_the_former_account_freezes_nothing_later(
    pinned: ReconcilerHarness,
) -> None:
    paused = mapping("paused", "Paused", "view")
    pinned.declare_another("paused", paused)
    pinned.take_in(with_ids(SRE="1", Dev="2", Ops="3", Paused="4"))
    await pinned.settle("paused")
    pinned.declare_another("paused", paused, suspend=True)
    await read(pinned, replace(with_ids(SRE="1", Dev="2", Ops="3", Paused="4"), directory_id="new"))
    assert of(pinned, "paused").annotation("directory-id") == snapshot().directory_id
    await read(pinned, replace(with_ids(SRE="1", Dev="2", Paused="4"), directory_id="new"))
    assert pinned.store.check_freeze("default") is None
    assert pinned.said_of("ops") == ("Held", "GroupMissing")


@pytest.mark.parametrize("suspend", [False, True])
async def test_a_grace_whose_start_has_no_utc_stops_no_removal(
    pinned: ReconcilerHarness, *, suspend: bool
) -> None:
    since = "groupaccess.io/missing-since", "0001-01-01T00:00:00+01:00"
    annotations = (*of(pinned, "sre").annotations, since)
    pinned.cluster.edit(key(), annotations=tuple(sorted(annotations)))
    pinned.restart()
    both = mapping("sre", "SRE", "view"), mapping("ops", "Ops", "edit")
    pinned.declare(*both, suspend=suspend)
    await read(pinned, with_ids(Dev="2", Ops="3"))
    assert "dev" not in whom(pinned)


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_held_names_another_account_too(
    pinned: ReconcilerHarness, *, restarted: bool
) -> None:
    pinned.cluster.roles.discard("view")
    if restarted:
        pinned.restart()
    await read(pinned, replace(with_ids(SRE="1", Dev="2", Ops="3"), directory_id="account-2"))
    assert pinned.said_of("sre") == ("Held", "ClusterRoleNotFound")
    assert of(pinned, "sre").annotation("directory-id") == "account-2"
    assert whom(pinned)["sre"] == ("SRE",)


async def test_what_cannot_be_emptied_is_deleted(pinned: ReconcilerHarness) -> None:
    pinned.cluster.bindable = set()
    await read(pinned, with_ids(SRE="new", Dev="2", Ops="3"))
    assert "sre" not in whom(pinned)
