"""A user or a group of the realm: from Keycloak to the bindings, with the caller's own login."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from application.diagnosis.test_doctor import NOW, POD, access
from application.diagnosis.test_why import PODS, cluster
from domain.builders import client, group, leaf
from domain.diagnosis.logins import CLAIMS, DIRECTORY
from domain.handmade import found
from fakes.diagnosis import FakeDiagnosisCluster
from fakes.people import FakePeople
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.diagnosis.why_person import WhyPerson
from groupaccess.application.ports.people import RealmClient, RealmUser
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Cause, NotChecked

SRE = group("/platform/SRE")
ALICE = RealmUser("1", "alice", enabled=True, groups=(SRE,))
HEADLAMP = RealmClient("c-1", client("headlamp", leaf()))
OURS = found("groupaccess:apps:sre:view", "SRE").binding


def people(**more: Any) -> FakePeople:
    usual: dict[str, Any] = {
        "users": [ALICE],
        "groups": [SRE],
        "clients": [HEADLAMP],
        "claims": CLAIMS,
    }
    return FakePeople(**(usual | more))


def person(realm: FakePeople, known: FakeDiagnosisCluster | None = None) -> WhyPerson:
    why = Why(known or cluster(), NOW)
    return WhyPerson(why, realm, DIRECTORY, DIRECTORY.clients[0])


def explained(call: Coroutine[Any, Any, Explanation | NotChecked]) -> Explanation:
    result = asyncio.run(call)
    assert isinstance(result, Explanation)
    return result


def causes(answer: Explanation) -> list[Cause]:
    return [finding.cause for finding in answer.findings]


def test_what_is_granted_is_a_yes_with_all_links_of_the_chain() -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS])
    answer = explained(person(people(), known).explain_user("alice", PODS))
    assert answer.answer == "Yes. alice may list pods in shop."
    assert [step.where for step in answer.steps] == ["Keycloak", "token", "kube-apiserver", "RBAC"]
    assert answer.steps[0].fact == "alice is in /platform/SRE"
    assert answer.steps[1].fact.endswith("carries groups: SRE")
    assert answer.findings == ()


def test_a_group_is_judged_by_what_the_clients_mappers_write() -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS])
    answer = explained(person(people(), known).explain_group("/platform/SRE", PODS))
    assert answer.answer == "Yes. a member of /platform/SRE may list pods in shop."
    assert "SRE" in answer.steps[2].fact


def test_without_a_mapper_it_is_the_mapper_and_not_the_person() -> None:
    realm = people(
        clients=[replace(HEADLAMP, client=client("headlamp"))],
        claims={name: each for name, each in CLAIMS.items() if name != "groups"},
    )
    answer = explained(person(realm, cluster(accesses=[])).explain_user("alice", PODS))
    assert causes(answer) == [Cause.NO_GROUPS_CLAIM]


def test_somebody_in_no_group_is_told_so() -> None:
    realm = people(users=[replace(ALICE, groups=())], claims=CLAIMS | {"groups": []})
    answer = explained(person(realm, cluster(accesses=[])).explain_user("alice", PODS))
    assert answer.steps[0].fact == "alice is in no group"
    assert causes(answer) == [Cause.NOT_IN_A_GROUP]


def test_whose_token_is_rejected_has_no_access_whatever_is_bound() -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS])
    realm = people(claims=CLAIMS | {"email": "alice@example.com", "aud": "grafana"})
    login = explained(person(realm, known).explain_user("alice", PODS))
    assert login.allowed  # nothing shows what kube-apiserver was told
    other = replace(POD, argv=(*POD.argv, "--oidc-client-id=other"))
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS], arguments=[other])
    answer = explained(person(realm, known).explain_user("alice", PODS))
    assert answer.allowed is False
    assert answer.answer.endswith("(401).")
    assert causes(answer)[:1] == [Cause.AUDIENCE_MISMATCH]
    assert len(answer.steps) == 2


def test_a_disabled_user_has_no_access_whatever_is_bound() -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS])
    realm = people(users=[replace(ALICE, enabled=False)])
    answer = explained(person(realm, known).explain_user("alice", PODS))
    assert (answer.allowed, causes(answer)) == (False, [Cause.USER_DISABLED])


def test_a_client_that_does_not_exist_is_found() -> None:
    answer = explained(person(people(clients=[])).explain_user("alice", PODS))
    assert (answer.allowed, causes(answer)) == (False, [Cause.CLIENT_NOT_FOUND])


@pytest.mark.parametrize("name", ["carol", "Alice "])
def test_a_user_that_does_not_exist_is_not_checked(name: str) -> None:
    result = asyncio.run(person(people()).explain_user(name, PODS))
    assert isinstance(result, NotChecked)
    assert "has no user of this name" in result.why


def test_a_group_that_does_not_exist_is_not_checked() -> None:
    result = asyncio.run(person(people()).explain_group("/nobody", PODS))
    assert isinstance(result, NotChecked)
    assert "has no group at this path" in result.why


@pytest.mark.parametrize("call", ["find_user", "read_client", "example_token"])
def test_a_right_that_is_missing_is_named_and_nothing_is_guessed(call: str) -> None:
    realm = people(missing=frozenset({call}))
    result = asyncio.run(person(realm).explain_user("alice", PODS))
    assert isinstance(result, NotChecked)
    assert call in result.why


def test_a_mapping_that_is_not_granted_is_named_by_the_persons_group() -> None:
    known = cluster(accesses=[access(state="Pending", reason="GroupNotFound")])
    answer = explained(person(people(), known).explain_user("alice", PODS))
    assert causes(answer) == [Cause.MAPPING_NOT_GRANTED]
    assert answer.findings[0].word == "GroupNotFound"
