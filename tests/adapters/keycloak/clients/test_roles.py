"""Roles that land in the groups claim: read where they can, and no reason not to read the rest."""

from typing import Any

import pytest

from fakes.keycloak_server import KeycloakServer, error
from fakes.reading import read, refusal
from groupaccess.domain.directory.client import ClaimMapper
from groupaccess.domain.reasons import Reason

CLIENT_ROLES = {"usermodel.clientRoleMapping.clientId": "headlamp"}


def role_mapper(kind: str = "realm", **config: str) -> dict[str, Any]:
    return {
        "name": "roles",
        "protocol": "openid-connect",
        "protocolMapper": f"oidc-usermodel-{kind}-role-mapper",
        "config": {"claim.name": "groups", "multivalued": "true", **config},
    }


def having(**client: Any) -> KeycloakServer:
    """Return a server whose client is so, and whose built-in optional scope has the trap."""
    server = KeycloakServer()
    scope = {"name": "microprofile-jwt", "protocolMappers": [role_mapper()]}
    server.answers["client-scopes"] = [scope]
    server.answers["clients"] = [{"id": "uuid", "clientId": "headlamp", "enabled": True, **client}]
    server.answers["granted"] = [{"name": "SRE"}]
    return server


async def mappers(server: KeycloakServer) -> tuple[tuple[ClaimMapper, ...], ...]:
    (client,) = (await read(server)).clients
    return client.mappers, client.optional_mappers


async def test_roles_of_a_mapper_that_is_in_force_are_read() -> None:
    ((mapper,), optional) = await mappers(having(defaultClientScopes=["microprofile-jwt"]))
    assert (mapper.scope, mapper.other_values) == ("microprofile-jwt", frozenset({"SRE"}))
    assert optional == ()


async def test_roles_of_an_optional_scope_are_read_since_a_login_may_ask_for_it() -> None:
    (own, (mapper,)) = await mappers(having(optionalClientScopes=["microprofile-jwt"]))
    assert mapper.other_values == frozenset({"SRE"})
    assert own == ()


async def test_roles_are_those_of_any_login() -> None:
    server = having(optionalClientScopes=["microprofile-jwt", "teams"])
    await read(server)
    assert server.queries["granted"] == {"scope": "microprofile-jwt teams"}


async def test_roles_of_a_client_are_read() -> None:
    server = having(protocolMappers=[role_mapper("client", **CLIENT_ROLES)])
    ((mapper,), _) = await mappers(server)
    assert mapper.other_values == frozenset({"SRE"})


async def test_role_that_is_called_like_no_group_is_not_kept() -> None:
    server = having(defaultClientScopes=["microprofile-jwt"])
    server.answers["granted"] = [{"name": name} for name in ("SRE", "Dev", "other")]
    ((mapper,), _) = await mappers(server)
    assert mapper.other_values == frozenset({"SRE"})


async def test_roles_are_not_read_where_none_can_get_into_the_claim() -> None:
    server = having()
    await read(server)
    assert "granted" not in server.queries


async def test_a_missing_right_for_roles_leaves_them_unknown() -> None:
    server = having(defaultClientScopes=["microprofile-jwt"])
    server.answers["granted"] = error(403)
    ((mapper,), _) = await mappers(server)
    assert mapper.other_values is None


@pytest.mark.parametrize("answer", [error(500), {"not": "a list"}, [{"name": 5}]], ids=str)
async def test_roles_that_fail_otherwise_are_no_reading(answer: object) -> None:
    server = having(defaultClientScopes=["microprofile-jwt"])
    server.answers["granted"] = answer
    assert (await refusal(server)).reason is Reason.KEYCLOAK_UNAVAILABLE
