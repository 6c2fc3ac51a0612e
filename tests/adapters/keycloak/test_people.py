"""A person's groups are read whole, however many there are."""

from pathlib import Path

import pytest
from aiohttp import web

from fakes.keycloak_server import KeycloakServer
from groupaccess.adapters.keycloak.people import PAGE_SIZE, KeycloakPeople
from groupaccess.adapters.keycloak.setup.http_session import HttpSession


@pytest.mark.parametrize("count", [0, 1, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE])
async def test_all_groups_of_a_person_are_read(tmp_path: Path, count: int) -> None:
    groups = [{"id": f"{n}", "name": f"g{n}", "path": f"/g{n}"} for n in range(count)]

    async def a_page(request: web.Request) -> web.Response:
        first = int(request.query["first"])
        return web.json_response(groups[first : first + int(request.query["max"])])

    server = KeycloakServer()
    server.answers |= {"users": [{"id": "1", "username": "alice"}], "groups": a_page}
    async with server.serve():
        (tmp_path / "ca.crt").write_text(server.ca)
        session = HttpSession(server.url, tmp_path / "ca.crt")
        user = await KeycloakPeople(session, "main").find_user("alice")
        await session.close()
    assert user is not None
    assert [group.path for group in user.groups] == [group["path"] for group in groups]
