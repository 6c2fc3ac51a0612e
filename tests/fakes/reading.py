"""Reading the realm of a `KeycloakServer` with the real adapter."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.keycloak_server import SECRET, KeycloakServer
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import Failure, Snapshot
from groupaccess.domain.model import Directory, TokenClient

HEADLAMP = TokenClient("headlamp", id_token=True, scopes=("openid",))


async def read(
    server: KeycloakServer,
    *,
    within: float = 0.5,
    **changes: Any,  # noqa: ANN401 -- of a Connection
) -> Snapshot:
    """Read the realm once, over a connection that is changed so."""
    async with server.serve():
        directory = Directory("default", server.issuer, "groups", "", (HEADLAMP,))
        connection = replace(server.connection, **changes)
        return await KeycloakReader(answer_within=within).read(directory, connection)


async def refusal(
    server: KeycloakServer,
    *,
    within: float = 0.5,
    **changes: Any,  # noqa: ANN401 -- of a Connection
) -> Failure:
    """Return why the realm cannot be read."""
    with pytest.raises(RefusedError) as refused:
        await read(server, within=within, **changes)
    assert SECRET not in refused.value.failure.message
    return refused.value.failure
