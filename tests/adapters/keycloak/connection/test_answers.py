"""Something in front of Keycloak answers: that is said, with its address and what to do."""

from dataclasses import replace

import pytest
from aiohttp import web

from fakes import hostile
from fakes.keycloak_server import SECRET, KeycloakServer, error
from fakes.reading import refusal
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN
from groupaccess.adapters.keycloak.operator_token import KeycloakOperatorTokens
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.reasons import Reason

PATHS = {
    "openid-configuration": "/realms/main/.well-known/openid-configuration",
    "token": "/realms/main/protocol/openid-connect/token",
    "groups": "/admin/realms/main/groups",
}
HTML = "<html><body>nginx</body></html>"
PATH_ADVICE = "does not serve this path: let it do so, or set spec.adminURL"
FIREWALL_ADVICE = "refuses the operator: allow the operator there, or set spec.adminURL"
GATEWAY_ADVICE = "Perhaps a proxy or load balancer does not reach Keycloak"
OTHER_ADVICE = "Perhaps something else answers there"


@pytest.fixture
def server() -> KeycloakServer:
    return KeycloakServer()


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    ("code", "body", "kind", "advice"),
    [
        (404, HTML, "HTML", PATH_ADVICE),
        (404, "404 page not found", "text", PATH_ADVICE),
        (404, "", "an empty body", PATH_ADVICE),
        (404, '{"message":"no Route matched"}', "unexpected JSON", PATH_ADVICE),
        (404, '{"status":404,"error":"Not Found"}', "unexpected JSON", PATH_ADVICE),
        (401, HTML, "HTML", FIREWALL_ADVICE),
        (403, HTML, "HTML", FIREWALL_ADVICE),
        (429, "slow down", "text", FIREWALL_ADVICE),
        (502, HTML, "HTML", GATEWAY_ADVICE),
        (503, "no healthy upstream", "text", GATEWAY_ADVICE),
        (504, "", "an empty body", GATEWAY_ADVICE),
        (500, HTML, "HTML", OTHER_ADVICE),
        (400, "[]", "unexpected JSON", OTHER_ADVICE),
        (300, "{}", "unexpected JSON", OTHER_ADVICE),
        (200, f" \n{HTML}", "HTML", OTHER_ADVICE),
        (200, '"text"', "text", OTHER_ADVICE),
    ],
)
async def test_what_answers_in_front_of_keycloak_is_not_taken_for_it(
    server: KeycloakServer, name: str, code: int, body: str, kind: str, advice: str
) -> None:
    server.answers[name] = (code, body)
    failure = await refusal(server)
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    where = f"{server.url}{PATHS[name]}: "
    assert (
        f"{where}HTTP {code} with {kind}: this does not look like Keycloak's own answer"
        in failure.message
    )
    assert advice in failure.message
    assert "spec.adminURL" in failure.message or advice is GATEWAY_ADVICE
    assert "nginx" not in failure.message


@pytest.mark.parametrize("body", ['{"error":"x"}', '{"errorMessage":"x","field":"name"}'])
async def test_keycloaks_own_errors_are_known_by_their_shape(
    server: KeycloakServer, body: str
) -> None:
    server.answers["groups"] = (403, body)
    assert (await refusal(server)).reason == Reason.KEYCLOAK_FORBIDDEN


async def test_an_error_that_nests_without_end_is_not_keycloaks(server: KeycloakServer) -> None:
    server.answers["groups"] = (404, "[" * 100_000)
    assert "unexpected JSON" in (await refusal(server)).message


@pytest.mark.parametrize("name", PATHS)
async def test_a_redirect_says_where_it_came_from_and_what_to_set(
    server: KeycloakServer, name: str
) -> None:
    server.answers[name] = hostile.redirect("https://login.example/?next=x")
    message = (await refusal(server)).message
    assert f"{server.url}{PATHS[name]}: HTTP 302 redirects to login.example;" in message
    assert "Set spec.adminURL" in message


async def test_json_of_another_shape_says_where_to_look(server: KeycloakServer) -> None:
    server.answers["openid-configuration"] = {"status": "ok"}
    message = (await refusal(server)).message
    assert "the operator cannot read the answer" in message
    assert "check what answers at spec.adminURL" in message


async def test_no_query_and_no_user_is_shown(server: KeycloakServer) -> None:
    server.answers["clients"] = (404, HTML)
    async with server.serve():
        url = server.url.replace("https://", "https://me:pw@")
    server.absent = (404, HTML)
    message = (await refusal(server, admin_url=f"{url}/")).message
    assert "pw" not in message
    assert "?" not in message


async def test_whose_group_was_asked_for_makes_no_other_message(server: KeycloakServer) -> None:
    async def away(_: web.Request) -> web.StreamResponse:
        return web.Response(status=502, text=HTML)

    server.answers |= {"clients": [{"id": "uuid", "clientId": "headlamp"}]}
    server.answers["granted"] = away
    server.answers["client-scopes"] = [
        {
            "name": "microprofile-jwt",
            "protocolMappers": [
                {
                    "name": "roles",
                    "protocolMapper": "oidc-usermodel-realm-role-mapper",
                    "config": {"claim.name": "groups", "multivalued": "true"},
                }
            ],
        }
    ]
    server.answers["clients"][0]["optionalClientScopes"] = ["microprofile-jwt"]
    message = (await refusal(server)).message
    assert f"{server.url}/admin/realms/main/clients/…: HTTP 502" in message


async def test_the_canarys_login_knows_a_proxy_too(server: KeycloakServer) -> None:
    server.answers["token"] = (403, HTML)
    async with server.serve():
        with pytest.raises(RejectedError) as refused:
            await KeycloakOperatorTokens(0.5, POD_TOKEN).operator_token(server.connection)
    failure = refused.value.failure
    assert failure.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert FIREWALL_ADVICE in failure.message


async def test_an_error_of_keycloaks_own_sends_to_its_log(server: KeycloakServer) -> None:
    server.answers["groups"] = error(500)
    message = (await refusal(server)).message
    assert message.startswith("groups: HTTP 500 from Keycloak itself; its log says more.")


async def test_a_refused_login_names_the_client_and_where_its_secret_is(
    server: KeycloakServer,
) -> None:
    server.answers["token"] = hostile.refusal("Invalid client credentials")
    where = 'Secret "groupaccess/keycloak" (keys client-id and client-secret)'
    failure = await refusal(server, credentials=where)
    assert failure.reason == Reason.LOGIN_FAILED
    assert failure.message.startswith(
        f'Keycloak refused the login of client "groupaccess" with {where}: '
        "Invalid client credentials."
    )


async def test_a_token_without_a_subject_names_the_client(server: KeycloakServer) -> None:
    server.answers["token"] = {"access_token": "e30.e30.LQ", "expires_in": 300}
    async with server.serve():
        connection = replace(server.connection, client_secret=SECRET)
        with pytest.raises(RejectedError) as refused:
            await KeycloakOperatorTokens(0.5, POD_TOKEN).operator_token(connection)
    assert 'the token of client "groupaccess"' in refused.value.failure.message
