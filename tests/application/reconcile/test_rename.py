"""A group that is renamed: what stays bound, until when, and what is said of it."""

from dataclasses import replace

import pytest

from application.reconcile.renamed_groups import (
    KEPT,
    MINUTES,
    called,
    pass_time,
    read,
    told,
)
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping
from groupaccess.domain.directory.client import ProofResult, TokenProof


async def test_both_are_bound_and_the_status_says_until_when(renamed: ReconcilerHarness) -> None:
    assert renamed.said_of("sre") == ("Granted", "Granted")
    assert renamed.mapping()["subjects"] == ["OPS", "SRE"]
    assert renamed.mapping()["message"].endswith(KEPT)
    assert renamed.condition("Ready") == ("True", "Granted")
    assert KEPT not in renamed.mapping("dev")["message"]


async def test_it_is_told_once(renamed: ReconcilerHarness) -> None:
    assert told(renamed) == [f"sre: {KEPT}"]
    await renamed.settle()
    await pass_time(renamed, 60)
    await read(renamed, called("OPS"))
    assert len(told(renamed)) == 1
    (note,) = [note for note in renamed.cluster.notes if note.reason == "FormerSubject"]
    renamed.cluster.notes.clear()
    renamed.restart()
    await read(renamed, called("OPS"))
    (again,) = [note for note in renamed.cluster.notes if note.reason == "FormerSubject"]
    assert again.dedup_key == note.dedup_key != ""
    assert not note.warning


async def test_it_is_taken_away_at_its_end_by_itself(renamed: ReconcilerHarness) -> None:
    assert await pass_time(renamed, MINUTES - 1) == []
    renamed.cluster.calls.clear()
    assert await pass_time(renamed, 1) == ["platform"]
    assert set(renamed.grants["sre:view"]) == {"OPS"}
    assert "stays bound" not in renamed.mapping()["message"]
    assert renamed.mapping()["subjects"] == ["OPS"]
    writes = [write.split()[0] for write in renamed.cluster.writes]
    assert writes == ["apply", "status"]
    assert await pass_time(renamed, 2 * MINUTES) == []


async def test_until_its_end_nothing_is_written(renamed: ReconcilerHarness) -> None:
    renamed.cluster.calls.clear()
    for _ in range(5):
        await pass_time(renamed, 50)
        await read(renamed, called("OPS"))
        await renamed.settle()
    assert renamed.cluster.writes == []


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("hold", ["outage", "suspend", "freeze", "no directory", "nothing read"])
async def test_its_end_acts_while_nothing_else_does(
    renamed: ReconcilerHarness, hold: str, *, restarted: bool
) -> None:
    if restarted:
        renamed.restart()
        if hold != "nothing read":
            await read(renamed, called("OPS"))
    match hold:
        case "outage":
            renamed.lose_keycloak()
        case "suspend":
            sre, dev = mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit")
            renamed.declare(sre, dev, suspend=True)
        case "freeze":
            renamed.take_in(replace(called("OPS"), directory_id="another"))
        case "no directory":
            renamed.cluster.objects.remove("KeycloakDirectory", "default")
        case _:
            renamed.restart()
    await renamed.settle()
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    await pass_time(renamed, MINUTES)
    assert renamed.grants == {"dev:edit": ("Dev",), "sre:view": ("OPS",)}
    assert await pass_time(renamed, 60) == []


async def test_what_ended_while_the_operator_was_down_goes_at_its_start(
    renamed: ReconcilerHarness,
) -> None:
    renamed.clock.advance(2 * MINUTES)
    renamed.restart()
    await renamed.settle()
    assert set(renamed.grants["sre:view"]) == {"OPS"}


async def test_after_a_restart_the_end_waits_for_what_a_token_shows(
    renamed: ReconcilerHarness,
) -> None:
    """Until then nobody knows how long tokens live, and five minutes could be too short."""
    renamed.restart()
    found = called("QA")
    (headlamp,) = found.clients
    renamed.take_in(replace(found, clients=(replace(headlamp, proof_pending=True),)))
    await renamed.settle()
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    proof = TokenProof(ProofResult.PROVEN, "as computed", renamed.clock.now(), 1800)
    await read(renamed, replace(found, clients=(replace(headlamp, proof=proof),)))
    assert set(renamed.grants["sre:view"]) == {"OPS", "QA", "SRE"}
    await pass_time(renamed, 2 * MINUTES)
    assert set(renamed.grants["sre:view"]) == {"OPS", "QA"}


async def test_a_lost_status_changes_nothing(renamed: ReconcilerHarness) -> None:
    renamed.restart()
    spec = renamed.cluster.objects.find("GroupAccess", "platform")
    assert spec is not None
    spec["status"] = {}
    await read(renamed, called("OPS"))
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    assert renamed.mapping()["message"].endswith(KEPT)
