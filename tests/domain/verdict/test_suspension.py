"""While an object or its directory is suspended, nothing new is granted and nothing is repaired."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume
from hypothesis import given as each
from hypothesis import strategies as st

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
    mapper,
    mapping,
    realm,
    scope,
    standing,
    team,
    there,
)
from domain.saying import say
from domain.strategies import accesses, circumstances, worlds
from domain.world import ModelCluster
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.binding import Binding
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.status.mapping_status import MappingState
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome

SUSPENDED = given(realm(), suspend=True)
BY_DIRECTORY = given(realm(), of=directory(suspend=True))
WAYS = pytest.mark.parametrize("way", [SUSPENDED, BY_DIRECTORY], ids=["object", "directory"])
DRIFT = Failure(Reason.SUSPENDED, "it differs, and is not repaired.")
DRIFTED = binding(what=content("/evil"))
BY = 'suspended by KeycloakDirectory "default": would bind'


@pytest.mark.parametrize(
    ("way", "by"),
    [
        (SUSPENDED, "this GroupAccess"),
        (BY_DIRECTORY, 'KeycloakDirectory "default"'),
        (replace(BY_DIRECTORY, suspend=True), 'KeycloakDirectory "default" and this GroupAccess'),
    ],
)
def test_suspended_says_so_by_what_and_what_to_do(way: EvaluationContext, by: str) -> None:
    said = evaluate(mapping(), way)
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.SUSPENDED)
    would = 'would bind Group "/SRE" to ClusterRole "edit" in the whole cluster'
    assert said.message == f"suspended by {by}: {would}. {REASONS[Reason.SUSPENDED].advice}"
    assert said.suspended
    assert not said.directory_unavailable


@pytest.mark.parametrize(
    ("names", "where"),
    [
        (("shop", "bank", "nowhere"), "in 2 namespaces"),
        (("shop",), "in 1 namespace"),
        ((), "in 0 "),
    ],
)
def test_it_says_in_how_many_namespaces_it_would_be_bound(
    names: tuple[str, ...], where: str
) -> None:
    now = replace(BY_DIRECTORY, namespaces=there("shop", "bank"))
    said = evaluate(mapping(within=scope(*names)), now)
    assert f'to ClusterRole "edit" {where}' in said.message


def test_it_names_each_string_that_would_be_bound() -> None:
    both = (client("headlamp", mapper()), client("kubectl", leaf()))
    way = given(realm(clients=both), of=directory("headlamp", "kubectl", suspend=True))
    said = evaluate(mapping(), way)
    assert said.message.startswith(f'{BY} Group "/SRE" and Group "SRE" to')


def test_what_would_not_be_bound_says_why() -> None:
    found = replace(BY_DIRECTORY, cluster_roles=frozenset())
    said = evaluate(mapping(), found)
    assert said.message.startswith(f'{BY} nothing new: there is no ClusterRole "edit".')
    hinted = replace(BY_DIRECTORY, suggestions={"SREE": Suggestion(("SRE",))})
    absent = evaluate(mapping(group="SREE"), hinted)
    assert f'{BY} nothing new: Keycloak has no group "SREE": did you mean SRE?' in absent.message


def test_who_would_lose_the_binding_is_told() -> None:
    world = ModelCluster()
    world.settle(access(), given(realm()))
    anew = given(realm(group("/SRE", uid="new")), of=directory(suspend=True))
    (said,) = world.judge(access(), anew)
    assert said.message.startswith(f"{BY} nobody: group /SRE (id id of /SRE) no longer")
    assert world.step(access(), anew).empty


def test_a_grace_still_has_its_end() -> None:
    world = ModelCluster()
    world.settle(access(), given(realm()))
    (said,) = world.judge(access(), given(realm("/x"), of=directory(suspend=True)))
    assert said.grace_ends == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("group", ["SRE", "SREE"])
def test_the_words_stay_while_keycloak_cannot_be_read(group: str) -> None:
    declared = mapping(group=group)
    silent = replace(BY_DIRECTORY, reading=given(realm(), failure=UNAVAILABLE).reading)
    assert evaluate(declared, silent).message == evaluate(declared, BY_DIRECTORY).message
    unread = replace(BY_DIRECTORY, reading=given(failure=UNAVAILABLE).reading)
    assert f"{BY} nothing new: no answer." in evaluate(declared, unread).message


def test_a_directory_that_cannot_be_read_any_more_repairs_nothing_either() -> None:
    world, proven = ModelCluster(standing(DRIFTED), {key(): content()}), {key(): content()}
    assert world.step(access(), replace(BY_DIRECTORY, unreadable="spec.x is odd")).empty
    assert world.proven == proven


@each(data=st.data())
def test_a_suspended_directory_is_as_if_each_object_were(data: st.DataObject) -> None:
    now = data.draw(circumstances())
    declared, world = data.draw(accesses()), data.draw(worlds())
    assume(now.directory is not None)
    assert now.directory is not None
    another = ModelCluster(dict(world.standing), dict(world.proven))
    by_object = replace(now, suspend=True, directory=replace(now.directory, suspend=False))
    by_directory = replace(now, suspend=False, directory=replace(now.directory, suspend=True))
    assert world.step(declared, by_object) == another.step(declared, by_directory)
    assert all(not apply.grants for apply in another.step(declared, by_directory).applies)
    for one, other in zip(
        world.judge(declared, by_object), another.judge(declared, by_directory), strict=True
    ):
        assert (one.outcome, one.reason, one.without_suspend) == (
            other.outcome,
            other.reason,
            other.without_suspend,
        )


@WAYS
@pytest.mark.parametrize("remembered", [True, False])
def test_nothing_new_is_granted_and_nothing_that_was_deleted_comes_back(
    way: EvaluationContext, *, remembered: bool
) -> None:
    proven = {key(): content()} if remembered else {}
    world = ModelCluster({}, dict(proven))
    assert world.step(access(), way).empty
    assert world.proven == proven


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("stands", [binding(), DRIFTED], ids=["as declared", "drifted"])
@WAYS
def test_what_stands_is_left_as_it_is(
    way: EvaluationContext, stands: Binding, *, remembered: bool
) -> None:
    world = ModelCluster(standing(stands), {key(): content()} if remembered else {})
    assert world.step(access(), way).empty
    assert world.proven == ({key(): content()} if remembered else {})


def test_what_was_proven_is_still_known_when_it_goes_on_while_keycloak_is_silent() -> None:
    world = ModelCluster(standing(DRIFTED), {key(): content()})
    world.settle(access(), SUSPENDED)
    world.settle(access(), given(realm(), failure=UNAVAILABLE))
    assert world.standing[key()].content == content()


def test_nothing_is_carried_to_another_role() -> None:
    world = ModelCluster(standing(binding()), {key(): content()})
    silent = replace(SUSPENDED, reading=given(realm(), failure=UNAVAILABLE).reading)
    world.settle(access(mapping(role="view")), silent)
    assert world.standing == {}


@WAYS
def test_removal_still_acts(way: EvaluationContext) -> None:
    world = ModelCluster(standing(binding(key("a")), binding(key("b"))))
    world.settle(access(mapping("b")), way)
    assert list(world.standing) == [key("b")]


def test_another_group_ends_the_grant_of_the_one_before() -> None:
    world = ModelCluster(standing(binding()))
    world.settle(access(mapping(group="Dev")), SUSPENDED)
    assert world.standing == {}


def test_a_namespace_that_leaves_the_scope_loses_its_binding_and_a_new_one_gets_none() -> None:
    world = ModelCluster(standing(binding(key(namespace="shop")), binding(key(namespace="bank"))))
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
@pytest.mark.parametrize("by_directory", [False, True])
def test_what_kubernetes_alone_decides_is_still_revoked(
    declared: AccessMapping, reason: Reason, *, by_directory: bool
) -> None:
    only_edit = directory(allowed=["edit"], suspend=by_directory)
    strict = given(realm(), of=only_edit, suspend=not by_directory)
    said = evaluate(declared, strict)
    assert (said.outcome, said.reason, said.suspended) == (Outcome.REVOKE, reason, False)


def test_an_object_whose_grants_stand_is_ready_and_says_that_it_waits() -> None:
    said = say(access(), SUSPENDED, stands=(key(),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)
    assert said.ready.message == "1/1 mappings are bound as declared."
    assert [one.status for one in said.conditions] == ["True", "False", "False", "Unknown"]
    one = said.mappings[0]
    assert (one.state, one.reason) == (MappingState.GRANTED, Reason.SUSPENDED)
    assert one.subjects == ("/SRE",)


def test_what_does_not_stand_yet_waits_for_a_person() -> None:
    said = say(access(), SUSPENDED, stands=())
    assert (said.ready.status, said.ready.reason) == ("False", Reason.SUSPENDED)
    assert said.mappings[0].state is MappingState.PENDING
    assert not said.waiting


def test_drift_is_named_and_is_no_grant() -> None:
    said = say(access(), SUSPENDED, stands=(), faults={key(): DRIFT})
    one = said.mappings[0]
    assert (one.state, one.reason) == (MappingState.PENDING, DRIFT.reason)
    assert one.message.endswith(f"{REASONS[Reason.SUSPENDED].advice} {DRIFT.message}")
    assert said.ready.message == f"sre: {one.message}"


def test_drift_in_one_namespace_is_named_there() -> None:
    both = replace(SUSPENDED, namespaces=there("shop", "bank"))
    declared = access(mapping(within=scope("shop", "bank")))
    shop, bank = key(namespace="shop"), key(namespace="bank")
    one = say(declared, both, stands=(shop,), faults={bank: DRIFT}).mappings[0]
    assert (one.state, one.wanted, one.granted) == (MappingState.HELD, 2, 1)
    assert [problem.namespace for problem in one.problems] == ["bank"]
    assert one.message.endswith(DRIFT.message)


@pytest.mark.parametrize(
    "objection",
    [
        replace(BY_DIRECTORY, cluster_roles=frozenset()),
        replace(BY_DIRECTORY, reading=given(realm("/x")).reading),
    ],
)
def test_what_stands_and_would_not_be_bound_is_held(objection: EvaluationContext) -> None:
    said = say(access(), objection, stands=(key(),))
    assert (said.mappings[0].state, said.granted) == (MappingState.HELD, "1/1")
    assert said.mappings[0].message.endswith(" It is still bound.")
    assert (said.ready.status, said.ready.reason) == ("False", Reason.SUSPENDED)


@pytest.mark.parametrize("last", [realm(), None])
def test_what_stands_is_as_declared_while_keycloak_cannot_be_read(last: Snapshot | None) -> None:
    now = replace(BY_DIRECTORY, reading=given(last, failure=UNAVAILABLE).reading)
    said = say(access(), now, stands=(key(),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)


def test_an_objection_of_the_last_reading_does_not_pass_because_nothing_is_read() -> None:
    now = replace(BY_DIRECTORY, reading=given(realm("/x"), failure=UNAVAILABLE).reading)
    assert say(access(), now, stands=(key(),)).mappings[0].state is MappingState.HELD


def test_the_group_that_would_be_bound_is_named() -> None:
    one = say(access(), BY_DIRECTORY, stands=()).mappings[0]
    assert (one.group_path, one.group_id, one.subjects) == ("/SRE", "id of /SRE", ())


def test_an_absent_namespace_is_named_while_suspended_too() -> None:
    declared = access(mapping(within=scope("shop", "nowhere")))
    now = replace(SUSPENDED, namespaces=there("shop"))
    one = say(declared, now, stands=(key(namespace="shop"),)).mappings[0]
    assert (one.state, one.reason) == (MappingState.HELD, Reason.NAMESPACE_NOT_FOUND)


def test_an_object_that_is_partly_suspended_by_its_end_says_suspended() -> None:
    declared = access(mapping("a", until=NOW), mapping("b"))
    said = say(declared, SUSPENDED, stands=(key("b"),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)
