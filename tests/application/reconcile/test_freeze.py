"""Many groups that go at once freeze the directory."""

from dataclasses import replace

import pytest

from application.reconcile.pinned_groups import BOTH, REPLACED, of, read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.identity.freeze import ACKNOWLEDGE_ANNOTATION


def acknowledge(harness: ReconcilerHarness) -> None:
    """Do as the message says."""
    command = harness.mapping()["message"].partition(f"{ACKNOWLEDGE_ANNOTATION}=")[2]
    annotate(harness, command.partition(" ")[0].rstrip("."))


def annotate(harness: ReconcilerHarness, value: str) -> None:
    harness.cluster.objects.annotate(
        "KeycloakDirectory", "default", {ACKNOWLEDGE_ANNOTATION: value}
    )


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
    assert {key: binding.uid for key, binding in pinned.cluster.bindings.items()} == {
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
