"""What a pin means beside collisions, expiry and outages."""

from dataclasses import replace

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
)
from domain.model_cluster import ModelCluster
from domain.pinned_group import (
    ANEW,
    EMPTY,
    LATER,
    REFUSE,
    SRE,
    annotation,
    bound,
    granted,
    said,
)
from domain.strategies import accesses, clusters, contexts
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome

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


RESERVED = realm(group("/system:sre", uid="1"), clients=LEAF)


def test_a_group_renamed_to_a_reserved_name_keeps_its_pin_and_no_other_group_gets_its_access() -> (
    None
):
    cluster, reserved = granted(at=realm(SRE, clients=LEAF)), make_context(RESERVED)
    for seen in (reserved, make_context(realm(*RESERVED.groups, ANEW, clients=LEAF))):
        cluster.settle(access(), seen)
        assert bound(cluster) == ()
        assert annotation(cluster, "group-id") == "1"
        assert said(cluster, seen).reason is Reason.INVALID_SUBJECT
        assert cluster.step(access(), seen).empty
    cluster.settle(access(), make_context(realm(SRE, clients=LEAF)))
    assert bound(cluster) == ("SRE",)


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
