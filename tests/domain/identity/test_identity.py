"""A group is what its id says: followed, missed, replaced, accepted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as each

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    binding,
    client,
    content,
    directory,
    given,
    group,
    key,
    leaf,
    mapping,
    realm,
    scope,
    standing,
    there,
)
from domain.strategies import accesses, circumstances, worlds
from domain.world import ModelCluster, judge
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

SRE = group("/SRE", uid="1")
ANEW = group("/SRE", uid="2")
REFUSE, WARN = directory(), directory(refuses_replaced=False)
EMPTY = realm("/apps/dev")
LATER = NOW + timedelta(minutes=10)


def granted(declared: Access | None = None, at: Snapshot | None = None) -> ModelCluster:
    world = ModelCluster()
    world.settle(declared or access(), given(at or realm(SRE), namespaces=there("shop", "bank")))
    assert bound(world) != ()
    return world


def bound(world: ModelCluster) -> tuple[str, ...]:
    return tuple(text for one in world.standing.values() for text in one.content.groups)


def said(
    world: ModelCluster, circumstances: EvaluationContext, declared: Access | None = None
) -> Verdict:
    (verdict,) = world.judge(declared or access(), circumstances)
    return verdict


def annotation(world: ModelCluster, name: str) -> str | None:
    (one,) = world.standing.values()
    return one.content.annotation(name)


RESTARTED = pytest.mark.parametrize("restarted", [False, True], ids=["goes on", "restarted"])


@RESTARTED
@pytest.mark.parametrize("path", ["/SRE2", "/platform/SRE", "/a/b/c"])
def test_renamed_or_moved_group_is_followed_in_one_write(path: str, *, restarted: bool) -> None:
    world, moved = granted(), given(realm(group(path, uid="1")))
    if restarted:
        world.restart()
    todo = world.step(access(), moved)
    assert (len(todo.applies), len(todo.deletes)) == (1, 0)
    assert set(bound(world)) == {path, "/SRE"}
    assert annotation(world, "group") == "SRE"
    assert annotation(world, "group-path") == path
    assert said(world, moved).outcome is Outcome.GRANT


def test_a_followed_name_is_told() -> None:
    world, moved = granted(), given(realm(group("/SRE2", uid="1")))
    world.settle(access(), moved)
    assert "declared as SRE, now /SRE2" in said(world, moved).message
    assert "declared" not in said(world, given(realm(SRE))).message


def test_the_pinned_group_wins_over_another_that_takes_its_name() -> None:
    world = granted()
    both = given(realm(group("/old", uid="1"), ANEW))
    world.settle(access(), both)
    assert bound(world) == ("/old",)


def test_a_mapping_that_is_renamed_keeps_the_pin() -> None:
    world, renamed = granted(), access(mapping("ops"))
    moved = given(realm(group("/SRE2", uid="1")))
    world.settle(renamed, moved)
    assert bound(world) == ("/SRE", "/SRE2")
    assert set(world.standing) == {key("ops")}


def test_a_mapping_that_declares_another_group_drops_the_pin() -> None:
    world, other = granted(), access(mapping(group="/SRE"))
    assert said(world, given(realm(ANEW)), other).outcome is Outcome.GRANT
    world.settle(other, given(realm(ANEW)))
    assert annotation(world, "group-id") == "2"


@RESTARTED
def test_a_missing_group_has_a_grace_and_then_goes(*, restarted: bool) -> None:
    world = granted()
    for minutes in (0, 3, 9):
        gone = given(EMPTY, now=NOW + timedelta(minutes=minutes, milliseconds=300))
        world.settle(access(), gone)
        verdict = said(world, gone)
        assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.GROUP_MISSING)
        assert verdict.grace_ends == LATER
        assert "2026-03-01T12:10:00Z" in verdict.message
        assert bound(world) == ("/SRE",)
        assert annotation(world, "missing-since") == "2026-03-01T12:00:00Z"
        if restarted:
            world.restart()
    over = given(EMPTY, now=LATER)
    world.settle(access(), over)
    assert bound(world) == ()
    verdict = said(world, over)
    assert (verdict.outcome, verdict.reason) == (Outcome.REVOKE, Reason.GROUP_MISSING)
    assert verdict.grace_ends is None


@RESTARTED
def test_a_group_that_comes_back_in_its_grace_is_as_before(*, restarted: bool) -> None:
    world = granted()
    before = dict(world.proven)
    world.settle(access(), given(EMPTY))
    if restarted:
        world.restart()
    world.settle(access(), given(realm(SRE), now=NOW + timedelta(minutes=5)))
    assert world.proven == before
    assert annotation(world, "missing-since") is None


def test_a_group_that_comes_back_with_another_objection_has_a_new_grace_later() -> None:
    world = granted()
    world.settle(access(), given(EMPTY))
    world.restart()
    world.settle(access(), given(realm(SRE, clients=[client("headlamp")])))
    assert bound(world) == ("/SRE",)
    assert annotation(world, "missing-since") is None


def test_a_group_that_comes_back_after_its_grace_is_granted_again() -> None:
    world = granted()
    world.settle(access(), given(EMPTY))
    world.settle(access(), given(EMPTY, now=LATER))
    world.restart()
    world.settle(access(), given(realm(SRE), now=LATER))
    assert bound(world) == ("/SRE",)


def test_an_absence_that_is_not_confirmed_holds() -> None:
    world = granted()
    unconfirmed = replace(
        world.given(access(), given(EMPTY)),
        reading=replace(given(EMPTY).reading, confirmed_absent={}),
    )
    (verdict,) = judge(access(), unconfirmed)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)


@RESTARTED
@pytest.mark.parametrize("declared", ["SRE", "/SRE"])
def test_a_group_made_anew_is_refused_at_once_and_stays_so(
    declared: str, *, restarted: bool
) -> None:
    one = access(mapping(group=declared))
    world = granted(one)
    for _ in range(3):
        world.step(one, given(realm(ANEW)))
        assert bound(world) == ()
        verdict = said(world, given(realm(ANEW)), one)
        assert (verdict.outcome, verdict.reason) == (Outcome.REVOKE, Reason.GROUP_REPLACED)
        assert "id 1" in verdict.message
        assert "2" in verdict.message
        if restarted:
            world.restart()
        assert world.step(one, given(realm(ANEW))).empty


def test_a_group_made_anew_after_its_grace_is_no_first_grant() -> None:
    world = granted()
    world.settle(access(), given(EMPTY))
    world.settle(access(), given(EMPTY, now=LATER))
    world.restart()
    world.settle(access(), given(realm(ANEW), now=LATER))
    assert bound(world) == ()


def test_another_role_or_name_or_scope_makes_no_first_grant_of_a_replaced_group() -> None:
    world, now = granted(), given(realm(ANEW), namespaces=there("shop", "bank"))
    for edited in (
        access(mapping(role="view")),
        access(mapping("ops", role="admin")),
        access(mapping("ops", within=scope("shop"))),
        access(mapping("x", within=scope("bank"))),
        access(mapping("x", role="gone")),
        access(mapping("sre")),
    ):
        world.settle(edited, now)
        world.restart()
        assert bound(world) == ()
        assert said(world, now, edited).reason is Reason.GROUP_REPLACED


def test_a_role_that_is_edited_in_the_grace_keeps_the_pin_and_its_start() -> None:
    world, edited = granted(), access(mapping(role="view"))
    world.settle(access(), given(EMPTY))
    world.settle(edited, given(EMPTY, now=NOW + timedelta(minutes=5)))
    assert bound(world) == ()
    assert annotation(world, "missing-since") == "2026-03-01T12:00:00Z"
    world.settle(edited, given(realm(ANEW)))
    assert bound(world) == ()
    world.settle(edited, given(realm(SRE)))
    assert set(world.standing) == {key(role="view")}
    assert bound(world) == ("/SRE",)


def test_the_new_id_is_accepted_by_group_id_and_needs_it_no_more() -> None:
    world, now = granted(), given(realm(ANEW))
    world.settle(access(), now)
    world.restart()
    world.settle(access(mapping(group_id="2")), now)
    assert bound(world) == ("/SRE",)
    assert annotation(world, "group-id") == "2"
    world.restart()
    world.settle(access(), now)
    assert bound(world) == ("/SRE",)


def test_group_id_must_bear_the_name_at_first_and_is_followed_later() -> None:
    declared, world = access(mapping(group_id="1")), ModelCluster()
    other = given(realm(group("/other", uid="1"), ANEW))
    assert said(world, other, declared).reason is Reason.GROUP_REPLACED
    assert "/other" in said(world, other, declared).message
    world.settle(declared, given(realm(SRE)))
    world.settle(declared, other)
    assert bound(world) == ("/other",)


@pytest.mark.parametrize(
    ("known", "reason"),
    [((ANEW,), Reason.GROUP_REPLACED), (("/x",), Reason.GROUP_NOT_FOUND)],
    ids=["another bears the name", "nobody does"],
)
def test_group_id_that_is_not_there_grants_nothing(known: tuple[str, ...], reason: Reason) -> None:
    verdict = said(ModelCluster(), given(realm(*known)), access(mapping(group_id="1")))
    assert verdict.outcome is not Outcome.GRANT
    assert verdict.reason is reason


def test_group_id_picks_one_of_several_of_a_name() -> None:
    world, declared = ModelCluster(), access(mapping(group_id="1"))
    world.settle(declared, given(realm(group("/a/SRE", uid="1"), group("/b/SRE"))))
    assert bound(world) == ("/a/SRE",)


def test_warn_follows_a_group_made_anew_and_goes_on_saying_so() -> None:
    world, now = granted(), given(realm(ANEW), of=WARN)
    assert "its id was 1, now 2" in said(world, now).message
    world.settle(access(), now)
    assert bound(world) == ("/SRE",)
    world.restart()
    assert world.step(access(), now).empty
    assert "its id was 1, now 2" in said(world, now).message
    world.settle(access(mapping(group_id="2")), now)
    assert annotation(world, "replaced-id") is None


def test_warn_follows_no_other_id_than_the_declared_one() -> None:
    declared = access(mapping(group_id="1"))
    world, now = granted(declared), given(realm(ANEW), of=WARN)
    verdict = said(world, now, declared)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.GROUP_MISSING)
    world.settle(declared, now)
    later = replace(now, now=now.now + WARN.grace)
    assert said(world, later, declared).outcome is Outcome.REVOKE


def test_a_path_that_was_followed_is_not_handed_on_either() -> None:
    world = granted()
    world.settle(access(), given(realm(group("/a/SRE2", uid="1"))))
    world.settle(access(), given(realm(group("/a/SRE2", uid="3"))))
    assert bound(world) == ()


def test_a_stranger_with_the_same_string_ends_a_grace_at_once() -> None:
    tokens = [client("headlamp", leaf())]
    declared = access(mapping(group="/a/SRE"))
    world = granted(declared, realm(group("/a/SRE", uid="1"), clients=tokens))
    strange = given(realm(group("/b/SRE"), clients=tokens))
    world.settle(declared, strange)
    assert bound(world) == ()
    assert said(world, strange, declared).reason is Reason.GROUP_REPLACED


LEAF = [client("headlamp", leaf())]
TWINS = realm(group("/SRE", uid="1"), group("/b/SRE"), clients=LEAF)


@pytest.mark.parametrize(
    ("of", "stands"), [(REFUSE, ("SRE",)), (directory(revokes_collided=True), ())]
)
def test_a_collision_with_a_standing_grant_does_as_the_directory_says(
    of: Directory, stands: tuple[str, ...]
) -> None:
    world = granted(at=realm(SRE, clients=LEAF))
    now = given(TWINS, of=of)
    world.settle(access(), now)
    assert bound(world) == stands
    assert said(world, now).reason is Reason.CLAIM_COLLISION
    world.settle(access(), given(realm(SRE, clients=LEAF), of=of))
    assert bound(world) == ("SRE",)


@pytest.mark.parametrize("of", [REFUSE, directory(revokes_collided=True)])
def test_a_collision_refuses_a_new_grant(of: Directory) -> None:
    world = ModelCluster()
    world.settle(access(mapping(group="/SRE")), given(TWINS, of=of))
    assert bound(world) == ()


def test_a_pinned_leaf_that_becomes_ambiguous_stays_and_a_new_one_does_not() -> None:
    two = given(realm(SRE, group("/b/SRE")))
    world = granted()
    world.settle(access(), two)
    assert bound(world) == ("/SRE",)
    assert said(ModelCluster(), two).reason is Reason.GROUP_AMBIGUOUS


def test_what_expires_or_is_not_allowed_leaves_no_binding_behind() -> None:
    for declared, of in (
        (access(mapping(until=NOW)), REFUSE),
        (access(), directory(allowed=["view"])),
    ):
        world = granted()
        world.settle(access(), given(realm(ANEW)))
        world.settle(declared, given(realm(ANEW), of=of))
        assert world.standing == {}


def test_an_outage_revives_nothing_that_was_revoked() -> None:
    world = granted()
    world.settle(access(), given(realm(ANEW)))
    for declared in (access(), access(mapping("ops", role="view"))):
        for restarted in (False, True):
            if restarted:
                world.restart()
            world.settle(declared, given(realm(ANEW), failure=UNAVAILABLE))
            world.settle(declared, given(None, failure=UNAVAILABLE))
            assert bound(world) == ()


def test_an_outage_at_the_end_of_a_grace_revokes_nothing() -> None:
    world = granted()
    world.settle(access(), given(EMPTY))
    over = given(EMPTY, failure=UNAVAILABLE, now=LATER)
    world.settle(access(), over)
    assert bound(world) == ("/SRE",)
    assert said(world, over).reported.outcome is Outcome.HOLD


def test_a_start_that_cannot_be_read_or_lies_ahead_counts_from_now() -> None:
    for forged in ("soon", "2026-03-01T12:00:00", "2030-01-01T00:00:00Z"):
        stands = content("/SRE", group_id="1", missing_since=forged)
        world = ModelCluster(standing(binding(what=stands)))
        world.settle(access(), given(EMPTY))
        assert annotation(world, "missing-since") == "2026-03-01T12:00:00Z"
        assert bound(world) == ("/SRE",)


def test_of_two_pins_the_one_that_grants_counts() -> None:
    world = ModelCluster(
        standing(
            binding(key(), replace(content(group_id="1"), subjects=())),
            binding(key("old"), content("/SRE", group_id="2")),
        )
    )
    assert said(world, given(realm(ANEW))).outcome is Outcome.GRANT


@each(accesses(), circumstances(), worlds())
def test_whoever_is_granted_has_the_pinned_id_or_is_declared_or_followed(
    declared: Access, given: EvaluationContext, world: ModelCluster
) -> None:
    pinned = world.given(declared, given).pins
    for verdict in world.judge(declared, given):
        pin = pinned.get(verdict.mapping.group)
        if verdict.group is None or pin is None:
            continue
        accepted = {pin.group_id, verdict.mapping.group_id}
        assert verdict.group.id in accepted or verdict.replaced_id == pin.group_id
