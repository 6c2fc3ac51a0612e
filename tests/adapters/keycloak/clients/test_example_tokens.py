"""Example tokens: whose is looked at, how often, and that nothing breaks without one."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from domain.builders import NOW, client, mapper
from fakes.keycloak_members import People
from fakes.keycloak_server import HANG, KeycloakServer, Trick, error
from groupaccess.adapters.keycloak.clients.example_tokens import ExampleTokens, RealmConfiguration
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN, Session
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import Client, MapperKind, ProofResult, TokenProof
from groupaccess.domain.directory.group import Group

ID_TOKEN, ACCESS_TOKEN = "generate-example-id-token", "generate-example-access-token"
HEADLAMP = client("headlamp", mapper())
SRE, OPS = Group("/SRE", "SRE", "1"), Group("/ops", "ops", "2")
WANTED = LoginClient("headlamp", id_token=True, scopes=("openid", "teams"))
CARRIES = {"groups": ["/SRE"], "exp": 1300, "iat": 1000}


@dataclass
class ExampleTokensHarness:
    """A prover at work on a realm. `now` is its clock."""

    server: KeycloakServer
    now: datetime = NOW
    groups: tuple[Group, ...] = (SRE,)
    clients: tuple[Client, ...] = (HEADLAMP,)
    wanted: LoginClient = WANTED
    canary: str | None = None
    unasked: bool = False
    prover: ExampleTokens = field(init=False)

    def __post_init__(self) -> None:
        self.prover = ExampleTokens(lambda: self.now)

    async def proof(self) -> TokenProof | None:
        """Return the proof of headlamp."""
        directory = Directory("default", self.server.issuer, "groups", "", (self.wanted,))
        directory = replace(directory, canary=self.canary)
        read = RealmConfiguration(directory, "me", self.groups, self.clients, {"headlamp": "uuid"})
        session = Session(self.server.connection, 0.5, POD_TOKEN)
        try:
            (found,) = await self.prover.prove(session, read)
        finally:
            await session.close()
        self.unasked = found.proof_pending
        assert replace(found, proof=None, proof_pending=False) == self.clients[0]
        return found.proof

    async def result(self) -> ProofResult | None:
        """Return what came of it."""
        found = await self.proof()
        return None if found is None else found.result

    def asked(self, what: str) -> bool:
        """Tell whether that was asked for since the last time."""
        return self.server.queries.pop(what, None) is not None


@pytest.fixture
async def desk() -> AsyncIterator[ExampleTokensHarness]:
    """Give a realm in which alice is in group SRE, and so is the operator's account."""
    server = KeycloakServer()
    server.answers["members"] = [
        {"id": "gone", "enabled": False, "email": "gone@example.com"},
        {"id": "alice", "enabled": True, "email": "alice@example.com"},
        {"id": "me", "enabled": True},
    ]
    server.answers[ID_TOKEN] = server.answers[ACCESS_TOKEN] = CARRIES
    async with server.serve():
        yield ExampleTokensHarness(server)


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
    assert not desk.prover._cache
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
    desk.server.answers["members"] = _each([[], desk.server.answers["members"]])
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


async def test_a_proof_holds_for_a_day(desk: ExampleTokensHarness) -> None:
    first = await desk.proof()
    desk.server.queries.clear()
    desk.now += timedelta(hours=23)
    assert await desk.proof() == first
    assert not desk.asked("members")
    desk.now += timedelta(hours=1)
    assert await desk.proof() == first  # also its time: nothing changed
    assert desk.asked("members")
    assert desk.asked(ID_TOKEN)


async def test_a_proof_ends_with_the_configuration(desk: ExampleTokensHarness) -> None:
    await desk.proof()
    desk.server.queries.clear()
    desk.clients = (client("headlamp", mapper(), mapper("other")),)
    assert await desk.result() is ProofResult.PROVEN
    assert desk.asked(ID_TOKEN)


async def test_another_role_is_no_other_configuration(desk: ExampleTokensHarness) -> None:
    for roles in (["a"], ["a", "b"]):
        desk.server.queries.clear()
        merging = mapper("roles", MapperKind.APPENDING, adds=roles)
        desk.clients = (client("headlamp", mapper(), merging),)
        await desk.proof()
    assert not desk.asked(ID_TOKEN)


async def test_a_client_that_is_disabled_has_no_proof(desk: ExampleTokensHarness) -> None:
    await desk.proof()
    desk.clients = (client("headlamp", mapper(), enabled=False),)
    assert await desk.proof() is None


async def test_what_is_refuted_is_asked_again_at_each_reading_and_heals(
    desk: ExampleTokensHarness,
) -> None:
    desk.server.answers[ID_TOKEN] = {"groups": ["other"]}
    first = await desk.proof()
    assert first is not None
    assert first.result is ProofResult.REFUTED
    desk.now += timedelta(seconds=10)
    assert await desk.proof() == first
    desk.server.answers[ID_TOKEN] = CARRIES
    assert await desk.result() is ProofResult.PROVEN


async def test_a_missing_member_is_looked_for_every_ten_minutes(desk: ExampleTokensHarness) -> None:
    members, desk.server.answers["members"] = desk.server.answers["members"], []
    assert await desk.result() is ProofResult.UNPROVEN
    desk.server.answers["members"] = members
    desk.now += timedelta(minutes=9)
    assert await desk.result() is ProofResult.UNPROVEN
    desk.now += timedelta(minutes=1)
    assert await desk.result() is ProofResult.PROVEN


async def test_a_keycloak_that_fails_for_a_moment_takes_no_proof_away(
    desk: ExampleTokensHarness,
) -> None:
    first = await desk.proof()
    desk.now += timedelta(days=2)
    for failing in (error(500), error(404)):
        desk.server.answers[ID_TOKEN] = failing
        assert await desk.proof() == first
    desk.server.answers[ID_TOKEN] = {}
    assert await desk.result() is ProofResult.REFUTED


@pytest.mark.parametrize(
    "silent",
    [
        client("headlamp"),
        client("headlamp", mapper(tokens="")),
        client("headlamp", mapper(), enabled=False),
    ],
    ids=["no mapper", "another token", "disabled"],
)
async def test_a_client_that_sends_nothing_is_not_asked_about(
    desk: ExampleTokensHarness, silent: Client
) -> None:
    desk.clients = (silent,)
    assert await desk.proof() is None
    assert not desk.asked("members")


def _each(answers: Iterable[object]) -> Trick:
    """Answer each request with the next of these."""
    left = iter(answers)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(next(left))

    return answer
