"""A user or a group of the realm: from Keycloak to the bindings, with the caller's own login."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.diagnosis.installations import NOW, POD, access, directory
from application.diagnosis.test_why import PODS, cluster
from domain.builders import client, group, leaf, mapper
from domain.diagnosis.logins import CLAIMS, DIRECTORY, ISSUER
from domain.handmade import found
from fakes.diagnosis import FakeDiagnosisCluster
from fakes.people import FakePeople
from groupaccess.application.diagnosis.declared_facts import agrees_since
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.diagnosis.why_person import WhyPerson
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.diagnosis.authenticator import Arguments
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Cause, NotChecked
from groupaccess.domain.diagnosis.person import RealmUser
from groupaccess.domain.directory.client import Client, MapperKind

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


def person(
    realm: FakePeople, known: FakeDiagnosisCluster | None = None, *, canary: bool = False
) -> WhyPerson:
    why = Why(known or cluster(), NOW)
    since = agrees_since(directory()) if canary else None
    return WhyPerson(why, realm, DIRECTORY, DIRECTORY.clients[0], since)


def explained(call: Coroutine[Any, Any, Explanation | NotChecked]) -> Explanation:
    result = asyncio.run(call)
    assert isinstance(result, Explanation)
    return result


def named_by(claim: str) -> Arguments:
    return replace(POD, argv=(*POD.argv, f"--oidc-username-claim={claim}"))


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


def test_a_users_name_is_asked_about_only_if_it_is_known_how_kube_apiserver_reads_it() -> None:
    hidden, shown = cluster(), cluster(arguments=[named_by("preferred_username")])
    answer = explained(person(people(), hidden).explain_user("alice", PODS))
    assert hidden.asked == [("", frozenset({"SRE"}))]
    assert answer.steps[2].known_by.endswith("bindings by user name were not looked at")
    answer = explained(person(people(), shown).explain_user("alice", PODS))
    assert shown.asked == [(f"{ISSUER}#alice", frozenset({"SRE"}))]
    assert answer.steps[2].known_by == "from the flags of pod kube-system/a"


def test_what_the_canary_has_shown_is_not_assumed() -> None:
    answer = explained(person(people(), canary=True).explain_user("alice", PODS))
    since = "read by kube-apiserver in the canary, since 2026-03-01T12:00:00Z"
    assert answer.steps[2].known_by.startswith(since)


def test_who_leaves_the_group_keeps_it_for_the_time_of_a_token() -> None:
    known = cluster(allowed=frozenset({PODS}), allowed_groups=frozenset({"SRE"}), bindings=[OURS])
    ends = int((NOW + timedelta(minutes=5)).timestamp())
    realm = people(claims=CLAIMS | {"exp": ends, "iat": ends - 300})
    answer = explained(person(realm, known).explain_user("alice", PODS))
    said = "out of the group, alice keeps it until their token ends, 5 minutes after its issue"
    assert answer.grants[-1] == said
    of_group = explained(person(realm, known).explain_group(SRE.path, PODS))
    assert of_group.grants[-1].endswith("keeps it until their token ends")


def test_where_kube_apiserver_reads_no_groups_there_are_none() -> None:
    flags = tuple(each for each in POD.argv if "groups-claim" not in each)
    known = cluster(allowed=frozenset({PODS}), arguments=[replace(POD, argv=flags)])
    answer = explained(person(people(), known).explain_user("alice", PODS))
    assert known.asked[0][1] == frozenset()
    assert causes(answer)[:1] == [Cause.GROUPS_CLAIM_MISMATCH]


@pytest.mark.parametrize("who", ["user", "group"])
@pytest.mark.parametrize(
    ("spoiled", "cause"),
    [
        (client("headlamp", leaf(), enabled=False), Cause.CLIENT_NOT_FOUND),
        (client("headlamp", leaf(), unknown=("teams",)), Cause.SCOPE_NOT_FOUND),
        (client("headlamp", leaf(), mapper(kind=MapperKind.NESTED)), Cause.CLAIM_NESTED),
    ],
)
def test_what_keeps_a_login_out_counts_more_than_what_is_bound(
    spoiled: Client, cause: Cause, who: str
) -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS])
    asked = person(people(clients=[replace(HEADLAMP, client=spoiled)]), known)
    call = asked.explain_user("alice", PODS)
    if who == "group":
        call.close()
        call = asked.explain_group(SRE.path, PODS)
    answer = explained(call)
    assert answer.allowed is False
    assert causes(answer)[:1] == [cause]
    assert len(answer.steps) == 2


def test_a_claim_that_is_no_text_is_rejected_and_not_taken_for_none() -> None:
    known = cluster(allowed=frozenset({PODS}))
    realm = people(claims=CLAIMS | {"groups": ["SRE", 1]})
    answer = explained(person(realm, known).explain_user("alice", PODS))
    assert (answer.allowed, causes(answer)) == (False, [Cause.CLAIM_NESTED])


def test_what_only_a_users_token_shows_is_not_told_of_a_group() -> None:
    other = replace(POD, argv=(*POD.argv, "--oidc-client-id=other"))
    known = cluster(allowed=frozenset({PODS}), bindings=[OURS], arguments=[other])
    result = asyncio.run(person(people(), known).explain_group(SRE.path, PODS))
    assert isinstance(result, NotChecked)
    script = client("headlamp", leaf(), mapper("script", MapperKind.REPLACING))
    realm = people(clients=[replace(HEADLAMP, client=script)])
    assert isinstance(asyncio.run(person(realm).explain_group(SRE.path, PODS)), NotChecked)


def test_a_mapping_of_another_realm_is_not_the_persons() -> None:
    other = replace(DIRECTORY, name="other")
    asked = replace(
        person(people(), cluster(accesses=[access(state="Held", reason="GroupMissing")])),
        directory=other,
    )
    assert causes(explained(asked.explain_user("alice", PODS))) == [Cause.NO_MAPPING]


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
    assert "does not get in (401)" in answer.answer
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
    assert "shows you no user of this name" in result.why


def test_a_group_that_does_not_exist_is_not_checked() -> None:
    result = asyncio.run(person(people()).explain_group("/nobody", PODS))
    assert isinstance(result, NotChecked)
    assert "shows you no group at this path" in result.why


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
