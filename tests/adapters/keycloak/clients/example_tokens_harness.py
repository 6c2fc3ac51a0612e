"""Example tokens of a realm that a test makes up."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from aiohttp import web

from domain.builders import NOW, client, mapper
from fakes.keycloak_server import KeycloakServer, Trick
from groupaccess.adapters.keycloak.clients.example_tokens import ExampleTokens, RealmConfiguration
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN, Session
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import Client, ProofResult, TokenProof
from groupaccess.domain.directory.group import Group

ID_TOKEN, ACCESS_TOKEN = "generate-example-id-token", "generate-example-access-token"
HEADLAMP = client("headlamp", mapper())
SRE, OPS = Group("/SRE", "SRE", "1"), Group("/ops", "ops", "2")
WANTED = LoginClient("headlamp", id_token=True, scopes=("openid", "teams"))
CARRIES = {"groups": ["/SRE"], "exp": 1300, "iat": 1000}


@dataclass
class ExampleTokensHarness:
    """A prover at work on a realm. `now` is its clock."""

    server: KeycloakServer
    now: datetime = NOW
    groups: tuple[Group, ...] = (SRE,)
    clients: tuple[Client, ...] = (HEADLAMP,)
    wanted: LoginClient = WANTED
    canary: str | None = None
    unasked: bool = False
    prover: ExampleTokens = field(init=False)

    def __post_init__(self) -> None:
        self.prover = ExampleTokens(lambda: self.now)

    async def proof(self) -> TokenProof | None:
        """Return the proof of headlamp."""
        directory = Directory("default", self.server.issuer, "groups", "", (self.wanted,))
        directory = replace(directory, canary=self.canary)
        read = RealmConfiguration(directory, "me", self.groups, self.clients, {"headlamp": "uuid"})
        session = Session(self.server.connection, 0.5, POD_TOKEN)
        try:
            (found,) = await self.prover.prove(session, read)
        finally:
            await session.close()
        self.unasked = found.proof_pending
        assert replace(found, proof=None, proof_pending=False) == self.clients[0]
        return found.proof

    async def result(self) -> ProofResult | None:
        """Return what came of it."""
        found = await self.proof()
        return None if found is None else found.result

    def asked(self, what: str) -> bool:
        """Tell whether that was asked for since the last time."""
        return self.server.queries.pop(what, None) is not None


def each_in_turn(answers: Iterable[object]) -> Trick:
    """Answer each request with the next of these."""
    left = iter(answers)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(next(left))

    return answer
