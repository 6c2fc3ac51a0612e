"""Groups that are renamed, go, come back or are made anew, as the cluster sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping, snapshot
from groupaccess.domain.binding import BindingContent
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.identity.freeze import ACKNOWLEDGE_ANNOTATION

GRACE = timedelta(minutes=10)


def with_ids(**ids: str) -> Snapshot:
    """Return a realm with these groups at its top, by name."""
    groups = tuple(sorted(Group(f"/{name}", name, group_id) for name, group_id in ids.items()))
    return replace(snapshot(), groups=groups)


BOTH = with_ids(SRE="1", Dev="2")


@pytest.fixture
async def pinned(world: ReconcilerHarness) -> ReconcilerHarness:
    """Return a world in which SRE may view and Dev and Ops may edit."""
    world.declare_directory()
    world.declare(
        mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"), mapping("ops", "Ops", "edit")
    )
    await read(world, with_ids(SRE="1", Dev="2", Ops="3"))
    assert whom(world) == {"dev": ("Dev",), "ops": ("Ops",), "sre": ("SRE",)}
    return world


async def read(world: ReconcilerHarness, found: Snapshot) -> None:
    world.take_in(found)
    await world.settle()


def whom(world: ReconcilerHarness) -> dict[str, tuple[str, ...]]:
    """Return whom each mapping binds, without those that bind nobody."""
    return {name.partition(":")[0]: groups for name, groups in world.grants.items() if groups}


def of(world: ReconcilerHarness, name: str) -> BindingContent:
    (found,) = (b.content for key, b in world.cluster.bindings.items() if f":{name}:" in key.name)
    return found


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
    pinned.alarms.tick()
    assert pinned.rung == ["platform"]
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
    assert pinned.store.freeze_failure("default") is None
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


REPLACED = with_ids(SRE="a", Dev="b", Ops="c")


def acknowledge(world: ReconcilerHarness) -> None:
    """Do as the message says."""
    command = world.mapping()["message"].partition(f"{ACKNOWLEDGE_ANNOTATION}=")[2]
    annotate(world, command.partition(" ")[0].rstrip("."))


def annotate(world: ReconcilerHarness, value: str) -> None:
    world.cluster.objects.annotate("KeycloakDirectory", "default", {ACKNOWLEDGE_ANNOTATION: value})


@pytest.mark.parametrize(
    "found",
    [REPLACED, with_ids(Other="9"), with_ids(SRE="1"), replace(BOTH, directory_id="another realm")],
    ids=["imported anew", "all gone", "most gone", "another identity"],
)
async def test_an_upheaval_freezes_and_survives_a_restart(
    pinned: ReconcilerHarness, found: Snapshot
) -> None:
    everybody = whom(pinned)
    pinned.declare_directory(onMissing={"grace": "0s"})
    for _ in range(2):
        await read(pinned, found)
        assert whom(pinned) == everybody
        assert pinned.said_of("sre")[1] == "DirectoryFrozen"
        assert pinned.condition("Verified") == ("Unknown", "DirectoryFrozen")
        pinned.restart()


async def test_kubernetes_facts_act_on_a_frozen_directory_and_nothing_new_is_granted(
    pinned: ReconcilerHarness,
) -> None:
    await read(pinned, REPLACED)
    pinned.declare(mapping("sre", "SRE", "view"), mapping("new", "Dev", "view"))
    await pinned.settle()
    assert whom(pinned) == {"sre": ("SRE",)}


@pytest.mark.parametrize(
    ("on_replaced", "after"),
    [("Refuse", {}), ("Warn", {"dev": ("Dev",), "ops": ("Ops",), "sre": ("SRE",)})],
)
async def test_what_was_acknowledged_is_acted_upon(
    pinned: ReconcilerHarness, on_replaced: str, after: dict[str, tuple[str, ...]]
) -> None:
    pinned.declare_directory(onReplaced=on_replaced)
    await read(pinned, replace(REPLACED, directory_id="realm-2"))
    acknowledge(pinned)
    await pinned.settle()
    assert whom(pinned) == after
    pinned.restart()
    await read(pinned, replace(REPLACED, directory_id="realm-2"))
    assert whom(pinned) == after
    assert pinned.said_of("sre")[1] == ("GroupReplaced" if not after else "Granted")


async def test_an_old_acknowledgement_says_nothing_about_a_new_event(
    pinned: ReconcilerHarness,
) -> None:
    pinned.declare_directory(onReplaced="Warn")
    await read(pinned, replace(REPLACED, directory_id="realm-2"))
    acknowledge(pinned)
    await pinned.settle()
    await read(pinned, replace(with_ids(SRE="x", Dev="y", Ops="z"), directory_id="realm-3"))
    assert pinned.said_of("sre")[1] == "DirectoryFrozen"
    assert of(pinned, "sre").annotation("group-id") == "a"


async def test_one_of_three_that_goes_is_no_upheaval(pinned: ReconcilerHarness) -> None:
    pinned.declare_directory(onMissing={"grace": "0s"})
    await read(pinned, with_ids(SRE="1", Dev="2"))
    assert whom(pinned) == {"dev": ("Dev",), "sre": ("SRE",)}
    await read(pinned, with_ids(SRE="1"))
    assert whom(pinned) == {"sre": ("SRE",)}


async def test_a_directory_that_thaws_or_freezes_touches_all_its_objects(
    pinned: ReconcilerHarness,
) -> None:
    pinned.declare_another("elsewhere", mapping("x", "Nobody"))
    pinned.watch()
    pinned.take_in(with_ids(SRE="1", Dev="2", Ops="3"))
    assert pinned.take_in(REPLACED) == {"elsewhere", "platform"}
    assert pinned.take_in(with_ids(SRE="1", Dev="2", Ops="3")) == {"elsewhere", "platform"}


async def test_what_comes_back_and_goes_again_is_a_new_event(pinned: ReconcilerHarness) -> None:
    everybody = with_ids(SRE="1", Dev="2", Ops="3")
    await read(pinned, with_ids(Other="9"))
    acknowledge(pinned)
    await pinned.settle()
    assert pinned.said_of("sre") == ("Held", "GroupMissing")
    await read(pinned, everybody)
    annotate(pinned, "another")
    await read(pinned, with_ids(SRE="1"))
    assert pinned.said_of("dev")[1] == "DirectoryFrozen"


@pytest.mark.parametrize("group", ["SRE2", "/SRE2"])
@pytest.mark.parametrize("down", [False, True])
async def test_the_edit_that_follows_a_rename_changes_nothing_but_the_spelling(
    pinned: ReconcilerHarness, group: str, *, down: bool
) -> None:
    await read(pinned, with_ids(SRE2="1", Dev="2", Ops="3"))
    if down:
        pinned.lose_keycloak()
    before = pinned.cluster.bindings.copy()
    pinned.declare(
        mapping("sre", group, "view"), mapping("dev", "Dev", "edit"), mapping("ops", "Ops", "edit")
    )
    await pinned.settle()
    assert whom(pinned) == {"dev": ("Dev",), "ops": ("Ops",), "sre": ("SRE", "SRE2")}
    assert {key: each.uid for key, each in pinned.cluster.bindings.items()} == {
        key: each.uid for key, each in before.items()
    }
    await read(pinned, with_ids(SRE2="1", Dev="2", Ops="3"))
    assert of(pinned, "sre").annotation("group") == group
    assert of(pinned, "sre").annotation("group-id") == "1"
    assert of(pinned, "sre").annotation("group-name") == "SRE2"


async def test_an_edited_spelling_keeps_the_pin_of_a_group_that_was_made_anew(
    pinned: ReconcilerHarness,
) -> None:
    pinned.declare(mapping("sre", "/SRE", "view"))
    await read(pinned, with_ids(SRE="other", Dev="2", Ops="3"))
    assert whom(pinned) == {}
    assert pinned.said_of("sre") == ("Revoked", "GroupReplaced")


async def test_another_mapping_does_not_inherit_a_pin_by_its_spelling(
    pinned: ReconcilerHarness,
) -> None:
    await read(pinned, with_ids(SRE2="1", Dev="2", Ops="3"))
    pinned.declare(mapping("other", "SRE2", "view"))
    await read(pinned, with_ids(SRE2="new", Dev="2", Ops="3"))
    assert whom(pinned) == {"other": ("SRE2",)}
    assert of(pinned, "other").annotation("group-id") == "new"
