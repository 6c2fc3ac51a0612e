"""Example tokens: whose is looked at, how often, and that nothing breaks without one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.keycloak.clients.example_tokens_harness import (
    ACCESS_TOKEN,
    ID_TOKEN,
    OPS,
    SRE,
    ExampleTokensHarness,
    each_in_turn,
)
from domain.builders import NOW, client
from fakes.keycloak_members import People
from fakes.keycloak_server import HANG, error
from groupaccess.domain.directory.client import Client, ProofResult
from groupaccess.domain.directory.group import Group


async def test_the_token_of_an_enabled_member_is_looked_at(desk: ExampleTokensHarness) -> None:
    found = await desk.proof()
    assert found is not None
    assert (found.result, found.since, found.lifetime) == (ProofResult.PROVEN, NOW, 300)
    assert 'the ID token of client "headlamp" for a member of /SRE has "/SRE"' in found.fact
    assert desk.server.queries[ID_TOKEN] == {"scope": "openid teams", "userId": "alice"}


async def test_a_directory_made_anew_is_proven_anew(desk: ExampleTokensHarness) -> None:
    desk.server.answers["members"] = []
    await desk.proof()
    desk.server.answers["members"] = [{"id": "alice", "enabled": True}]
    desk.now += timedelta(days=2)
    await desk.proof()
    assert desk.asked(ID_TOKEN)
    await desk.proof()
    assert not desk.asked(ID_TOKEN)
    desk.prover.forget_directory("another")
    await desk.proof()
    assert not desk.asked(ID_TOKEN)
    desk.prover.forget_directory("default")
    await desk.proof()
    assert desk.asked(ID_TOKEN)


async def test_the_operators_own_token_is_looked_at_where_there_is_a_canary(
    desk: ExampleTokensHarness,
) -> None:
    desk.canary = "SRE"
    found = await desk.proof()
    assert found is not None
    assert "for the operator's own account in /SRE has" in found.fact
    assert desk.server.queries[ID_TOKEN]["userId"] == "me"


async def test_no_other_account_is_looked_at_where_the_canary_is_not_in_its_group(
    desk: ExampleTokensHarness,
) -> None:
    desk.canary = "SRE"
    desk.server.answers["members"] = [{"id": "alice", "enabled": True}]
    found = await desk.proof()
    assert found is not None
    assert found.result is ProofResult.UNPROVEN
    assert "the operator's own account was not found in /SRE" in found.fact
    assert not desk.asked(ID_TOKEN)
    desk.canary = "nothing"
    found = await desk.proof()
    assert found is not None
    assert 'Keycloak has no group "nothing" (spec.canary.group)' in found.fact


async def test_the_token_that_people_bring_is_looked_at(desk: ExampleTokensHarness) -> None:
    desk.wanted = replace(desk.wanted, id_token=False)
    assert await desk.result() is ProofResult.PROVEN
    assert desk.asked(ACCESS_TOKEN)
    assert not desk.asked(ID_TOKEN)


async def test_a_group_without_members_is_passed_over(desk: ExampleTokensHarness) -> None:
    desk.groups = (OPS, SRE)
    desk.server.answers["members"] = each_in_turn([[], desk.server.answers["members"]])
    assert await desk.result() is ProofResult.PROVEN


async def test_without_a_member_nothing_is_proven_and_nothing_breaks(
    desk: ExampleTokensHarness,
) -> None:
    desk.server.answers["members"] = [{"id": "gone", "enabled": False}, {"id": "who"}]
    found = await desk.proof()
    assert found is not None
    assert found.result is ProofResult.UNPROVEN
    assert found.fact == (
        'the groups in the ID token of client "headlamp" are computed, not proven by a token: no '
        "enabled member was found in /SRE. With spec.canary the operator would check a token of "
        "its own account"
    )


async def test_no_more_than_the_first_five_groups_are_looked_into(
    desk: ExampleTokensHarness,
) -> None:
    desk.groups = tuple(Group(f"/{n}", str(n), str(n)) for n in range(12))
    people = People(desk.server, **{str(n): 0 for n in range(12)})
    first = await desk.proof()
    assert first is not None
    assert "no enabled member was found in the first 5 groups in use. With" in first.fact
    assert people.ask() == [str(n) for n in range(5)]
    desk.now += timedelta(minutes=10)
    assert await desk.proof() == first  # word for word: nothing is to be written
    desk.server.answers[ID_TOKEN] = {"groups": ["/4"]}
    people.members["4"] = 1
    desk.now += timedelta(minutes=10)
    assert await desk.result() is ProofResult.PROVEN
    proven = await desk.proof()
    desk.now += timedelta(days=1)
    assert await desk.proof() == proven  # of the same group


async def test_nobody_is_asked_for_while_no_group_is_in_use(desk: ExampleTokensHarness) -> None:
    desk.groups = ()
    assert await desk.proof() is None
    assert desk.unasked
    assert not desk.asked("members")
    desk.groups = (SRE,)
    assert await desk.result() is ProofResult.PROVEN
    assert not desk.unasked


async def test_a_proof_stays_when_no_group_is_in_use_any_more(desk: ExampleTokensHarness) -> None:
    first = await desk.proof()
    desk.groups = ()
    desk.now += timedelta(days=2)
    assert await desk.proof() == first
    assert not desk.unasked


@pytest.mark.parametrize("silent", [client("headlamp"), client("headlamp", enabled=False)])
async def test_nothing_is_awaited_of_a_client_that_sends_nothing(
    desk: ExampleTokensHarness, silent: Client
) -> None:
    desk.groups, desk.clients = (), (silent,)
    assert await desk.proof() is None
    assert not desk.unasked


async def test_a_group_that_comes_into_use_is_looked_into_at_once(
    desk: ExampleTokensHarness,
) -> None:
    people = People(desk.server, **{"1": 0, "2": 1})
    assert await desk.result() is ProofResult.UNPROVEN
    assert await desk.result() is ProofResult.UNPROVEN
    assert people.ask() == ["1"]
    desk.groups = (SRE, OPS)
    desk.server.answers[ID_TOKEN] = {"groups": ["/ops"]}
    assert await desk.result() is ProofResult.PROVEN
    desk.groups = (SRE,)
    people.ask()
    assert await desk.result() is ProofResult.PROVEN
    assert people.ask() == []


@pytest.mark.parametrize(
    ("what", "answer", "words"),
    [
        ("members", error(403), "may not view the members of groups. With spec.canary"),
        (ID_TOKEN, error(403), '(or the role "view-clients")'),
        ("members", error(404), "members of /SRE: 404, the group was deleted in the meantime"),
        (ID_TOKEN, error(404), "404, the client or the user was deleted in the meantime"),
        (ID_TOKEN, error(500), "example token: HTTP 500"),
        (ID_TOKEN, (502, "<html>"), "example token: https://127.0.0.1:"),
        (ID_TOKEN, HANG, "no complete answer"),
        (ID_TOKEN, ["no token"], "cannot read the answer"),
        ("members", {"not": "a list"}, "cannot read the answer"),
    ],
)
async def test_what_is_refused_is_said_and_breaks_nothing(
    desk: ExampleTokensHarness, what: str, answer: object, words: str
) -> None:
    desk.server.answers[what] = answer
    found = await desk.proof()
    assert found is not None
    assert found.result is ProofResult.UNPROVEN
    assert words in found.fact
    assert not found.fact.endswith(".")  # whoever tells it sets the full stop
