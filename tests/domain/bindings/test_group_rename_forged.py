"""What others write into the list of former subjects, and writes that fail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    content,
)
from domain.model_cluster import ModelCluster
from domain.renamed_group import (
    END,
    HOLDS,
    MINUTE,
    RESTARTED,
    Hold,
    bound,
    called,
    ends,
    granted,
    held,
    settle,
)
from groupaccess.domain.identity.former_subjects import former_subjects


def forged(cluster: ModelCluster, *subjects: str, until: str) -> None:
    """Let somebody write a binding's subjects, and list the last of them as former."""
    where, one = cluster.bindings.popitem()
    text = f'{{"{subjects[-1]}": {{"until": "{until}"}}}}'
    listed = {**one.content.own_annotations, "former-subjects": text}
    annotations = tuple(sorted((f"groupaccess.io/{n}", text) for n, text in listed.items()))
    names = content(*subjects).subjects
    what = replace(one.content, subjects=names, annotations=annotations)
    cluster.bindings[where] = replace(one, content=what)


@RESTARTED
def test_what_is_listed_and_was_not_bound_is_not_bound_again(*, restarted: bool) -> None:
    cluster = granted()
    forged(cluster, "SRE", "evil", until="2026-03-01T12:05:00Z")
    (where,) = cluster.bindings
    one = cluster.bindings[where]
    cluster.bindings[where] = replace(
        one, content=replace(one.content, subjects=content("SRE").subjects)
    )
    if restarted:
        cluster.restart()
    settle(cluster, called("/SRE"))
    assert bound(cluster) == {"SRE"}


def test_what_somebody_lists_and_binds_beside_the_operator_is_repaired() -> None:
    cluster = granted()
    forged(cluster, "SRE", "evil", until="2026-03-01T12:05:00Z")
    settle(cluster, called("/SRE"))
    assert bound(cluster) == {"SRE"}


@pytest.mark.parametrize("hold", [None, *HOLDS.values()])
def test_an_end_far_away_is_an_hour_from_now_at_most(hold: Hold | None) -> None:
    cluster = granted()
    forged(cluster, "SRE", "kept", until="2036-03-01T12:00:00Z")
    cluster.restart()
    at = held(called("/SRE"), hold, NOW) if hold else called("/SRE")
    settle(cluster, at)
    assert ends(cluster) == {"kept": NOW + timedelta(hours=1)}
    settle(cluster, replace(at, now=NOW + timedelta(hours=1)))
    assert bound(cluster) == {"SRE"}


def test_while_a_write_fails_the_end_stays_where_it_was() -> None:
    cluster = granted()
    first = cluster.desired_state(access(), called("/OPS"))
    cluster.pending = first.contents
    later = cluster.desired_state(access(), called("/OPS", now=NOW + 2 * MINUTE))
    assert later.contents == first.contents
    down = held(called("/OPS"), HOLDS["outage"], NOW + 2 * MINUTE)
    (kept,) = cluster.desired_state(access(), down).bindings
    assert {n: one.until for n, one in former_subjects(kept.content).items()} == {"SRE": END}
    (ended,) = cluster.desired_state(access(), replace(down, now=END)).bindings
    assert ended.content.groups == ()
