"""A group is what its id says: followed, missed, replaced, accepted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    client,
    group,
    key,
    make_context,
    mapping,
    realm,
)
from domain.model_cluster import evaluate_all
from domain.pinned_group import (
    ANEW,
    EMPTY,
    LATER,
    RESTARTED,
    SRE,
    annotation,
    bound,
    granted,
    said,
)
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome


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
    assert "declared as SRE, now /SRE2" in said(cluster, moved).message
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
