"""A hostile or broken server costs little, learns nothing, and gets a reason."""

import json
import logging
import tracemalloc
from typing import Any

import pytest

from fakes import hostile
from fakes.keycloak_server import GROUPS, SECRET, KeycloakServer, Trick
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.client import LARGEST
from groupaccess.domain.reasons import Reason

NAMES = ["openid-configuration", "token", "groups", "count", "client-scopes", "clients"]
MIB = 2**20
PATIENT = 20.0


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


@pytest.mark.parametrize(
    ("name", "status"),
    [*((name, 302) for name in NAMES), *(("token", status) for status in (301, 303, 307, 308))],
)
async def test_a_redirect_is_named_and_never_followed(
    server: KeycloakServer, name: str, status: int
) -> None:
    elsewhere = KeycloakServer()
    async with elsewhere.serve():
        server.answers[name] = hostile.redirect(f"{elsewhere.url}/{name}?x=1", status)
        failure = await refusal(server)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert f"redirected to {elsewhere.url.removeprefix('https://')}" in failure.message
    assert elsewhere.queries == {}


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://me:pw@evil.example/a", "redirected to evil.example;"),
        ("http://evil.example/", "redirected to evil.example;"),
        ("//evil.example:8443", "redirected to evil.example:8443;"),
        (f"https://{'a.' * 2000}example", "redirected to a.a."),
        ("https://evil.example:port/", "redirected to an address that cannot be read;"),
        ("javascript:alert(1)", "redirected to an address that cannot be read;"),
    ],
)
async def test_where_a_redirect_leads_is_told_in_a_few_clean_words(
    server: KeycloakServer, location: str, words: str
) -> None:
    server.answers["groups"] = hostile.redirect(location)
    message = (await refusal(server)).message
    assert words in message
    assert "pw" not in message
    assert len(message) < 500


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("name", ["token", "groups"])
async def test_an_answer_of_a_gibibyte_is_not_taken(
    server: KeycloakServer, name: str, *, announced: bool
) -> None:
    flood = server.answers[name] = hostile.Flood(announced=announced)
    failure = await refusal(server, within=PATIENT)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "larger than 16 MiB" in failure.message
    assert flood.sent < 4 * LARGEST  # some is under way in buffers


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
async def test_what_could_unfold_is_not_taken(server: KeycloakServer, encoding: str) -> None:
    server.answers["groups"] = hostile.bomb(encoding)
    tracemalloc.start(1)
    failure = await refusal(server, within=PATIENT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "compressed, which was not asked for" in failure.message
    assert peak < 8 * MIB


async def test_an_answer_that_nests_or_swarms_is_not_parsed(server: KeycloakServer) -> None:
    for trick in (hostile.nested(), hostile.crowd()):
        server.answers["groups"] = trick
        tracemalloc.start(1)
        failure = await refusal(server, within=PATIENT)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
        assert peak < 128 * MIB
        server = KeycloakServer()


@pytest.mark.parametrize("name", NAMES)
async def test_an_answer_that_drips_is_given_up(server: KeycloakServer, name: str) -> None:
    server.answers[name] = hostile.drip
    failure = await refusal(server, within=0.2)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "no whole answer within 0.2 s" in failure.message


@pytest.mark.parametrize(
    "trick",
    [hostile.not_yet_for_ever(), hostile.headers_for_ever(), hostile.no_http()],
    ids=["interim answers", "headers", "no HTTP"],
)
async def test_what_is_hardly_http_is_given_up_and_not_shown(
    server: KeycloakServer, trick: Trick
) -> None:
    server.answers["groups"] = trick
    failure = await refusal(server, within=0.5)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "html" not in failure.message


@pytest.mark.parametrize(
    "answer",
    [
        [{**GROUPS[0], "id": 1}, GROUPS[1]],
        [{**GROUPS[0], "name": None}, GROUPS[1]],
        [{**GROUPS[0], "path": ["/SRE"]}, GROUPS[1]],
        [{**GROUPS[0], "id": ""}, GROUPS[1]],
        [{**GROUPS[0], "id": "i" * 10_000}, GROUPS[1]],
        [{**GROUPS[0], "name": "n" * 10_000}, GROUPS[1]],
        [{**GROUPS[0], "name": "\ud800"}, GROUPS[1]],
        [GROUPS[0], GROUPS[1], GROUPS[1]],
        [GROUPS[0], {**GROUPS[0], "path": "/Dev"}],
        [GROUPS[0], None],
        {"groups": GROUPS},
        "groups",
        0,
        True,
    ],
    ids=lambda answer: json.dumps(answer)[:40],
)
async def test_groups_of_another_shape_are_no_reading(
    server: KeycloakServer,
    answer: Any,  # noqa: ANN401 -- JSON
) -> None:
    server.answers["groups"] = answer
    failure = await refusal(server)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert len(failure.message) < 500


@pytest.mark.parametrize("count", ["NaN", "Infinity", "1e400", "2.0", "true", '"2"', "-2", "null"])
async def test_a_count_that_is_none_is_no_reading(server: KeycloakServer, count: str) -> None:
    server.answers["count"] = hostile.text(f'{{"count": {count}}}')
    assert (await refusal(server)).reason == Reason.KEYCLOAK_UNAVAILABLE


async def test_a_count_of_many_digits_is_no_reading(server: KeycloakServer) -> None:
    for digits in (4000, 5000):  # Python itself stops at 4300
        server = KeycloakServer()
        server.answers["count"] = hostile.text(f'{{"count": {"9" * digits}}}')
        failure = await refusal(server)
        assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
        assert len(failure.message) <= 1024


TOKEN = {"access_token": "e30.eyJzdWIiOiJtZSJ9.LQ", "expires_in": 300}


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": 5},
        {"access_token": "no token"},
        {"access_token": "a.b.c.d.e"},
        {"access_token": "e30.W10.LQ"},  # a list of claims
        {"access_token": "e30.eyJzdWIiOlsibWUiXX0.LQ"},  # a list of subjects
        {"access_token": f"e30.{'e' * 100_000}.LQ"},
        {"access_token": f"{TOKEN['access_token']}\r\nX-Evil: 1"},
        {"access_token": f"{TOKEN['access_token']}ü"},
        {"expires_in": "soon"},
        {"expires_in": 10**30},
        {"expires_in": None},
    ],
    ids=lambda changes: json.dumps(changes)[:40],
)
async def test_a_token_of_another_shape_is_no_reading_and_is_not_shown(
    server: KeycloakServer, changes: dict[str, Any]
) -> None:
    server.answers["token"] = {**TOKEN, **changes}
    failure = await refusal(server)
    assert failure.reason in {Reason.KEYCLOAK_UNAVAILABLE, Reason.LOGIN_FAILED}
    assert "e30" not in failure.message


@pytest.mark.parametrize("expires_in", ["NaN", "Infinity", "1e400"])
async def test_a_lifetime_that_is_no_number_is_no_reading(
    server: KeycloakServer, expires_in: str
) -> None:
    token = f'{{"access_token": "{TOKEN["access_token"]}", "expires_in": {expires_in}}}'
    server.answers["token"] = hostile.text(token)
    assert (await refusal(server)).reason == Reason.KEYCLOAK_UNAVAILABLE


async def test_a_token_that_is_over_at_once_ends_all_the_same(server: KeycloakServer) -> None:
    server.answers["token"] = {**TOKEN, "expires_in": -1, "refresh_token": "r"}
    assert (await read(server)).identity == "me"


@pytest.mark.parametrize(
    "changes",
    [
        {"enabled": "false"},
        {"clientId": "headlamp", "protocolMappers": {"a": "b"}},
        {"protocolMappers": [{"name": 5, "protocolMapper": "x", "protocol": "openid-connect"}]},
        {"protocolMappers": [{"name": "x", "protocolMapper": ["x"]}]},
        {"protocolMappers": [{"name": "x", "protocolMapper": "x", "config": ["claim.name"]}]},
        {"protocolMappers": [{"name": "x", "protocolMapper": "x", "config": {"claim.name": 1}}]},
        {"defaultClientScopes": "openid"},
        {"optionalClientScopes": [["openid"]]},
        {"attributes": []},
    ],
    ids=lambda changes: json.dumps(changes)[:60],
)
async def test_a_client_of_another_shape_is_no_reading(
    server: KeycloakServer, changes: dict[str, Any]
) -> None:
    server.answers["clients"] = [{"clientId": "headlamp", "enabled": True, **changes}]
    assert (await refusal(server)).reason == Reason.KEYCLOAK_UNAVAILABLE


@pytest.mark.parametrize("issuer", [["a"], None, 5])
async def test_an_issuer_that_is_no_text_is_no_reading(
    server: KeycloakServer, issuer: object
) -> None:
    server.answers["openid-configuration"] = {"issuer": issuer}
    assert (await refusal(server)).reason == Reason.KEYCLOAK_UNAVAILABLE


LONG = f"<h1>\x1b[31m{SECRET}\r\n\u202e{'x' * 100_000}"


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("token", hostile.refusal(LONG), Reason.LOGIN_FAILED),
        ("openid-configuration", {"issuer": LONG}, Reason.ISSUER_MISMATCH),
    ],
)
async def test_words_of_the_server_are_few_and_clean_and_hold_no_secret(
    server: KeycloakServer, name: str, answer: object, reason: Reason
) -> None:
    server.answers[name] = answer
    failure = await refusal(server)
    assert failure.reason == reason
    assert "xxx" in failure.message
    assert failure.message.isprintable()
    assert len(failure.message) <= 1024


async def test_no_part_of_the_secret_is_left_where_a_message_is_cut(server: KeycloakServer) -> None:
    server.answers["token"] = hostile.refusal(SECRET * 10_000)
    assert SECRET[:3] not in (await refusal(server)).message


async def test_a_realm_of_ten_thousand_groups_is_far_from_every_bound(
    server: KeycloakServer,
) -> None:
    server.answers["groups"], server.answers["count"] = hostile.realm_of(40_000)
    assert len((await read(server, within=PATIENT)).groups) == 40_000


async def test_no_secret_and_no_token_gets_into_a_log(
    server: KeycloakServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    await read(server)
    token = server.answers["token"]["access_token"]
    assert "/admin/realms/main/groups" in caplog.text
    assert SECRET not in caplog.text
    assert token not in caplog.text
    assert "of headlamp" not in caplog.text
