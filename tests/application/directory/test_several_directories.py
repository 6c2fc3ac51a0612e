"""Several directories: one of those with the same prefix grants, and the others say why not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fakes.directory_harness import DirectoryHarness
from fakes.keycloak_realm import FakeClient, membership
from fakes.reconciler_harness import NAME, ReconcilerHarness
from fakes.several import ELSEWHERE, tokens
from fakes.values import Spec, mapping

GRANTS = {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
OPS = mapping("ops", "Ops", "view")
EARLY = datetime(2026, 1, 1, tzinfo=UTC)


def declare_other(harness: ReconcilerHarness, prefix: str = "", **more: Any) -> None:
    """Declare a directory of another realm, which is read, and who uses it."""
    harness.declare_directory("other", issuer=ELSEWHERE, tokens=tokens(prefix, **more))
    harness.declare_another("shop", OPS, directoryRef={"name": "other"})
    harness.read("/Ops", "/SRE", "/Dev", of="other")


async def test_a_second_directory_with_the_same_prefix_grants_nothing_and_says_so(
    granted: ReconcilerHarness,
) -> None:
    declare_other(granted)
    await granted.settle("shop")
    assert granted.grants == GRANTS
    assert granted.condition("Ready", "shop") == ("False", "PrefixShared")
    assert granted.condition("Stalled", "shop") == ("True", "PrefixShared")
    granted.declare(mapping("sre", "SRE", "view"), mapping("new", "Dev", "view"))
    await granted.settle()
    assert granted.grants == {"new:view": ("Dev",), "sre:view": ("SRE",)}


async def test_what_is_bound_stays_when_its_directory_no_longer_comes_first(
    granted: ReconcilerHarness,
) -> None:
    declare_other(granted, "kc:")
    await granted.settle("shop")
    both = {"ops:view": ("kc:Ops",), **GRANTS}
    assert granted.grants == both
    granted.cluster.objects.created("KeycloakDirectory", "other", EARLY)
    granted.cluster.objects.created("KeycloakDirectory", "default", EARLY + timedelta(days=1))
    granted.declare_directory(tokens=tokens("kc:"))
    sre, dev = mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit")
    granted.declare(sre, dev, mapping("new", "Dev", "view"))
    await granted.settle()
    assert granted.said_of("sre") == ("Held", "PrefixShared")
    assert granted.said_of("new") == ("Pending", "PrefixShared")
    assert granted.grants == both


@pytest.mark.parametrize(
    "agreed", [tokens("other:"), tokens(shares=("default",))], ids=["a prefix", "a list"]
)
async def test_it_grants_when_it_has_a_prefix_of_its_own_or_both_list_each_other(
    granted: ReconcilerHarness, agreed: Spec
) -> None:
    granted.declare_directory(tokens=tokens(shares=("other",)))
    declare_other(granted)
    granted.contested.clear()
    granted.declare_directory("other", issuer=ELSEWHERE, tokens=agreed)
    granted.watch()
    assert "other" in granted.contested
    await granted.settle("shop")
    assert granted.grants == {**GRANTS, "ops:view": (f"{agreed['groupsPrefix']}Ops",)}


async def test_a_directory_that_appears_or_goes_is_news_for_those_with_its_prefix(
    granted: ReconcilerHarness,
) -> None:
    granted.declare_directory("third", issuer=f"{ELSEWHERE}3", tokens=tokens("x:"))
    granted.watch()
    granted.contested.clear()
    declare_other(granted, "x:")
    assert granted.contested == ["default", "other", "third"]
    granted.cluster.objects.remove("KeycloakDirectory", "other")
    granted.contested.clear()
    granted.watch()
    assert granted.contested == ["default", "other", "third"]
    granted.contested.clear()
    granted.declare_directory("third", issuer=f"{ELSEWHERE}3", tokens=tokens("y:"))
    granted.watch()
    assert granted.contested == ["default"]
    edited = {"issuer": f"{ELSEWHERE}3", "tokens": tokens("y:"), "onReplaced": "Warn"}
    granted.declare_directory("third", **edited)
    granted.contested.clear()
    granted.watch()
    assert granted.contested == []


async def test_the_last_binding_that_names_a_directory_decides_and_its_end_is_news(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.objects.created("KeycloakDirectory", "default", EARLY + timedelta(days=1))
    declare_other(granted)
    granted.cluster.objects.created("KeycloakDirectory", "other", EARLY)
    await granted.settle("shop")
    assert granted.condition("Ready", "shop") == ("False", "PrefixShared")
    granted.contested.clear()
    granted.declare(mapping("sre", "Nobody", "view"))
    await granted.settle()
    assert granted.grants == {}
    assert granted.contested == ["default", "other"]
    await granted.settle("shop")
    assert granted.grants == {"ops:view": ("Ops",)}


@pytest.mark.parametrize("others_age", [-1, 0, 1])
async def test_a_restore_in_another_order_moves_no_grant(
    granted: ReconcilerHarness, others_age: int
) -> None:
    declare_other(granted)
    for name, age in (("default", 0), ("other", others_age)):
        at = EARLY - timedelta(days=age)
        granted.cluster.objects.created("KeycloakDirectory", name, at)
    granted.restart()
    granted.read("/SRE", "/Dev")
    granted.read("/Ops", of="other")
    for name in ("shop", NAME):
        await granted.settle(name)
    assert granted.grants == GRANTS
    assert granted.condition("Ready") == ("True", "Granted")
    assert granted.condition("Ready", "shop") == ("False", "PrefixShared")


@pytest.mark.parametrize(("former", "now"), [("a:", "b:"), ("", "kc:")])
async def test_a_former_subject_goes_when_another_directory_has_its_prefix(
    harness: ReconcilerHarness, former: str, now: str
) -> None:
    harness.declare_directory(tokens=tokens(former))
    harness.declare(mapping("sre", "SRE", "view"))
    harness.read("/SRE")
    await harness.settle()
    harness.declare_directory(tokens=tokens(now))
    await harness.settle()
    assert set(harness.grants["sre:view"]) == {f"{former}SRE", f"{now}SRE"}
    declare_other(harness, former)
    await harness.settle()
    assert harness.grants == {"sre:view": (f"{now}SRE",)}


@pytest.mark.parametrize("hold", ["suspend", "outage"])
async def test_whom_another_directory_has_now_goes_though_nothing_else_is_written(
    harness: ReconcilerHarness, hold: str
) -> None:
    harness.declare_directory(tokens=tokens("a:"))
    harness.declare(mapping("sre", "SRE", "view"))
    harness.read("/SRE")
    await harness.settle()
    if hold == "outage":
        harness.lose_keycloak()
    harness.declare_directory(tokens=tokens("b:"), suspend=hold == "suspend")
    await harness.settle()
    assert harness.grants == {"sre:view": ("a:SRE",)}
    declare_other(harness, "a:")
    await harness.settle()
    assert set(harness.grants.values()) <= {()}


async def test_a_group_that_begins_with_another_prefix_collides(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "kc:SRE", "view"))
    harness.read("/kc:SRE")
    await harness.settle()
    declare_other(harness, "kc:")
    harness.declare(mapping("sre", "kc:SRE", "view"), mapping("new", "kc:SRE", "edit"))
    await harness.settle()
    assert harness.grants == {"sre:view": ("kc:SRE",)}
    assert harness.said_of("sre") == ("Held", "ClaimCollision")
    assert harness.condition("Verified") == ("False", "ClaimCollision")
    harness.cluster.objects.remove("KeycloakDirectory", "other")
    await harness.settle()
    assert harness.grants == {"sre:view": ("kc:SRE",), "new:edit": ("kc:SRE",)}


async def test_the_directory_itself_says_whose_prefix_it_shares_until_that_is_over(
    desk: DirectoryHarness,
) -> None:
    realm = desk.reader.create_realm("OTHER")
    realm.clients["headlamp"] = FakeClient((membership(),))
    desk.declare("other", issuer=ELSEWHERE, syncInterval="1h")
    await asyncio.sleep(10)
    assert desk.ready("other") == ("True", "Read")
    desk.declare("default", syncInterval="1h")
    await asyncio.sleep(10)
    assert desk.ready() == ("True", "Read")
    assert desk.ready("other") == ("False", "PrefixShared")
    first = desk.status("other")["conditions"][0]
    assert 'KeycloakDirectory "other" has the same spec.tokens.groupsPrefix' in first["message"]
    assert "spec.tokens.sharesPrefixWith" in first["message"]
    await desk.recorder.flush()
    assert [n.regarding.name for n in desk.cluster.notes if n.reason == "PrefixShared"] == ["other"]
    desk.sync.stop("default")
    desk.store.drop_directory("default")
    await asyncio.sleep(10)
    assert desk.ready("other") == ("True", "Read")
