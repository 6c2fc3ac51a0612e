"""A yes: what may give it, what gives it besides, and how long it lasts."""

import pytest

from application.diagnosis.installations import RAW
from application.diagnosis.test_why import BY_HAND, OURS, PODS, cluster, explained, why
from domain.handmade import found
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import Subject


def test_a_yes_names_what_may_give_it_with_ours_first() -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[BY_HAND, OURS])
    answer = explained(why(known).explain_own(PODS))
    assert answer.answer == "Yes. alice may list pods in shop."
    assert answer.grants == (
        f'"SRE" → {OURS.key} → view (GroupAccess apps, mapping sre)',
        "also by RoleBinding shop/old (by hand): removing one of them takes nothing away",
    )


def test_who_leaves_the_group_keeps_it_until_the_token_ends() -> None:
    known = cluster(
        allowed=frozenset({PODS}), allowed_groups=frozenset({"SRE"}), bindings=[BY_HAND]
    )
    by_token = explained(why(known).explain_token(RAW, PODS))
    end = "until the token ends, 2096-10-02T07:06:40Z at the latest"
    assert by_token.grants[-1] == f"out of the group, alice keeps it {end}"
    known.bindings = [OURS]
    own = explained(why(known).explain_own(PODS))
    assert own.grants[-1] == "out of the group, alice keeps it until their token ends"


def test_who_has_it_without_the_group_or_by_a_certificate_leaves_nothing() -> None:
    by_name = cluster(allowed=frozenset({PODS}), bindings=[OURS])
    by_certificate = cluster(
        allowed=frozenset({PODS}), allowed_groups=frozenset({"SRE"}), bindings=[BY_HAND]
    )
    for known in (by_name, by_certificate):
        assert "out of" not in str(explained(why(known).explain_own(PODS)).grants)


@pytest.mark.parametrize("how", ["own", "token"])
def test_a_yes_that_is_not_rbacs_names_no_binding_and_says_so(how: str) -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS], reason="by a webhook")
    call = why(known).explain_own(PODS)
    if how == "token":
        call.close()
        call = why(known).explain_token(RAW, PODS)
    answer = explained(call)
    assert (answer.allowed, answer.grants) == (True, ())
    assert answer.steps[-1].fact.startswith("another one than RBAC allows it")
    assert answer.steps[-1].known_by.endswith("by a webhook")
    assert ("it may read extra" in answer.steps[-1].fact) is (how == "token")


def test_what_is_bound_for_the_name_and_for_a_service_account_is_the_persons() -> None:
    named = found("named", Subject("User", "alice"), namespace="shop").binding
    known = cluster(allowed=frozenset({PODS}), bindings=[named])
    assert explained(why(known).explain_own(PODS)).grants == (
        'user "alice" → RoleBinding shop/named → view (by hand)',
    )
    account = TokenReviewResult(("system:serviceaccounts",), user="system:serviceaccount:ci:robot")
    bound = found("robot", Subject("ServiceAccount", "robot", "ci"), namespace="shop").binding
    other = found("other", Subject("ServiceAccount", "robot", "shop"), namespace="shop").binding
    known = cluster(allowed=frozenset({PODS}), bindings=[bound, other], user=account)
    assert [line.split(" → ")[1] for line in explained(why(known).explain_own(PODS)).grants] == [
        "RoleBinding shop/robot"
    ]
