"""How long a proof holds, and when it is looked for again."""

from datetime import timedelta

import pytest

from adapters.keycloak.clients.example_tokens_harness import (
    CARRIES,
    ID_TOKEN,
    ExampleTokensHarness,
)
from domain.builders import client, mapper
from fakes.keycloak_server import error
from groupaccess.domain.directory.client import Client, MapperKind, ProofResult


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
