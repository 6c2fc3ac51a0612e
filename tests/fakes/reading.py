"""Asking the realm of a `KeycloakServer` with the real adapter."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from contracts.reading import read_once
from fakes.keycloak_server import SECRET, KeycloakServer
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.questions import Answer, GroupsInUse, Question
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure

HEADLAMP = LoginClient("headlamp", id_token=True, scopes=("openid",))
ME = "me"  # the operator's account
SRE = GroupsInUse(frozenset({"SRE"}))


@asynccontextmanager
async def opened(
    server: KeycloakServer, *, within: float = 0.5
) -> AsyncIterator[tuple[KeycloakReader, Directory, Connection]]:
    """Serve the realm, and give what asks it."""
    async with server.serve():
        directory = Directory("default", server.issuer, "groups", "", (HEADLAMP,))
        reader = KeycloakReader(answer_within=within)
        try:
            yield reader, directory, server.connection
        finally:
            await reader.forget_directory("default")


async def read(
    server: KeycloakServer,
    used: GroupsInUse = SRE,
    *,
    within: float = 0.5,
    **changes: Any,
) -> Snapshot:
    """Ask once about what is in use, over a connection that is changed so."""
    async with opened(server, within=within) as (reader, directory, connection):
        return await read_once(reader, directory, replace(connection, **changes), used)


async def answer(server: KeycloakServer, question: Question) -> Answer:
    """Ask one question."""
    async with opened(server) as (reader, directory, connection):
        return await reader.answer(directory, connection, ME, question)


async def refusal(
    server: KeycloakServer,
    used: GroupsInUse = SRE,
    *,
    within: float = 0.5,
    **how: Any,
) -> Failure:
    """Return why the realm cannot be read."""
    with pytest.raises(RejectedError) as refused:
        await read(server, used, within=within, **how)
    assert SECRET not in refused.value.failure.message
    return refused.value.failure
