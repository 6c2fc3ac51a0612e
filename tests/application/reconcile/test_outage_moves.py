"""In an outage nothing moves to a new role or place that Keycloak's last answers objected to."""

from dataclasses import replace

import pytest

from application.reconcile.pinned_groups import read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness
from fakes.several import ELSEWHERE, tokens
from fakes.values import Spec, failure, key, mapping, snapshot
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import Reason

SRE = mapping("sre", "SRE", "view")
COLLIDING = replace(snapshot(), groups=(Group("/SRE", "SRE", "1"), Group("/x/SRE", "SRE", "2")))
UNAVAILABLE = failure(Reason.KEYCLOAK_UNAVAILABLE, "no valid answer")
WHEN = pytest.mark.parametrize("keycloak", ["up", "away"])
RESTARTS = pytest.mark.parametrize("operator", ["goes on", "restarts"])


@WHEN
@pytest.mark.parametrize(
    ("found", "reason"), [(COLLIDING, "ClaimCollision"), (with_ids(Dev="2"), "GroupMissing")]
)
async def test_another_role_is_not_given_to_a_group_that_is_objected_to(
    sre: ReconcilerHarness, found: Snapshot, reason: str, keycloak: str
) -> None:
    sre.declare(mapping("sre", "/SRE", "view"))
    await sre.settle()
    await read(sre, found)
    assert sre.said_of("sre") == ("Held", reason)
    if keycloak == "away":
        sre.lose_keycloak()
    sre.declare(mapping("sre", "/SRE", "edit"))
    await sre.settle()
    assert whom(sre) == {}


@WHEN
async def test_a_new_namespace_is_not_given_to_a_string_that_collides(
    harness: ReconcilerHarness, keycloak: str
) -> None:
    harness.cluster.label("shop", team="a")
    harness.declare_directory()
    scope = {"selector": {"matchLabels": {"team": "a"}}}
    harness.declare(mapping("sre", "/SRE", "view", namespaces=scope))
    await read(harness, with_ids(SRE="1"))
    await read(harness, COLLIDING)
    if keycloak == "away":
        harness.lose_keycloak()
    harness.cluster.label("bank", team="a")
    await harness.settle()
    assert harness.grants == {"shop/sre:view": ("SRE",)}


@pytest.mark.parametrize("now", [{"OPS": "1"}, {"SRE": "another"}])
@pytest.mark.parametrize("edit", ["role", "spelling", "partner", "there and back"])
async def test_no_edit_lets_the_last_answer_be_forgotten(
    sre: ReconcilerHarness, now: dict[str, str], edit: str
) -> None:
    sre.declare_directory(tokens=tokens(shares=("other",)))
    sre.declare_directory("other", issuer=ELSEWHERE, tokens=tokens(shares=("default",)))
    sre.declare(SRE, suspend=True)
    await sre.settle()
    await read(sre, with_ids(**now))
    sre.lose_keycloak()
    sre.store.put_failure("other", UNAVAILABLE)
    await sre.settle()
    if edit == "there and back":
        sre.declare(SRE, suspend=True, directoryRef={"name": "other"})
        await sre.settle()
    group = "/SRE" if edit == "spelling" else "SRE"
    to = {"directoryRef": {"name": "other"}} if edit == "partner" else {}
    sre.declare(mapping("sre", group, "edit"), **to)
    await sre.settle()
    assert "SRE" not in sre.grants.get("sre:edit", ())


@RESTARTS
async def test_an_id_of_the_former_directory_says_nothing_of_another_ones(
    harness: ReconcilerHarness, operator: str
) -> None:
    harness.declare_directory(tokens=tokens(shares=("other",)))
    harness.declare_directory("other", issuer=ELSEWHERE, tokens=tokens(shares=("default",)))
    harness.declare(mapping("sre", "SRE", "view", groupId="1"))
    await read(harness, with_ids(SRE="1"))
    if operator == "restarts":
        harness.restart()
        harness.watch()
    harness.store.put_failure("other", UNAVAILABLE)
    harness.declare(mapping("sre", "SRE", "edit", groupId="1"), directoryRef={"name": "other"})
    await harness.settle()
    assert "sre:edit" not in harness.grants


@RESTARTS
@pytest.mark.parametrize("before", [{}, {"groupId": "1"}])
async def test_another_role_is_given_to_the_group_of_the_declared_id(
    harness: ReconcilerHarness, operator: str, before: dict[str, str]
) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view", **before))
    await read(harness, with_ids(SRE="1"))
    if operator == "restarts":
        harness.restart()
        harness.watch()
    harness.lose_keycloak()
    harness.declare(mapping("sre", "SRE", "edit", groupId="1"))
    await harness.settle()
    assert harness.grants == {"sre:edit": ("SRE",)}


@WHEN
@pytest.mark.parametrize("drift", ["deleted", "emptied"])
async def test_what_was_bound_for_another_id_than_declared_is_not_bound_again(
    sre: ReconcilerHarness, keycloak: str, drift: str
) -> None:
    await read(sre, with_ids(SRE="1", Ops="2"))
    if keycloak == "away":
        sre.lose_keycloak()
    sre.declare(mapping("sre", "SRE", "view", groupId="2"))
    await sre.settle()
    if drift == "deleted":
        sre.cluster.remove(key())
    else:
        sre.cluster.edit(key(), subjects=())
    await sre.settle()
    assert whom(sre) == {}


@pytest.mark.parametrize("change", ["another role", "drift"])
async def test_an_answer_about_another_id_takes_nothing_from_a_group(
    sre: ReconcilerHarness, change: str
) -> None:
    wrong = mapping("ops", "SRE", "edit", groupId="2")
    sre.declare(SRE, wrong)
    await read(sre, with_ids(SRE="1", Ops="2"))
    sre.lose_keycloak()
    await _change(sre, change, "sre", {**SRE, "clusterRole": "edit"}, wrong)
    assert whom(sre) == {"sre": ("SRE",)}


@pytest.mark.parametrize("change", ["another role", "drift"])
async def test_two_groups_of_one_name_keep_the_answers_about_their_ids(
    harness: ReconcilerHarness, change: str
) -> None:
    a, b = (mapping(name, "SRE", "view", groupId=name) for name in ("a", "b"))
    groups = tuple(Group(f"/{each}/SRE", "SRE", each) for each in ("a", "b"))
    harness.declare_directory()
    harness.declare(a, b)
    await read(harness, replace(snapshot(full_path=True), groups=groups))
    harness.lose_keycloak()
    await _change(harness, change, "a", {**a, "clusterRole": "edit"}, b)
    assert whom(harness) == {"a": ("/a/SRE",), "b": ("/b/SRE",)}


async def test_an_answer_about_an_id_that_is_not_declared_any_more_does_not_count(
    sre: ReconcilerHarness,
) -> None:
    sre.declare({**SRE, "groupId": "2"}, suspend=True)
    await read(sre, with_ids(SRE="3", Ops="2"))
    assert whom(sre) == {"sre": ("SRE",)}
    sre.lose_keycloak()
    sre.declare({**SRE, "group": "/SRE", "clusterRole": "edit"})
    await sre.settle()
    assert whom(sre) == {}


async def _change(
    harness: ReconcilerHarness, change: str, name: str, edited: Spec, other: Spec
) -> None:
    """Edit the role of a mapping, or delete its binding."""
    if change == "drift":
        harness.cluster.remove(key(name=name))
    else:
        harness.declare(edited, other)
    await harness.settle()
