"""What drift is repaired to while a group changes, or while answers do not count."""

from dataclasses import replace

import pytest

from application.reconcile.pinned_groups import read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness
from fakes.several import tokens
from fakes.values import key, mapping, snapshot
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.directory.group import Group
from groupaccess.domain.reasons import Reason

SRE, DEV, OPS = (mapping(name.lower(), name, "view") for name in ("SRE", "Dev", "Ops"))
COLLIDING = replace(snapshot(), groups=(Group("/SRE", "SRE", "1"), Group("/x/SRE", "SRE", "2")))
AGREES = OidcCheckResult("True", Reason.API_SERVER_AGREES, "as declared")
CONTRADICTS = OidcCheckResult("False", Reason.API_SERVER_MISMATCH, "other strings")
DRIFTS = pytest.mark.parametrize("drift", ["deleted", "emptied"])
CHANGES = pytest.mark.parametrize("change", ["deleted", "emptied", "another role"])


def drift_of(harness: ReconcilerHarness, drift: str, where: BindingKey | None = None) -> None:
    if drift == "deleted":
        harness.cluster.remove(where or key())
    else:
        harness.cluster.edit(where or key(), subjects=())


async def change_sre(harness: ReconcilerHarness, change: str) -> None:
    """Edit the role of the mapping, or its binding; resume the object."""
    if change != "another role":
        drift_of(harness, change)
    harness.declare({**SRE, "clusterRole": "edit"} if change == "another role" else SRE)
    await harness.settle()


@DRIFTS
async def test_a_group_renamed_at_that_moment_keeps_its_former_string(
    sre: ReconcilerHarness, drift: str
) -> None:
    sre.take_in(with_ids(OPS="1"))
    drift_of(sre, drift)
    await sre.settle()
    assert whom(sre) == {"sre": ("OPS", "SRE")}


@DRIFTS
async def test_so_does_one_whose_prefix_was_edited(sre: ReconcilerHarness, drift: str) -> None:
    sre.declare_directory(tokens=tokens("oidc:"))
    drift_of(sre, drift)
    await read(sre, with_ids(SRE="1"))
    assert whom(sre) == {"sre": ("SRE", "oidc:SRE")}


@DRIFTS
@pytest.mark.parametrize("outage", [False, True])
async def test_computed_strings_do_not_count_that_the_canary_contradicts(
    harness: ReconcilerHarness, drift: str, *, outage: bool
) -> None:
    canary = {"group": "canary"}
    harness.declare_directory(canary=canary)
    harness.declare(SRE)
    harness.take_in(with_ids(SRE="1"))
    harness.store.put_oidc_check("default", AGREES)
    await harness.settle()
    harness.declare_directory(canary=canary, tokens=tokens("oidc:"))
    harness.watch()
    harness.take_in(with_ids(SRE="1"))
    harness.store.put_oidc_check("default", CONTRADICTS)
    await harness.settle()
    assert harness.said_of("sre") == ("Held", "ApiServerMismatch")
    if outage:
        harness.lose_keycloak()
    drift_of(harness, drift)
    await harness.settle()
    assert whom(harness) == {"sre": ("SRE",)}


@CHANGES
async def test_a_prefix_that_is_edited_in_an_outage_takes_nothing_away(
    sre: ReconcilerHarness, change: str
) -> None:
    sre.lose_keycloak()
    await sre.settle()
    sre.declare_directory(tokens=tokens("oidc:"))
    await sre.settle()
    await change_sre(sre, change)
    assert whom(sre) == {"sre": ("SRE",)}


@CHANGES
async def test_a_group_that_is_followed_and_not_written_yet_keeps_its_string(
    harness: ReconcilerHarness, change: str
) -> None:
    harness.declare_directory(onReplaced="Warn")
    harness.declare(SRE)
    await read(harness, with_ids(SRE="1"))
    harness.declare(SRE, suspend=True)
    await harness.settle()
    await read(harness, with_ids(SRE="2"))
    harness.lose_keycloak()
    await change_sre(harness, change)
    assert whom(harness) == {"sre": ("SRE",)}


@CHANGES
async def test_a_group_that_is_followed_counts_beside_a_binding_with_its_former_id(
    harness: ReconcilerHarness, change: str
) -> None:
    harness.cluster.label("shop")
    harness.cluster.label("bank")
    harness.declare_directory(onReplaced="Warn")
    scope = {"namespaces": {"names": ["shop", "bank"]}}
    harness.declare(mapping("sre", "SRE", "view", **scope))
    await read(harness, with_ids(SRE="1"))
    harness.cluster.begin_end_of("bank")
    await harness.settle()
    await read(harness, with_ids(SRE="2"))  # what is in bank cannot be written any more
    (shop,) = (each for each in harness.cluster.bindings if each.namespace == "shop")
    harness.lose_keycloak()
    if change == "another role":
        harness.declare(mapping("sre", "SRE", "edit", **scope))
    else:
        drift_of(harness, change, shop)
    await harness.settle()
    role = "edit" if change == "another role" else "view"
    assert harness.grants[f"shop/sre:{role}"] == ("SRE",)


@CHANGES
async def test_a_former_string_that_others_carry_by_now_is_not_bound_again(
    sre: ReconcilerHarness, change: str
) -> None:
    await read(sre, with_ids(OPS="1"))
    assert whom(sre) == {"sre": ("OPS", "SRE")}
    sre.declare(SRE, suspend=True)
    await sre.settle()
    await read(sre, with_ids(OPS="1", SRE="3"))
    sre.lose_keycloak()
    await change_sre(sre, change)
    assert whom(sre) == {"sre": ("OPS",)}


@DRIFTS
async def test_answers_of_a_frozen_directory_take_nothing_away(
    harness: ReconcilerHarness, drift: str
) -> None:
    harness.declare_directory()
    harness.declare(SRE, DEV, OPS)
    await read(harness, with_ids(SRE="1", Dev="2", Ops="3"))
    await read(harness, with_ids(Other="1"))
    assert harness.said_of("sre") == ("Held", "DirectoryFrozen")
    drift_of(harness, drift)
    await harness.settle()
    assert whom(harness) == {"sre": ("SRE",), "dev": ("Dev",), "ops": ("Ops",)}


@DRIFTS
@pytest.mark.parametrize("outage", [False, True])
async def test_a_string_that_collides_is_held_with_and_without_keycloak(
    sre: ReconcilerHarness, drift: str, *, outage: bool
) -> None:
    await read(sre, COLLIDING)
    assert sre.said_of("sre") == ("Held", "ClaimCollision")
    if outage:
        sre.lose_keycloak()
    drift_of(sre, drift)
    await sre.settle()
    assert whom(sre) == {"sre": ("SRE",)}


@CHANGES
async def test_nothing_returns_that_a_collision_would_have_revoked(
    harness: ReconcilerHarness, change: str
) -> None:
    harness.declare_directory(onCollision="Revoke")
    harness.declare(SRE)
    await read(harness, with_ids(SRE="1"))
    harness.declare(SRE, suspend=True)
    await read(harness, COLLIDING)
    harness.lose_keycloak()
    await change_sre(harness, change)
    assert whom(harness) == {}
