"""A reading is whole or none: what a server that is not well leads to. The rest is a contract."""

from typing import Any

import pytest

from fakes.keycloak_server import HANG, KeycloakServer, error
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.connection.session import _trust
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.reasons import Reason


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


async def test_nothing_but_what_is_needed_is_asked(server: KeycloakServer) -> None:
    found = await read(server)
    assert [group.path for group in found.groups] == ["/SRE"]
    assert found.directory_id == "me"
    assert server.queries["clients"] == {"clientId": "headlamp"}
    assert "of headlamp" not in repr(found)


@pytest.mark.parametrize("name", ["openid-configuration", "token", "groups", "count", "clients"])
@pytest.mark.parametrize(
    "answer",
    [error(500), (200, "<html>"), (200, "null"), (503, "<html>"), HANG],
    ids=["500", "HTML", "null", "503", "no answer"],
)
async def test_an_answer_that_fails_is_no_reading(
    server: KeycloakServer, name: str, answer: object
) -> None:
    server.answers[name] = answer
    failure = await refusal(server)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE


@pytest.mark.parametrize("groups", [[{"id": "1", "name": "SRE"}], [{}], ["SRE"], {"1": "SRE"}])
async def test_groups_that_are_none_are_no_reading(server: KeycloakServer, groups: Any) -> None:
    server.answers["groups"] = groups
    assert (await refusal(server)).reason == Reason.KEYCLOAK_UNAVAILABLE


async def test_a_token_without_subject_says_what_the_client_lacks(server: KeycloakServer) -> None:
    server.answers["token"] = {"access_token": "e30.e30.LQ", "expires_in": 300}
    failure = await refusal(server)
    assert failure.reason == Reason.LOGIN_FAILED
    assert 'scope "basic"' in failure.message


async def test_a_refused_login_has_keycloaks_words(server: KeycloakServer) -> None:
    words = '{"error":"unauthorized_client","error_description":"Invalid client credentials"}'
    server.answers["token"] = (401, words)
    failure = await refusal(server)
    assert failure.reason == Reason.LOGIN_FAILED
    assert "Invalid client credentials" in failure.message


async def test_a_realm_that_is_disabled_says_so(server: KeycloakServer) -> None:
    words = '{"error":"access_denied","error_description":"Realm not enabled"}'
    server.answers["token"] = (403, words)
    failure = await refusal(server)
    assert failure.reason == Reason.LOGIN_FAILED
    assert "Realm not enabled" in failure.message


async def test_a_refused_list_names_the_role(server: KeycloakServer) -> None:
    server.answers["groups"] = (403, '{"error":"HTTP 403 Forbidden"}')
    failure = await refusal(server)
    assert failure.reason == Reason.KEYCLOAK_FORBIDDEN
    assert '"view-users"' in failure.message


async def test_an_empty_list_of_scopes_is_a_missing_right(server: KeycloakServer) -> None:
    server.answers["client-scopes"] = []
    failure = await refusal(server)
    assert failure.reason == Reason.KEYCLOAK_FORBIDDEN
    assert failure.message.startswith("client-scopes: an empty list")
    assert '"view" on all Clients' in failure.message


def test_authorities_that_cannot_be_read_are_named() -> None:
    with pytest.raises(RejectedError) as refused:
        _trust("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n")
    assert refused.value.failure.reason == Reason.CREDENTIALS_NOT_FOUND
    assert "caBundle" in refused.value.failure.message


def test_a_comment_in_a_bundle_may_be_in_any_language() -> None:
    with pytest.raises(RejectedError, match="caBundle"):
        _trust("# Türk Güven\n-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n")
