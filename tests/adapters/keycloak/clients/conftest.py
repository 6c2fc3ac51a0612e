"""Fixtures of the tests of example tokens."""

from collections.abc import AsyncIterator

import pytest

from adapters.keycloak.clients.example_tokens_harness import (
    ACCESS_TOKEN,
    CARRIES,
    ID_TOKEN,
    ExampleTokensHarness,
)
from fakes.keycloak_server import KeycloakServer


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
