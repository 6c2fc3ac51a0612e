"""A group that is renamed: what stays bound, until when, and what is said of it."""

from dataclasses import replace

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping, snapshot
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import RoleRef, Subject
from groupaccess.domain.directory.client import ClaimMapper, MapperKind, ProofResult, TokenProof
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

MINUTES = 300.0  # seconds: the usual lifetime of a token
BEGIN, END = "2026-01-01T12:00:00Z", "2026-01-01T12:05:00Z"
KEPT = (
    f'"SRE" stays bound until {END}, because older tokens may still need it (the name, path, '
    "mapper or prefix changed)."
)


def called(name: str, *others: str) -> Snapshot:
    """Return a realm in which the group with id 1 is called so, beside others and Dev."""
    groups = [Group(f"/{name}", name, "1"), Group("/Dev", "Dev", "2")]
    groups += (Group(f"/{other}", other, f"id-{other}") for other in others)
    return replace(snapshot(), groups=tuple(sorted(groups)))


async def read(world: ReconcilerHarness, found: Snapshot) -> None:
    """Let Keycloak be read so; whom that does not touch does not look."""
    for name in world.take_in(found):
        await world.reconcile(name)
    await world.settle()


async def pass_time(world: ReconcilerHarness, seconds: float) -> list[str]:
    """Let time pass second by second; whom the alarms wake looks. Return whom."""
    woken = list[str]()
    for _ in range(round(seconds)):
        world.rung.clear()
        world.clock.advance(1)
        world.alarms.tick()
        for name in world.rung:
            woken.append(name)
            await world.settle()
    return woken


def told(world: ReconcilerHarness) -> list[str]:
    return [note.message for note in world.cluster.notes if note.reason == "FormerSubject"]


@pytest.fixture
async def renamed(world: ReconcilerHarness) -> ReconcilerHarness:
    """Return a world in which SRE, which may view, is called OPS now."""
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    await read(world, called("SRE"))
    await read(world, called("OPS"))
    assert world.grants == {"dev:edit": ("Dev",), "sre:view": ("OPS", "SRE")}
    return world


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


async def test_while_its_write_fails_its_end_stays_where_it_was(world: ReconcilerHarness) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view"))
    await read(world, called("SRE"))
    world.cluster.fail("apply", times=3)
    for _ in range(3):
        await read(world, called("OPS"))
        world.clock.advance(20)
    await world.settle()
    assert world.grants == {"sre:view": ("OPS", "SRE")}
    assert END in (world.cluster.bindings[key()].content.annotation("former-subjects") or "")


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
    world: ReconcilerHarness, *, restarted: bool
) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view"))
    await read(world, called("SRE"))
    if restarted:
        world.restart()
        await read(world, called("SRE"))
    refused = RejectedError(Failure(Reason.WRITE_REFUSED, "policy."))
    world.cluster.fail("apply", refused, times=1000)
    for _ in range(40):
        world.take_in(called("OPS"))
        await world.reconcile()
        world.clock.advance(10)
    assert world.grants.get("sre:view", ()) == ()


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


async def test_a_group_of_another_name_touches_nobody(renamed: ReconcilerHarness) -> None:
    assert renamed.take_in(called("OPS", "QA")) == set()


async def test_drop_takes_it_away_at_once(renamed: ReconcilerHarness) -> None:
    renamed.declare_directory(onRenamed="Drop")
    await renamed.settle()
    assert set(renamed.grants["sre:view"]) == {"OPS"}
    await read(renamed, called("SRE"))
    assert renamed.grants["sre:view"] == ("SRE",)
    assert len(told(renamed)) == 1


async def test_another_role_takes_it_along_and_the_old_binding_goes(
    renamed: ReconcilerHarness,
) -> None:
    renamed.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    await renamed.settle()
    assert renamed.grants == {"dev:edit": ("Dev",), "sre:edit": ("OPS", "SRE")}
    await pass_time(renamed, MINUTES)
    assert renamed.grants["sre:edit"] == ("OPS",)


async def test_where_a_namespace_ends_slowly_it_wakes_nobody_again_and_again(
    world: ReconcilerHarness,
) -> None:
    world.cluster.namespaces["shop"] = Namespace({})
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view", namespaces={"names": ["shop"]}))
    await read(world, called("SRE"))
    await read(world, called("OPS"))
    assert world.grants == {"shop/sre:view": ("OPS", "SRE")}
    world.cluster.namespaces["shop"] = Namespace({}, terminating=True)
    await world.settle()
    assert await pass_time(world, MINUTES) == ["platform"]
    assert await pass_time(world, 60) == []


async def test_a_rename_into_a_string_of_others_says_both(world: ReconcilerHarness) -> None:
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view"))
    await read(world, called("SRE"))
    both = called("OPS")
    others = Group("/x/OPS", "OPS", "3")
    await read(world, replace(both, groups=(*both.groups, others)))
    assert world.grants == {"sre:view": ("SRE",)}
    assert world.said_of("sre") == ("Held", "ClaimCollision")
    assert world.mapping()["message"].endswith(f"It is still bound. {KEPT}")
    await pass_time(world, MINUTES)
    assert world.cluster.bindings[key()].content.subjects == ()
    assert world.said_of("sre") == ("Pending", "ClaimCollision")
    await read(world, both)
    assert world.cluster.bindings[key()].content.groups == ("OPS",)


async def test_of_an_object_that_cannot_be_read_it_ends_too(renamed: ReconcilerHarness) -> None:
    renamed.cluster.objects.apply("GroupAccess", "platform", {"mappings": "none"})
    await renamed.settle()
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    await pass_time(renamed, MINUTES)
    assert set(renamed.grants["sre:view"]) == {"OPS"}


@pytest.mark.parametrize("drift", ["deleted", "edited", "another role"])
async def test_a_former_name_is_not_bound_again_once_nothing_is_known_any_more(
    world: ReconcilerHarness, drift: str
) -> None:
    """It was renamed while suspended: what was applied last is not what answers give."""
    world.declare_directory()
    world.declare(mapping("sre", "SRE", "view"))
    await read(world, called("SRE"))
    world.declare_directory(suspend=True)
    await world.settle()
    await read(world, called("OPS"))
    if drift == "deleted":
        world.cluster.bindings.pop(key())
    elif drift == "edited":
        world.cluster.edit(key(), subjects=(Subject("Group", "evil"),))
    else:
        world.cluster.edit(key(), role=RoleRef("ClusterRole", "edit"))
    await world.settle()
    world.cluster.objects.remove("KeycloakDirectory", "default")
    await world.settle()
    assert world.condition("Ready") == ("False", "DirectoryNotFound")
    assert [subject for groups in world.grants.values() for subject in groups] == []


async def test_what_the_last_answers_gave_is_repaired_once_nothing_is_known_any_more(
    renamed: ReconcilerHarness,
) -> None:
    renamed.cluster.objects.remove("KeycloakDirectory", "default")
    await renamed.settle()
    renamed.cluster.bindings.pop(key())
    await renamed.settle()
    assert renamed.grants == {"dev:edit": ("Dev",), "sre:view": ("OPS", "SRE")}
