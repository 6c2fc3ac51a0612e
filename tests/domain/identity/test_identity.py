"""A group is what its id says: followed, missed, replaced, accepted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    binding,
    by_key,
    client,
    content,
    directory,
    group,
    key,
    leaf,
    make_context,
    mapping,
    realm,
    scope,
    there,
)
from domain.model_cluster import ModelCluster, evaluate_all
from domain.strategies import accesses, clusters, contexts
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
    cluster = ModelCluster()
    cluster.settle(
        declared or access(), make_context(at or realm(SRE), namespaces=there("shop", "bank"))
    )
    assert bound(cluster) != ()
    return cluster


def bound(cluster: ModelCluster) -> tuple[str, ...]:
    return tuple(text for one in cluster.bindings.values() for text in one.content.groups)


def said(
    cluster: ModelCluster, context: EvaluationContext, declared: Access | None = None
) -> Verdict:
    (verdict,) = cluster.evaluate(declared or access(), context)
    return verdict


def annotation(cluster: ModelCluster, name: str) -> str | None:
    (one,) = cluster.bindings.values()
    return one.content.annotation(name)


RESTARTED = pytest.mark.parametrize("restarted", [False, True], ids=["goes on", "restarted"])


@RESTARTED
@pytest.mark.parametrize("path", ["/SRE2", "/platform/SRE", "/a/b/c"])
def test_renamed_or_moved_group_is_followed_in_one_write(path: str, *, restarted: bool) -> None:
    cluster, moved = granted(), make_context(realm(group(path, uid="1")))
    if restarted:
        cluster.restart()
    todo = cluster.step(access(), moved)
    assert (len(todo.applies), len(todo.deletes)) == (1, 0)
    assert set(bound(cluster)) == {path, "/SRE"}
    assert annotation(cluster, "group") == "SRE"
    assert annotation(cluster, "group-path") == path
    assert said(cluster, moved).outcome is Outcome.GRANT


def test_a_followed_name_is_told() -> None:
    cluster, moved = granted(), make_context(realm(group("/SRE2", uid="1")))
    cluster.settle(access(), moved)
    assert "declared SRE, now /SRE2" in said(cluster, moved).message
    assert "declared" not in said(cluster, make_context(realm(SRE))).message


def test_the_pinned_group_wins_over_another_that_takes_its_name() -> None:
    cluster = granted()
    both = make_context(realm(group("/old", uid="1"), ANEW))
    cluster.settle(access(), both)
    assert bound(cluster) == ("/old",)


def test_a_mapping_that_is_renamed_keeps_the_pin() -> None:
    cluster, renamed = granted(), access(mapping("ops"))
    moved = make_context(realm(group("/SRE2", uid="1")))
    cluster.settle(renamed, moved)
    assert bound(cluster) == ("/SRE", "/SRE2")
    assert set(cluster.bindings) == {key("ops")}


def test_a_mapping_that_declares_another_group_drops_the_pin() -> None:
    cluster, other = granted(), access(mapping(group="/SRE"))
    assert said(cluster, make_context(realm(ANEW)), other).outcome is Outcome.GRANT
    cluster.settle(other, make_context(realm(ANEW)))
    assert annotation(cluster, "group-id") == "2"


@RESTARTED
def test_a_missing_group_has_a_grace_and_then_goes(*, restarted: bool) -> None:
    cluster = granted()
    for minutes in (0, 3, 9):
        gone = make_context(EMPTY, now=NOW + timedelta(minutes=minutes, milliseconds=300))
        cluster.settle(access(), gone)
        verdict = said(cluster, gone)
        assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.GROUP_MISSING)
        assert verdict.grace_ends == LATER
        assert "2026-03-01T12:10:00Z" in verdict.message
        assert bound(cluster) == ("/SRE",)
        assert annotation(cluster, "missing-since") == "2026-03-01T12:00:00Z"
        if restarted:
            cluster.restart()
    over = make_context(EMPTY, now=LATER)
    cluster.settle(access(), over)
    assert bound(cluster) == ()
    verdict = said(cluster, over)
    assert (verdict.outcome, verdict.reason) == (Outcome.REVOKE, Reason.GROUP_MISSING)
    assert verdict.grace_ends is None


@RESTARTED
def test_a_group_that_comes_back_in_its_grace_is_as_before(*, restarted: bool) -> None:
    cluster = granted()
    before = dict(cluster.applied)
    cluster.settle(access(), make_context(EMPTY))
    if restarted:
        cluster.restart()
    cluster.settle(access(), make_context(realm(SRE), now=NOW + timedelta(minutes=5)))
    assert cluster.applied == before
    assert annotation(cluster, "missing-since") is None


def test_a_group_that_comes_back_with_another_objection_has_a_new_grace_later() -> None:
    cluster = granted()
    cluster.settle(access(), make_context(EMPTY))
    cluster.restart()
    cluster.settle(access(), make_context(realm(SRE, clients=[client("headlamp")])))
    assert bound(cluster) == ("/SRE",)
    assert annotation(cluster, "missing-since") is None


def test_a_group_that_comes_back_after_its_grace_is_granted_again() -> None:
    cluster = granted()
    cluster.settle(access(), make_context(EMPTY))
    cluster.settle(access(), make_context(EMPTY, now=LATER))
    cluster.restart()
    cluster.settle(access(), make_context(realm(SRE), now=LATER))
    assert bound(cluster) == ("/SRE",)


def test_an_absence_that_is_not_confirmed_holds() -> None:
    cluster = granted()
    unconfirmed = replace(
        cluster.with_pins(access(), make_context(EMPTY)),
        reading=replace(make_context(EMPTY).reading, confirmed_absent={}),
    )
    (verdict,) = evaluate_all(access(), unconfirmed)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)


@RESTARTED
@pytest.mark.parametrize("declared", ["SRE", "/SRE"])
def test_a_group_made_anew_is_refused_at_once_and_stays_so(
    declared: str, *, restarted: bool
) -> None:
    one = access(mapping(group=declared))
    cluster = granted(one)
    for _ in range(3):
        cluster.step(one, make_context(realm(ANEW)))
        assert bound(cluster) == ()
        verdict = said(cluster, make_context(realm(ANEW)), one)
        assert (verdict.outcome, verdict.reason) == (Outcome.REVOKE, Reason.GROUP_REPLACED)
        assert "id 1" in verdict.message
        assert "2" in verdict.message
        if restarted:
            cluster.restart()
        assert cluster.step(one, make_context(realm(ANEW))).empty


def test_a_group_made_anew_after_its_grace_is_no_first_grant() -> None:
    cluster = granted()
    cluster.settle(access(), make_context(EMPTY))
    cluster.settle(access(), make_context(EMPTY, now=LATER))
    cluster.restart()
    cluster.settle(access(), make_context(realm(ANEW), now=LATER))
    assert bound(cluster) == ()


def test_another_role_or_name_or_scope_makes_no_first_grant_of_a_replaced_group() -> None:
    cluster, now = granted(), make_context(realm(ANEW), namespaces=there("shop", "bank"))
    for edited in (
        access(mapping(role="view")),
        access(mapping("ops", role="admin")),
        access(mapping("ops", within=scope("shop"))),
        access(mapping("x", within=scope("bank"))),
        access(mapping("x", role="gone")),
        access(mapping("sre")),
    ):
        cluster.settle(edited, now)
        cluster.restart()
        assert bound(cluster) == ()
        assert said(cluster, now, edited).reason is Reason.GROUP_REPLACED


def test_a_role_that_is_edited_in_the_grace_keeps_the_pin_and_its_start() -> None:
    cluster, edited = granted(), access(mapping(role="view"))
    cluster.settle(access(), make_context(EMPTY))
    cluster.settle(edited, make_context(EMPTY, now=NOW + timedelta(minutes=5)))
    assert bound(cluster) == ()
    assert annotation(cluster, "missing-since") == "2026-03-01T12:00:00Z"
    cluster.settle(edited, make_context(realm(ANEW)))
    assert bound(cluster) == ()
    cluster.settle(edited, make_context(realm(SRE)))
    assert set(cluster.bindings) == {key(role="view")}
    assert bound(cluster) == ("/SRE",)


def test_the_new_id_is_accepted_by_group_id_and_needs_it_no_more() -> None:
    cluster, now = granted(), make_context(realm(ANEW))
    cluster.settle(access(), now)
    cluster.restart()
    cluster.settle(access(mapping(group_id="2")), now)
    assert bound(cluster) == ("/SRE",)
    assert annotation(cluster, "group-id") == "2"
    cluster.restart()
    cluster.settle(access(), now)
    assert bound(cluster) == ("/SRE",)


def test_group_id_must_bear_the_name_at_first_and_is_followed_later() -> None:
    declared, cluster = access(mapping(group_id="1")), ModelCluster()
    other = make_context(realm(group("/other", uid="1"), ANEW))
    assert said(cluster, other, declared).reason is Reason.GROUP_REPLACED
    assert "/other" in said(cluster, other, declared).message
    cluster.settle(declared, make_context(realm(SRE)))
    cluster.settle(declared, other)
    assert bound(cluster) == ("/other",)


@pytest.mark.parametrize(
    ("known", "reason"),
    [((ANEW,), Reason.GROUP_REPLACED), (("/x",), Reason.GROUP_NOT_FOUND)],
    ids=["another bears the name", "nobody does"],
)
def test_group_id_that_is_not_there_grants_nothing(known: tuple[str, ...], reason: Reason) -> None:
    verdict = said(ModelCluster(), make_context(realm(*known)), access(mapping(group_id="1")))
    assert verdict.outcome is not Outcome.GRANT
    assert verdict.reason is reason


def test_group_id_picks_one_of_several_of_a_name() -> None:
    cluster, declared = ModelCluster(), access(mapping(group_id="1"))
    cluster.settle(declared, make_context(realm(group("/a/SRE", uid="1"), group("/b/SRE"))))
    assert bound(cluster) == ("/a/SRE",)


def test_warn_follows_a_group_made_anew_and_goes_on_saying_so() -> None:
    cluster, now = granted(), make_context(realm(ANEW), of=WARN)
    assert "its id was 1, now 2" in said(cluster, now).message
    cluster.settle(access(), now)
    assert bound(cluster) == ("/SRE",)
    cluster.restart()
    assert cluster.step(access(), now).empty
    assert "its id was 1, now 2" in said(cluster, now).message
    cluster.settle(access(mapping(group_id="2")), now)
    assert annotation(cluster, "replaced-id") is None


def test_warn_follows_no_other_id_than_the_declared_one() -> None:
    declared = access(mapping(group_id="1"))
    cluster, now = granted(declared), make_context(realm(ANEW), of=WARN)
    verdict = said(cluster, now, declared)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, Reason.GROUP_MISSING)
    cluster.settle(declared, now)
    later = replace(now, now=now.now + WARN.grace)
    assert said(cluster, later, declared).outcome is Outcome.REVOKE


def test_a_path_that_was_followed_is_not_handed_on_either() -> None:
    cluster = granted()
    cluster.settle(access(), make_context(realm(group("/a/SRE2", uid="1"))))
    cluster.settle(access(), make_context(realm(group("/a/SRE2", uid="3"))))
    assert bound(cluster) == ()


def test_a_stranger_with_the_same_string_ends_a_grace_at_once() -> None:
    tokens = [client("headlamp", leaf())]
    declared = access(mapping(group="/a/SRE"))
    cluster = granted(declared, realm(group("/a/SRE", uid="1"), clients=tokens))
    strange = make_context(realm(group("/b/SRE"), clients=tokens))
    cluster.settle(declared, strange)
    assert bound(cluster) == ()
    assert said(cluster, strange, declared).reason is Reason.GROUP_REPLACED


LEAF = [client("headlamp", leaf())]
TWINS = realm(group("/SRE", uid="1"), group("/b/SRE"), clients=LEAF)


@pytest.mark.parametrize(
    ("of", "existing"), [(REFUSE, ("SRE",)), (directory(revokes_collided=True), ())]
)
def test_a_collision_with_an_existing_grant_does_as_the_directory_says(
    of: Directory, existing: tuple[str, ...]
) -> None:
    cluster = granted(at=realm(SRE, clients=LEAF))
    now = make_context(TWINS, of=of)
    cluster.settle(access(), now)
    assert bound(cluster) == existing
    assert said(cluster, now).reason is Reason.CLAIM_COLLISION
    cluster.settle(access(), make_context(realm(SRE, clients=LEAF), of=of))
    assert bound(cluster) == ("SRE",)


@pytest.mark.parametrize("of", [REFUSE, directory(revokes_collided=True)])
def test_a_collision_refuses_a_new_grant(of: Directory) -> None:
    cluster = ModelCluster()
    cluster.settle(access(mapping(group="/SRE")), make_context(TWINS, of=of))
    assert bound(cluster) == ()


def test_a_pinned_leaf_that_becomes_ambiguous_stays_and_a_new_one_does_not() -> None:
    two = make_context(realm(SRE, group("/b/SRE")))
    cluster = granted()
    cluster.settle(access(), two)
    assert bound(cluster) == ("/SRE",)
    assert said(ModelCluster(), two).reason is Reason.GROUP_AMBIGUOUS


def test_what_expires_or_is_not_allowed_leaves_no_binding_behind() -> None:
    for declared, of in (
        (access(mapping(until=NOW)), REFUSE),
        (access(), directory(allowed=["view"])),
    ):
        cluster = granted()
        cluster.settle(access(), make_context(realm(ANEW)))
        cluster.settle(declared, make_context(realm(ANEW), of=of))
        assert cluster.bindings == {}


def test_an_outage_revives_nothing_that_was_revoked() -> None:
    cluster = granted()
    cluster.settle(access(), make_context(realm(ANEW)))
    for declared in (access(), access(mapping("ops", role="view"))):
        for restarted in (False, True):
            if restarted:
                cluster.restart()
            cluster.settle(declared, make_context(realm(ANEW), failure=UNAVAILABLE))
            cluster.settle(declared, make_context(None, failure=UNAVAILABLE))
            assert bound(cluster) == ()


def test_an_outage_at_the_end_of_a_grace_revokes_nothing() -> None:
    cluster = granted()
    cluster.settle(access(), make_context(EMPTY))
    over = make_context(EMPTY, failure=UNAVAILABLE, now=LATER)
    cluster.settle(access(), over)
    assert bound(cluster) == ("/SRE",)
    assert said(cluster, over).reported.outcome is Outcome.HOLD


def test_a_start_that_cannot_be_read_or_lies_ahead_counts_from_now() -> None:
    for forged in ("soon", "2026-03-01T12:00:00", "2030-01-01T00:00:00Z"):
        existing = content("/SRE", group_id="1", missing_since=forged)
        cluster = ModelCluster(by_key(binding(what=existing)))
        cluster.settle(access(), make_context(EMPTY))
        assert annotation(cluster, "missing-since") == "2026-03-01T12:00:00Z"
        assert bound(cluster) == ("/SRE",)


def test_of_two_pins_the_one_that_grants_counts() -> None:
    cluster = ModelCluster(
        by_key(
            binding(key(), replace(content(group_id="1"), subjects=())),
            binding(key("old"), content("/SRE", group_id="2")),
        )
    )
    assert said(cluster, make_context(realm(ANEW))).outcome is Outcome.GRANT


@given(accesses(), contexts(), clusters())
def test_whoever_is_granted_has_the_pinned_id_or_is_declared_or_followed(
    declared: Access, context: EvaluationContext, cluster: ModelCluster
) -> None:
    pinned = cluster.with_pins(declared, context).pins
    for verdict in cluster.evaluate(declared, context):
        pin = pinned.get(verdict.mapping.group)
        if verdict.group is None or pin is None:
            continue
        accepted = {pin.group_id, verdict.mapping.group_id}
        assert verdict.group.id in accepted or verdict.replaced_id == pin.group_id
