"""A group that was deleted and made anew gets nothing until its id is accepted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    client,
    group,
    key,
    leaf,
    make_context,
    mapping,
    realm,
    scope,
    there,
)
from domain.model_cluster import ModelCluster
from domain.pinned_group import (
    ANEW,
    EMPTY,
    LATER,
    RESTARTED,
    SRE,
    WARN,
    annotation,
    bound,
    granted,
    said,
)
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import Outcome


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
