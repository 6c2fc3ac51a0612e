"""What the status says of suspended mappings."""

from dataclasses import replace

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    key,
    make_context,
    mapping,
    realm,
    scope,
    there,
)
from domain.saying import say
from domain.suspended import BY_DIRECTORY, DRIFT, SUSPENDED
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.status.mapping_status import MappingState
from groupaccess.domain.verdict.verdict import EvaluationContext


def test_a_suspended_object_whose_bindings_exist_is_ready_and_says_that_it_waits() -> None:
    said = say(access(), SUSPENDED, existing=(key(),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)
    assert said.ready.message == "1/1 mappings are bound as declared."
    assert [condition.status for condition in said.conditions] == [
        "True",
        "False",
        "False",
        "Unknown",
    ]
    one = said.mappings[0]
    assert (one.state, one.reason) == (MappingState.GRANTED, Reason.SUSPENDED)
    assert one.subjects == ("/SRE",)


def test_a_suspended_mapping_without_a_binding_waits_for_a_person() -> None:
    said = say(access(), SUSPENDED, existing=())
    assert (said.ready.status, said.ready.reason) == ("False", Reason.SUSPENDED)
    assert said.mappings[0].state is MappingState.PENDING
    assert not said.waiting


def test_drift_is_named_and_is_no_grant() -> None:
    said = say(access(), SUSPENDED, existing=(), faults={key(): DRIFT})
    one = said.mappings[0]
    assert (one.state, one.reason) == (MappingState.PENDING, DRIFT.reason)
    assert one.message.endswith(f"{REASONS[Reason.SUSPENDED].advice} {DRIFT.message}")
    assert said.ready.message == f"sre: {one.message}"


def test_drift_in_one_namespace_is_named_there() -> None:
    both = replace(SUSPENDED, namespaces=there("shop", "bank"))
    declared = access(mapping(within=scope("shop", "bank")))
    shop, bank = key(namespace="shop"), key(namespace="bank")
    one = say(declared, both, existing=(shop,), faults={bank: DRIFT}).mappings[0]
    assert (one.state, one.wanted, one.granted) == (MappingState.HELD, 2, 1)
    assert [problem.namespace for problem in one.problems] == ["bank"]
    assert one.message.endswith(DRIFT.message)


@pytest.mark.parametrize(
    "objection",
    [
        replace(BY_DIRECTORY, cluster_roles=frozenset()),
        replace(BY_DIRECTORY, reading=make_context(realm("/x")).reading),
    ],
)
def test_an_existing_binding_that_would_not_be_made_now_is_held(
    objection: EvaluationContext,
) -> None:
    said = say(access(), objection, existing=(key(),))
    assert (said.mappings[0].state, said.granted) == (MappingState.HELD, "1/1")
    assert said.mappings[0].message.endswith(" It is still bound.")
    assert (said.ready.status, said.ready.reason) == ("False", Reason.SUSPENDED)


@pytest.mark.parametrize("last", [realm(), None])
def test_an_existing_binding_counts_as_declared_while_keycloak_cannot_be_read(
    last: Snapshot | None,
) -> None:
    now = replace(BY_DIRECTORY, reading=make_context(last, failure=UNAVAILABLE).reading)
    said = say(access(), now, existing=(key(),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)


def test_an_objection_of_the_last_reading_does_not_pass_because_nothing_is_read() -> None:
    now = replace(BY_DIRECTORY, reading=make_context(realm("/x"), failure=UNAVAILABLE).reading)
    assert say(access(), now, existing=(key(),)).mappings[0].state is MappingState.HELD


def test_the_group_that_would_be_bound_is_named() -> None:
    one = say(access(), BY_DIRECTORY, existing=()).mappings[0]
    assert (one.group_path, one.group_id, one.subjects) == ("/SRE", "id of /SRE", ())


def test_an_absent_namespace_is_named_while_suspended_too() -> None:
    declared = access(mapping(within=scope("shop", "nowhere")))
    now = replace(SUSPENDED, namespaces=there("shop"))
    one = say(declared, now, existing=(key(namespace="shop"),)).mappings[0]
    assert (one.state, one.reason) == (MappingState.HELD, Reason.NAMESPACE_NOT_FOUND)


def test_an_object_that_is_partly_suspended_by_its_end_says_suspended() -> None:
    declared = access(mapping("a", until=NOW), mapping("b"))
    said = say(declared, SUSPENDED, existing=(key("b"),))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.SUSPENDED)
