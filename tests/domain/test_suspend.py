"""While an object is suspended, nothing new is granted and nothing is repaired."""

from dataclasses import replace

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    binding,
    content,
    directory,
    given,
    key,
    mapping,
    realm,
    scope,
    standing,
    team,
    there,
)
from domain.saying import say
from domain.world import World
from groupaccess.domain.bindings import Binding
from groupaccess.domain.directory import Failure
from groupaccess.domain.ladder import verdict
from groupaccess.domain.mapping_status import State
from groupaccess.domain.model import Mapping
from groupaccess.domain.reasons import ADVICE, Reason
from groupaccess.domain.verdict import Outcome

SUSPENDED = given(realm(), suspend=True)
DRIFT = Failure(Reason.SUSPENDED, "suspended: it differs.")
DRIFTED = binding(what=content("/evil"))


def test_suspended_says_so_and_what_to_do() -> None:
    said = verdict(mapping(), SUSPENDED)
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.SUSPENDED)
    assert said.message == (f"suspended: what stands is left as it is. {ADVICE[Reason.SUSPENDED]}")
    assert said.suspended
    assert not said.unread


@pytest.mark.parametrize("remembered", [True, False])
def test_nothing_new_is_granted_and_nothing_that_was_deleted_comes_back(
    *, remembered: bool
) -> None:
    proven = {key(): content()} if remembered else {}
    world = World({}, dict(proven))
    assert world.step(access(), SUSPENDED).empty
    assert world.proven == proven


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("stands", [binding(), DRIFTED], ids=["as declared", "drifted"])
def test_what_stands_is_left_as_it_is(stands: Binding, *, remembered: bool) -> None:
    world = World(standing(stands), {key(): content()} if remembered else {})
    assert world.step(access(), SUSPENDED).empty
    assert world.proven == ({key(): content()} if remembered else {})


def test_what_was_proven_is_still_known_when_it_goes_on_while_keycloak_is_silent() -> None:
    world = World(standing(DRIFTED), {key(): content()})
    world.settle(access(), SUSPENDED)
    world.settle(access(), given(realm(), failure=UNAVAILABLE))
    assert world.standing[key()].content == content()


def test_nothing_is_carried_to_another_role() -> None:
    world = World(standing(binding()), {key(): content()})
    silent = replace(SUSPENDED, reading=given(realm(), failure=UNAVAILABLE).reading)
    world.settle(access(mapping(role="view")), silent)
    assert world.standing == {}


def test_removal_still_acts() -> None:
    world = World(standing(binding(key("a")), binding(key("b"))))
    world.settle(access(mapping("b")), SUSPENDED)
    assert list(world.standing) == [key("b")]


def test_another_group_ends_the_grant_of_the_one_before() -> None:
    world = World(standing(binding()))
    world.settle(access(mapping(group="Dev")), SUSPENDED)
    assert world.standing == {}


def test_a_namespace_that_leaves_the_scope_loses_its_binding_and_a_new_one_gets_none() -> None:
    world = World(standing(binding(key(namespace="shop")), binding(key(namespace="bank"))))
    now = replace(SUSPENDED, namespaces=there(shop="x", bank="other", new="x"))
    world.settle(access(mapping(within=scope(of=[team("x")]))), now)
    assert list(world.standing) == [key(namespace="shop")]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (mapping(until=NOW), Reason.EXPIRED),
        (mapping(role="admin"), Reason.CLUSTER_ROLE_NOT_ALLOWED),
        (mapping(group="system:masters"), Reason.INVALID_SUBJECT),
    ],
)
def test_what_kubernetes_alone_decides_is_still_revoked(declared: Mapping, reason: Reason) -> None:
    strict = replace(SUSPENDED, directory=directory(allowed=["edit"]))
    said = verdict(declared, strict)
    assert (said.outcome, said.reason, said.suspended) == (Outcome.REVOKE, reason, False)


def test_an_object_whose_grants_stand_is_ready_and_says_that_it_waits() -> None:
    said = say(access(), SUSPENDED, stands=(key(),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)
    assert said.ready.message == "1/1 mappings are bound as declared."
    assert [one.status for one in said.conditions] == ["True", "False", "False", "Unknown"]
    one = said.mappings[0]
    assert (one.state, one.reason) == (State.GRANTED, Reason.SUSPENDED)
    assert one.subjects == ("/SRE",)


def test_what_does_not_stand_yet_waits_for_a_person() -> None:
    said = say(access(), SUSPENDED, stands=())
    assert (said.ready.status, said.ready.reason) == ("False", Reason.SUSPENDED)
    assert said.mappings[0].state is State.PENDING
    assert not said.waiting


def test_drift_is_named_and_is_no_grant() -> None:
    said = say(access(), SUSPENDED, stands=(), faults={key(): DRIFT})
    one = said.mappings[0]
    assert (one.state, one.reason, one.message) == (State.PENDING, DRIFT.reason, DRIFT.message)
    assert said.ready.message == f"sre: {DRIFT.message}"


def test_drift_in_one_namespace_is_named_there() -> None:
    both = replace(SUSPENDED, namespaces=there("shop", "bank"))
    declared = access(mapping(within=scope("shop", "bank")))
    shop, bank = key(namespace="shop"), key(namespace="bank")
    one = say(declared, both, stands=(shop,), faults={bank: DRIFT}).mappings[0]
    assert (one.state, one.wanted, one.granted) == (State.HELD, 2, 1)
    assert [problem.namespace for problem in one.problems] == ["bank"]
    assert one.message == DRIFT.message


def test_an_absent_namespace_is_named_while_suspended_too() -> None:
    declared = access(mapping(within=scope("shop", "nowhere")))
    now = replace(SUSPENDED, namespaces=there("shop"))
    one = say(declared, now, stands=(key(namespace="shop"),)).mappings[0]
    assert (one.state, one.reason) == (State.HELD, Reason.NAMESPACE_NOT_FOUND)


def test_an_object_that_is_partly_suspended_by_its_end_says_suspended() -> None:
    declared = access(mapping("a", until=NOW), mapping("b"))
    said = say(declared, SUSPENDED, stands=(key("b"),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)
