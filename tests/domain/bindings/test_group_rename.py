"""A rename locks out nobody: tokens from before are good until they end, and no longer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    client,
    content,
    directory,
    leaf,
    mapper,
    mapping,
)
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
    only,
    settle,
)
from groupaccess.domain.directory.client import (
    ClaimMapper,
)

CHANGES = {
    "rename": ((leaf(),), "", (leaf(),), "", "/OPS", {"SRE"}),
    "move": ((mapper(),), "", (mapper(),), "", "/new/SRE", {"/SRE"}),
    "full path on": ((leaf(),), "", (mapper(),), "", "/SRE", {"SRE"}),
    "full path off": ((mapper(),), "", (leaf(),), "", "/SRE", {"/SRE"}),
    "prefix": ((leaf(),), "", (leaf(),), "oidc:", "/SRE", {"SRE"}),
    "prefix taken away": ((leaf(),), "oidc:", (leaf(),), "", "/SRE", {"oidc:SRE"}),
    "all at once": ((leaf(),), "a:", (mapper(),), "b:", "/x/OPS", {"a:SRE"}),
}


Change = tuple[tuple[ClaimMapper, ...], str, tuple[ClaimMapper, ...], str, str, set[str]]


@RESTARTED
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_new_subject_is_bound_and_the_former_one_stays_to_its_end(
    change: Change, *, restarted: bool
) -> None:
    mappers, prefix, after, later_prefix, path, former = change
    was = called("/SRE", of=directory(prefix=prefix), clients=[client("headlamp", *mappers)])
    cluster = granted(at=was)
    assert bound(cluster) == former
    if restarted:
        cluster.restart()
    now = called(path, of=directory(prefix=later_prefix), clients=[client("headlamp", *after)])
    settle(cluster, now)
    (new,) = bound(cluster) - former
    assert ends(cluster) == dict.fromkeys(former, END)
    if restarted:
        cluster.restart()
    settle(cluster, replace(now, now=END - timedelta(seconds=1)))
    assert bound(cluster) == {*former, new}
    settle(cluster, replace(now, now=END))
    assert bound(cluster) == {new}
    assert only(cluster).annotation("former-subjects") is None


@RESTARTED
@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_its_end_acts_while_nothing_else_does(hold: Hold, *, restarted: bool) -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    if restarted:
        cluster.restart()
    settle(cluster, held(renamed, hold, END - timedelta(seconds=1)))
    assert bound(cluster) == {"SRE", "OPS"}
    cluster.step(access(), held(renamed, hold, END))
    assert bound(cluster) == {"OPS"}
    assert cluster.step(access(), held(renamed, hold, END)).empty


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_what_others_did_to_it_meanwhile_is_not_bound_by_its_end(hold: Hold) -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    cluster.restart()
    where, one = cluster.bindings.popitem()
    drifted = replace(
        one.content, subjects=(*content("SRE", "OPS", "evil", "system:OPS").subjects,)
    )
    cluster.bindings[where] = replace(one, content=drifted)
    cluster.step(access(), held(renamed, hold, END))
    assert bound(cluster) == {"OPS"}


@pytest.mark.parametrize("remembered", [True, False])
def test_its_end_gives_back_nothing_that_was_taken_away_while_suspended(
    *, remembered: bool
) -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    if not remembered:
        cluster.restart()
    where, one = cluster.bindings.popitem()
    left = replace(one.content, subjects=content("SRE").subjects)
    cluster.bindings[where] = replace(one, content=left)
    suspended = held(renamed, HOLDS["suspended"], END)
    settle(cluster, suspended)
    assert bound(cluster) == set()


def test_drift_is_repaired_with_it_only_until_its_end() -> None:
    cluster, renamed = granted(), called("/OPS")
    settle(cluster, renamed)
    down = held(renamed, HOLDS["outage"], NOW + MINUTE)
    cluster.bindings.clear()
    settle(cluster, down)
    assert bound(cluster) == {"SRE", "OPS"}
    assert ends(cluster) == {"SRE": END}
    cluster.bindings.clear()
    settle(cluster, replace(down, now=END))
    assert bound(cluster) == {"OPS"}


@RESTARTED
def test_a_b_c_a_keeps_each_to_its_own_end_and_lists_no_current_one(*, restarted: bool) -> None:
    cluster = granted(at=called("/a"), declared=access(mapping(group="a")))
    one = access(mapping(group="a"))
    for minute, name in enumerate(("b", "c", "a"), start=1):
        if restarted:
            cluster.restart()
        settle(cluster, called(f"/{name}", now=NOW + minute * MINUTE), one)
    assert bound(cluster) == {"a", "b", "c"}
    assert ends(cluster) == {"b": NOW + 7 * MINUTE, "c": NOW + 8 * MINUTE}
    settle(cluster, called("/a", now=NOW + 7 * MINUTE), one)
    assert bound(cluster) == {"a", "c"}


def test_more_than_four_are_not_kept_and_the_oldest_go_first() -> None:
    cluster = granted()
    for second in range(1, 7):
        settle(cluster, called(f"/g{second}", now=NOW + timedelta(seconds=second)))
    assert bound(cluster) == {"g2", "g3", "g4", "g5", "g6"}
