"""Directories side by side: what one knows touches those who share strings with it, and no more."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from fakes.side_by_side import ELSEWHERE, FORMER, LOST, judge, other, prefixed, two_directories
from fakes.values import (
    access,
    binding,
    directory,
    directory_spec,
    key,
    mapping,
    snapshot,
)
from fakes.world import World
from groupaccess.application.store import Store
from groupaccess.domain.directory import Reading, Snapshot
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict import Outcome


@pytest.fixture
def store() -> Store:
    return two_directories()


def test_a_directory_that_was_never_read_says_nothing(store: Store) -> None:
    assert judge(store).outcome is Outcome.GRANT


@pytest.mark.parametrize(
    ("paths", "touched"),
    [
        (("/x/SRE",), {"platform"}),
        (("/apps/Dev",), {"shop"}),
        (("/Ops", "/sre"), set[str]()),
        (("/Dev", "/SRE"), {"platform", "shop"}),
    ],
)
def test_the_first_reading_of_another_directory_touches_those_who_share_its_strings(
    store: Store, paths: tuple[str, ...], touched: set[str]
) -> None:
    assert store.put_reading("other", Reading(snapshot(*paths))) == touched
    for name in ("platform", "shop"):
        collides = name in touched
        assert (judge(store, name).reason is Reason.CLAIM_COLLISION) is collides


@pytest.mark.parametrize(
    ("after", "touched"),
    [
        (snapshot("/Ops"), set[str]()),
        (snapshot("/Ops", "/New"), set[str]()),
        (snapshot("/Ops", "/x/SRE"), {"platform"}),
        (snapshot("/Ops", "/x/Dev"), {"shop"}),
        (snapshot("/Ops", identity="anew"), set[str]()),
        (snapshot("/Ops", "/SRE", identity="anew"), {"platform"}),
    ],
)
def test_a_later_reading_touches_those_whose_strings_changed_there(
    store: Store, after: Snapshot, touched: set[str]
) -> None:
    store.put_reading("other", Reading(snapshot("/Ops")))
    assert store.put_reading("other", Reading(after)) == touched
    back = store.put_reading("other", Reading(snapshot("/Ops")))
    assert back == touched


def test_a_failure_of_another_directory_touches_nobody_and_changes_nothing(store: Store) -> None:
    store.put_reading("other", Reading(snapshot("/SRE")))
    assert store.put_reading("other", Reading(failure=LOST)) == set()
    assert judge(store).reason is Reason.CLAIM_COLLISION


def test_a_frozen_directory_still_counts(store: Store) -> None:
    store.put_binding(
        binding(key("theirs"), **{"directory": "other", "directory-id": "old", "group-id": "1"})
    )
    store.put_reading("other", Reading(snapshot("/SRE")))
    assert store.frozen("other") is not None
    assert judge(store).reason is Reason.CLAIM_COLLISION


@pytest.mark.parametrize("more", [{"issuer": f"{ELSEWHERE}2"}, prefixed("kc:")])
def test_a_directory_that_carries_otherwise_touches_those_who_shared(
    store: Store, more: dict[str, Any]
) -> None:
    store.put_reading("other", Reading(snapshot("/SRE")))
    assert store.put_directory(other(version="2", **more)) == {"platform"}
    assert judge(store).outcome is Outcome.GRANT


def test_a_directory_that_goes_touches_those_who_shared(store: Store) -> None:
    store.put_reading("other", Reading(snapshot("/SRE")))
    assert store.put_directory(other(version="2", onReplaced="Warn")) == set()
    assert store.drop_directory("other") == {"platform"}
    assert judge(store).outcome is Outcome.GRANT


def test_a_pinned_group_shares_its_former_string_and_that_of_its_new_name(store: Store) -> None:
    store.put_binding(FORMER)
    store.put_reading("default", Reading(snapshot("/Old")))
    store.put_reading("other", Reading(snapshot("/x")))
    for name in ("SRE", "Old", "Former"):
        assert store.put_reading("other", Reading(snapshot(f"/x/{name}"))) == {"platform"}
        store.put_reading("other", Reading(snapshot("/x")))


NAMES = st.sets(st.sampled_from(["/SRE", "/x/SRE", "/Ops", "/Dev", "/apps/Dev", "/x/apps/Dev"]))


@each(NAMES, NAMES, st.sampled_from(["", "kc:"]), st.sampled_from(["sub", "anew"]))
def test_whoever_is_not_touched_gets_the_same_verdict(
    before: Iterable[str], after: Iterable[str], prefix: str, identity: str
) -> None:
    made = Store()
    made.put_directory(directory())
    made.put_directory(other(**prefixed(prefix)))
    for name, group in (("a", "SRE"), ("b", "/apps/Dev"), ("c", "Ops")):
        made.put_access(access(name, mapping(group=group)))
    made.put_cluster_role("view")
    made.put_reading("default", Reading(snapshot("/SRE", "/apps/Dev", "/x/Ops")))
    made.put_reading("other", Reading(snapshot(*before)))
    said = {name: judge(made, name) for name in made.accesses}
    found = snapshot(*after, identity=identity, full_path=identity != "sub")
    touched = made.put_reading("other", Reading(found))
    same = made.accesses.keys() - touched
    assert {name: judge(made, name) for name in same} == {name: said[name] for name in same}


async def test_a_collision_holds_a_new_grant_and_keeps_what_stands_unless_told(
    granted: World,
) -> None:
    spec = directory_spec(issuer=ELSEWHERE)
    granted.cluster.objects.apply("KeycloakDirectory", "other", spec)
    granted.watch()
    assert granted.store.put_reading("other", Reading(snapshot("/x/SRE"))) == {"platform"}
    granted.declare(mapping("sre", "SRE", "view"), mapping("new", "SRE", "edit"))
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "ClaimCollision")
    assert 'directory "other" carry "SRE" for /x/SRE, too' in granted.mapping()["message"]
    assert granted.condition("Verified") == ("False", "ClaimCollision")
    granted.declare_directory(onCollision="Revoke")
    await granted.settle()
    assert not any(granted.grants.values())
    assert granted.store.put_reading("other", Reading(snapshot("/x"))) == {"platform"}
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",), "new:edit": ("SRE",)}
