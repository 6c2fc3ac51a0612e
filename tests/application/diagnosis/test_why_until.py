"""Until when somebody may do something: only where nothing but bindings that end gives it."""

from typing import Any

import pytest

from application.diagnosis.installations import NOW, access
from application.diagnosis.test_why import ALICE, BY_HAND, OURS, PODS, cluster, explained, why
from domain.handmade import found
from groupaccess.domain.apiserver.token_review import TokenReviewResult

END = "2027-01-31T00:00:00Z"
ONLY_BY_GROUP: dict[str, Any] = {"allowed_groups": frozenset({"SRE"})}


def answer(**more: Any) -> str:
    usual = {"allowed": frozenset({PODS}), "accesses": [access(expiresAt=END)], "bindings": [OURS]}
    known = cluster(**(usual | ONLY_BY_GROUP | more))
    return explained(why(known).explain_own(PODS)).answer


def test_the_end_of_the_only_binding_that_gives_it_is_said() -> None:
    assert NOW.year < 2027
    assert answer() == f"Yes. alice may list pods in shop, until {END}."


@pytest.mark.parametrize(
    "more",
    [
        {"allowed_groups": None},
        {"bindings": [OURS, BY_HAND]},
        {"accesses": [access()]},
        {"forbidden": frozenset({"decide"})},
        {"forbidden": frozenset({"list_accesses"})},
    ],
    ids=["by her name", "by hand", "without an end", "nobody tells", "ends not read"],
)
def test_what_may_go_on_has_no_end(more: dict[str, Any]) -> None:
    assert answer(**more) == "Yes. alice may list pods in shop."


def test_of_several_ends_the_last_is_one_at_the_latest() -> None:
    sooner = found("groupaccess:other:sre:view", "SRE").binding
    other = access(expiresAt="2027-01-01T00:00:00Z")
    other = other.model_copy(
        update={"metadata": other.metadata.model_copy(update={"name": "other"})}
    )
    said = answer(accesses=[access(expiresAt=END), other], bindings=[OURS, sooner])
    assert said == f"Yes. alice may list pods in shop, until {END} at the latest."


def test_where_her_name_is_not_known_nothing_has_an_end() -> None:
    nameless = {"user": TokenReviewResult(ALICE.groups)}
    assert "until" not in answer(**nameless)


def test_she_is_asked_about_without_her_groups_and_with_those_of_kubernetes() -> None:
    known = cluster(allowed=frozenset({PODS}), accesses=[access(expiresAt=END)], bindings=[OURS])
    explained(why(known).explain_own(PODS))
    assert known.asked == [(ALICE.user, frozenset({"system:authenticated"}))]


@pytest.mark.parametrize(
    "more", [{"bindings": []}, {"reason": "by a webhook"}], ids=["not bound", "not by RBAC"]
)
def test_what_no_group_may_give_is_not_asked_again(more: dict[str, Any]) -> None:
    known = cluster(**({"allowed": frozenset({PODS}), "bindings": [OURS]} | more))
    explained(why(known).explain_own(PODS))
    assert known.asked == []
