"""A hostile or broken server costs little, learns nothing, and gets a reason."""

import logging
import tracemalloc

import pytest

from fakes import hostile
from fakes.keycloak_server import SECRET, KeycloakServer, Trick
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.connection.http import MAX_BYTES
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
    assert f"redirects to {elsewhere.url.removeprefix('https://')}" in failure.message
    assert elsewhere.queries == {}


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://me:pw@evil.example/a", "redirects to evil.example;"),
        ("http://evil.example/", "redirects to evil.example;"),
        ("//evil.example:8443", "redirects to evil.example:8443;"),
        (f"https://{'a.' * 2000}example", "redirects to a.a."),
        ("https://evil.example:port/", "redirects to an address that cannot be read;"),
        ("javascript:alert(1)", "redirects to an address that cannot be read;"),
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
    assert flood.sent < 4 * MAX_BYTES  # some is under way in buffers


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
async def test_what_could_unfold_is_not_taken(server: KeycloakServer, encoding: str) -> None:
    server.answers["groups"] = hostile.bomb(encoding)
    tracemalloc.start(1)
    failure = await refusal(server, within=PATIENT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "compressed, although" in failure.message
    assert peak < 8 * MIB


@pytest.mark.parametrize("trick", ["nested", "crowd"])
async def test_little_text_does_not_become_much_memory(server: KeycloakServer, trick: str) -> None:
    server.answers["groups"] = getattr(hostile, trick)()
    tracemalloc.start(1)
    failure = await refusal(server, within=PATIENT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert peak < 128 * MIB


@pytest.mark.parametrize("name", NAMES)
async def test_an_answer_that_drips_is_given_up(server: KeycloakServer, name: str) -> None:
    server.answers[name] = hostile.drip
    failure = await refusal(server, within=0.2)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "no complete answer within 0.2 s" in failure.message


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
