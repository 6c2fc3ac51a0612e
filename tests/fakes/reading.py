"""Reading the realm of a `KeycloakServer` with the real adapter."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.keycloak_server import SECRET, KeycloakServer
from groupaccess.adapters.keycloak.groups import DEFAULT_COSTS, Costs
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import Failure, Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.model import Directory, TokenClient

HEADLAMP = TokenClient("headlamp", id_token=True, scopes=("openid",))


async def read(
    server: KeycloakServer,
    *,
    within: float = 0.5,
    used: InUse | None = None,
    costs: Costs = DEFAULT_COSTS,
    **changes: Any,  # noqa: ANN401 -- of a Connection
) -> Snapshot:
    """Read the realm once, or what is in use of it, over a connection that is changed so."""
    async with server.serve():
        directory = Directory("default", server.issuer, "groups", "", (HEADLAMP,))
        connection = replace(server.connection, **changes)
        reader = KeycloakReader(answer_within=within, costs=costs)
        try:
            return await reader.read(directory, connection, used)
        finally:
            await reader.forget("default")


async def refusal(
    server: KeycloakServer,
    *,
    within: float = 0.5,
    **how: Any,  # noqa: ANN401 -- as `read` takes it
) -> Failure:
    """Return why the realm cannot be read."""
    with pytest.raises(RefusedError) as refused:
        await read(server, within=within, **how)
    assert SECRET not in refused.value.failure.message
    return refused.value.failure
