"""Without a request: who somebody is to kube-apiserver, and what is bound for them."""

from dataclasses import replace
from typing import Any

from application.diagnosis.installations import RAW, access
from application.diagnosis.test_why import ALICE, BY_HAND, OURS, cluster, explained, why
from application.diagnosis.test_why_person import SRE, people, person
from domain.diagnosis.logins import CLAIMS
from domain.handmade import found
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import Subject
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Cause


def own(**known: Any) -> Explanation:
    return explained(why(cluster(**known)).explain_own(None))


def causes(answer: Explanation) -> list[Cause]:
    return [finding.cause for finding in answer.findings]


def test_each_string_has_what_is_bound_for_it_and_by_what() -> None:
    named = found("named", Subject("User", "alice"), role="edit", namespace="shop").binding
    answer = own(bindings=[BY_HAND, OURS, named])
    assert (answer.allowed, answer.findings, answer.not_checked) == (None, (), ())
    assert answer.answer == "alice has edit in shop; view everywhere."
    assert answer.grants == (
        '"SRE" → view everywhere (GroupAccess apps, mapping sre)',
        'user "alice" → edit in shop (by hand: RoleBinding shop/named)',
        '"SRE" → view in shop (by hand: RoleBinding shop/old)',
    )
    assert answer.steps[-1].fact == "3 bindings are for this"


def test_the_namespaces_of_one_mapping_are_one_line() -> None:
    name = "groupaccess:apps:sre:view"
    many = [found(name, "SRE", namespace=f"n{number}").binding for number in range(6)]
    answer = own(bindings=many)
    assert answer.grants == ('"SRE" → view in n0, n1, n2, 3 more (GroupAccess apps, mapping sre)',)


def test_many_roles_are_counted() -> None:
    many = [found(f"b{number}", "SRE", role=f"role-{number}").binding for number in range(12)]
    answer = own(bindings=many)
    assert len(answer.grants) == 9
    assert answer.grants[-1] == "and 4 more"
    assert answer.answer.endswith("; 9 roles more.")


def test_nothing_is_decided() -> None:
    known = cluster(bindings=[OURS], forbidden=frozenset({"decide", "decide_own"}))
    assert explained(why(known).explain_own(None)).not_checked == ()
    assert known.asked == []


def test_what_was_meant_for_the_person_and_does_not_reach_them_is_found() -> None:
    held = access("Held", "GroupMissing")
    alike = found("alike", "sre", namespace="bank").binding
    answer = own(accesses=[held], bindings=[alike])
    assert answer.answer == "Nothing is bound for alice."
    assert causes(answer) == [Cause.MAPPING_NOT_GRANTED, Cause.DANGLING_SUBJECT]
    assert causes(own(accesses=[])) == [Cause.NO_MAPPING]
    assert causes(own(accesses=[access("Expired", "Expired")], bindings=[OURS])) == []


def test_what_could_not_be_read_is_not_missing() -> None:
    answer = own(forbidden=frozenset({"list_bindings"}))
    assert answer.answer == "Cannot tell what is bound for alice."
    assert (answer.findings, len(answer.not_checked)) == ((), 1)


def test_a_token_shows_what_it_carries_and_what_is_read_from_it() -> None:
    answer = explained(why(cluster(bindings=[OURS])).explain_token(RAW, None))
    assert [step.where for step in answer.steps] == ["token", "kube-apiserver", "RBAC"]
    assert "carries groups: SRE, good until" in answer.steps[0].fact
    assert answer.steps[1].known_by == "TokenReview, now"
    rejected = TokenReviewResult(error="oidc: token is expired")
    answer = explained(why(cluster(review=rejected)).explain_token(RAW, None))
    assert (answer.allowed, causes(answer)) == (False, [Cause.TOKEN_EXPIRED])
    unread = cluster(review=replace(ALICE, groups=()), bindings=[OURS])
    answer = explained(why(unread).explain_token(RAW, None))
    assert causes(answer) == [Cause.GROUPS_CLAIM_MISMATCH]


def test_a_user_has_the_whole_chain() -> None:
    answer = explained(person(people(), cluster(bindings=[OURS])).explain_user("alice", None))
    assert answer.answer == "alice has view everywhere."
    assert [step.where for step in answer.steps] == ["Keycloak", "token", "kube-apiserver", "RBAC"]
    disabled = people(users=[replace(each, enabled=False) for each in people().users])
    answer = explained(person(disabled, cluster(bindings=[OURS])).explain_user("alice", None))
    assert (answer.allowed, causes(answer)) == (False, [Cause.USER_DISABLED])
    nowhere = people(claims=CLAIMS | {"groups": []})
    answer = explained(person(nowhere, cluster(accesses=[])).explain_user("alice", None))
    assert causes(answer) == [Cause.NOT_IN_A_GROUP]


def test_a_group_has_what_is_bound_for_its_members() -> None:
    answer = explained(person(people(), cluster(bindings=[OURS])).explain_group(SRE.path, None))
    assert answer.answer == "a member of /platform/SRE has view everywhere."
    assert answer.steps[1].known_by == "computed from the client's mappers"


def test_another_user_has_what_is_bound_for_the_groups_that_were_said() -> None:
    answer = explained(why(cluster(bindings=[BY_HAND])).explain("bob", ["SRE"], None))
    assert answer.answer == "bob has view in shop."
    assert answer.steps[0].known_by == "as you say"
