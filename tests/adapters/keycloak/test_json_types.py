"""An answer of another shape than Keycloak's is no reading: no value is made to fit."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from fakes import hostile
from fakes.keycloak_server import GROUPS, KeycloakServer
from fakes.reading import read, refusal
from groupaccess.adapters.keycloak.json_types import CLIENTS, SCOPES, validate
from groupaccess.adapters.keycloak.json_types import GROUPS as GROUPS_SHAPE
from groupaccess.domain.reasons import Reason


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


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
    answer: Any,
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
    assert (await read(server)).directory_id == "me"


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


@pytest.mark.parametrize("shape", [GROUPS_SHAPE, SCOPES, CLIENTS])
def test_what_is_wrong_with_a_long_list_is_not_listed(shape: TypeAdapter[Any]) -> None:
    """Each error would take a kilobyte."""
    with pytest.raises(ValidationError) as error:
        validate(shape, [{}] * 100)
    assert error.value.error_count() < 5  # of the first item
