"""What ends a former subject, and what delays it."""

from dataclasses import replace

import pytest

from application.reconcile.renamed_groups import (
    END,
    MINUTES,
    called,
    pass_time,
    read,
)
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.directory.client import ClaimMapper, MapperKind
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason


async def test_a_clock_that_is_put_forward_ends_it(renamed: ReconcilerHarness) -> None:
    renamed.clock.step(3600)
    assert set(await pass_time(renamed, 1)) == {"platform"}
    assert set(renamed.grants["sre:view"]) == {"OPS"}


async def test_a_clock_that_is_put_back_keeps_it_no_longer_than_an_hour(
    renamed: ReconcilerHarness,
) -> None:
    renamed.clock.step(-86400)
    assert await pass_time(renamed, 1) == ["platform"]
    annotation = renamed.cluster.bindings[key()].content.annotation("former-subjects") or ""
    assert "2025-12-31T13:00:01Z" in annotation
    await pass_time(renamed, 3600)
    assert set(renamed.grants["sre:view"]) == {"OPS"}


async def test_while_its_write_fails_its_end_stays_where_it_was(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"))
    await read(harness, called("SRE"))
    harness.cluster.fail("apply", times=3)
    for _ in range(3):
        await read(harness, called("OPS"))
        harness.clock.advance(20)
    await harness.settle()
    assert harness.grants == {"sre:view": ("OPS", "SRE")}
    assert END in (harness.cluster.bindings[key()].content.annotation("former-subjects") or "")


async def test_one_that_cannot_be_taken_away_goes_with_its_binding(
    renamed: ReconcilerHarness,
) -> None:
    refused = RejectedError(Failure(Reason.WRITE_REFUSED, "policy."))
    await pass_time(renamed, MINUTES - 1)
    renamed.cluster.fail("apply", refused, times=1000)
    await pass_time(renamed, 1)
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    for _ in range(40):
        renamed.clock.advance(1)
        await renamed.reconcile()
    assert "SRE" not in renamed.grants.get("sre:view", ())


@pytest.mark.parametrize("restarted", [False, True])
async def test_while_no_write_is_allowed_its_end_stays_where_it_was(
    harness: ReconcilerHarness, *, restarted: bool
) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"))
    await read(harness, called("SRE"))
    if restarted:
        harness.restart()
        await read(harness, called("SRE"))
    refused = RejectedError(Failure(Reason.WRITE_REFUSED, "policy."))
    harness.cluster.fail("apply", refused, times=1000)
    for _ in range(40):
        harness.take_in(called("OPS"))
        await harness.reconcile()
        harness.clock.advance(10)
    assert harness.grants.get("sre:view", ()) == ()


async def test_another_group_of_the_former_name_ends_it_at_the_next_answer(
    renamed: ReconcilerHarness,
) -> None:
    assert "platform" in renamed.take_in(called("OPS", "SRE"))
    await renamed.settle()
    assert set(renamed.grants["sre:view"]) == {"OPS"}


async def test_a_role_of_the_former_name_ends_it_at_the_next_answer(
    renamed: ReconcilerHarness,
) -> None:
    found = called("OPS")
    (headlamp,) = found.clients
    roles = ClaimMapper(
        "roles",
        MapperKind.APPENDING,
        "groups",
        full_path=False,
        in_id_token=True,
        in_access_token=True,
        other_values=frozenset({"SRE", "auditor"}),
    )
    with_roles = replace(headlamp, mappers=(*headlamp.mappers, roles))
    assert "platform" in renamed.take_in(replace(found, clients=(with_roles,)))
    await renamed.settle()
    assert renamed.grants["sre:view"] == ("OPS",)
