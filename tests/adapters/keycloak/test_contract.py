"""The adapter keeps the contract of questions on a server of the tests, as on a real Keycloak."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace

import pytest
from aiohttp import web

from contracts.directory_questions import QuestionsContract
from fakes.keycloak_groups import Groups
from fakes.keycloak_server import KeycloakServer, jwt
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports.keycloak import Connection

BELOW = "/admin/realms/main/"
FORBIDDEN = {"error": "HTTP 403 Forbidden"}
Answer = Awaitable[web.StreamResponse]


class RealmServer(KeycloakServer):
    """Answers about groups by the whole path, and to the client `weak` with 403."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = Groups(self)
        self.roles = set[str]()
        self.shows_roles = False
        self.answers["token"] = self._token

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        token = jwt(sub="me", azp=str(form["client_id"]))
        return web.json_response({"access_token": token, "expires_in": 300})

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        kind, _, rest = request.path.removeprefix(BELOW).partition("/")
        answers: dict[str, Callable[[str], Answer]] = {
            "groups": self._group_by_id,
            "group-by-path": self._group_by_path,
            "roles": self._role,
        }
        if not request.path.startswith(BELOW) or kind not in answers:
            return await super()._handle(request)
        if kind != "roles" and jwt(sub="me", azp="weak") in request.headers["Authorization"]:
            return web.json_response(FORBIDDEN, status=403)
        if kind == "groups" and rest in ("", "count"):
            return await super()._handle(request)
        return await answers[kind](rest)

    async def _group_by_id(self, group_id: str) -> web.StreamResponse:
        found = [group for group in self.groups.all if group["id"] == group_id]
        return _one(found, "Could not find group by id")

    async def _group_by_path(self, path: str) -> web.StreamResponse:
        found = [group for group in self.groups.all if group["path"] == f"/{path}"]
        return _one(found, "Group path does not exist")

    async def _role(self, name: str) -> web.StreamResponse:
        if not self.shows_roles:
            return web.json_response(FORBIDDEN, status=403)
        return _one([{"name": name}] if name in self.roles else [], "Could not find role")


def _one(found: list[dict[str, str]], words: str) -> web.StreamResponse:
    if found:
        return web.json_response(found[0])
    return web.json_response({"error": words}, status=404)


class ServedRealm:
    """A realm of the server, and what is done to it."""

    def __init__(self, server: RealmServer) -> None:
        self._server = server
        self._number = 0
        self.port = KeycloakReader(answer_within=5)
        self.issuer, self.connection = server.issuer, server.connection

    def create_groups(self, paths: Iterable[str]) -> None:
        for path in paths:
            known = {group["path"] for group in self._server.groups.all}
            parts = path.strip("/").split("/")
            parents = ["/" + "/".join(parts[: end + 1]) for end in range(len(parts))]
            for each in parents:
                if each not in known:
                    self._number += 1
                    self._server.groups.add(each, uid=f"id-{self._number}")

    def delete_group(self, path: str) -> None:
        groups = self._server.groups.all
        groups[:] = [group for group in groups if group["path"] != path]

    def create_role(self, name: str) -> None:
        self._server.roles.add(name)

    def show_roles(self) -> None:
        self._server.shows_roles = True

    def login_without(self, role: str) -> Connection:
        assert role == "view-users"
        return replace(self.connection, client_id="weak")


@pytest.fixture
async def source() -> AsyncIterator[ServedRealm]:
    """Give a realm with no groups."""
    server = RealmServer()
    async with server.serve():
        made = ServedRealm(server)
        yield made
        await made.port.forget_directory("default")


class TestKeycloakQuestions(QuestionsContract):
    """The contract of questions."""
