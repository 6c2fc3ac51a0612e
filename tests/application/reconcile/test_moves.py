"""People move from one Keycloak to another: what was bound stays until the new one grants it."""

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.several import ELSEWHERE, tokens
from fakes.values import mapping

GRANTS = {"dev:edit": ("Dev",), "sre:view": ("SRE",)}


async def move(harness: ReconcilerHarness) -> None:
    """Let the GroupAccess refer to the other directory, which is not read yet."""
    harness.declare_directory(tokens=tokens(shares=("other",)))
    harness.declare(
        mapping("sre", "SRE", "view"),
        mapping("dev", "Dev", "edit"),
        directoryRef={"name": "other"},
    )
    await harness.settle()
    assert harness.grants == GRANTS
    assert harness.condition("Ready") == ("False", "DirectoryNotFound")
    shares = tokens(shares=("default",))
    harness.declare_directory("other", issuer=ELSEWHERE, tokens=shares)
    await harness.settle()
    assert harness.grants == GRANTS


def named(harness: ReconcilerHarness) -> set[str | None]:
    return {
        binding.content.annotation("directory") for binding in harness.cluster.bindings.values()
    }


@pytest.mark.parametrize("way", ["at once", "after a restart", "after the old one is gone"])
async def test_a_move_between_two_that_list_each_other_has_no_gap(
    granted: ReconcilerHarness, way: str
) -> None:
    await move(granted)
    if way == "after a restart":
        granted.restart()
        await granted.settle()
    if way == "after the old one is gone":
        granted.cluster.objects.remove("KeycloakDirectory", "default")
        await granted.settle()
    assert granted.grants == GRANTS
    granted.read("/SRE", of="other")
    await granted.settle()
    assert granted.grants == GRANTS
    assert named(granted) == {"default", "other"}
    assert granted.said_of("dev") == ("Held", "GroupNotFound")
    granted.read("/SRE", "/x/Dev", of="other")
    await granted.settle()
    assert granted.grants == GRANTS
    assert named(granted) == {"other"}
    assert granted.condition("Ready") == ("True", "Granted")
    assert not any(verb == "delete" for verb, *_ in granted.cluster.calls)


@pytest.mark.parametrize("lists", ["default", "other", "neither"])
async def test_a_move_between_two_that_do_not_list_each_other_ends_the_old_grants(
    granted: ReconcilerHarness, lists: str
) -> None:
    for name, issuer in (("default", {}), ("other", {"issuer": ELSEWHERE})):
        shares = ({"default", "other"} - {name}) if lists == name else set()
        granted.declare_directory(name, **issuer, tokens=tokens(shares=tuple(shares)))
    granted.declare(mapping("sre", "SRE", "view"), directoryRef={"name": "other"})
    await granted.settle()
    assert granted.grants == {}


async def test_the_old_subjects_go_with_the_partnership(granted: ReconcilerHarness) -> None:
    await move(granted)
    granted.contested.clear()
    granted.declare_directory()
    granted.watch()
    assert "other" in granted.contested
    await granted.settle()
    assert granted.grants == {}
