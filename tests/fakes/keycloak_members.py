"""The members and children of the groups of a `KeycloakServer`, as a real one tells of them."""

from typing import Any

from aiohttp import web

from fakes.keycloak_server import KeycloakServer


class People:
    """Who is in which group, by its id; `below` are its children, by their paths and ids.

    `asked` are the ids in the order of the requests for members; `hidden` are groups whose members
    may not be seen, all of them where `blind`.
    """

    def __init__(self, server: KeycloakServer, **members: int) -> None:
        self.members = members
        self.below: dict[str, dict[str, str]] = {}
        self.hidden: set[str] = set()
        self.blind = False
        self.asked: list[str] = []
        self.answer: Any = None  # one that is not well, instead of each
        server.answers["members"] = self._members
        server.answers["children"] = self._children

    def ask(self) -> list[str]:
        """Return the ids that were asked for since the last time."""
        asked, self.asked = self.asked, []
        return asked

    async def _members(self, request: web.Request) -> web.StreamResponse:
        uid = _group_of(request)
        self.asked.append(uid)
        if self.answer is not None:
            return web.json_response(self.answer, status=500)
        if self.blind or uid in self.hidden:
            return web.json_response({"error": "HTTP 403 Forbidden"}, status=403)
        if uid not in self.members:
            return web.json_response({"error": "Could not find group by id"}, status=404)
        most = int(request.query["max"])
        assert request.query["briefRepresentation"] == "true"
        some = range(min(most, self.members[uid]))
        return web.json_response([{"id": f"{uid}-{n}", "enabled": True} for n in some])

    async def _children(self, request: web.Request) -> web.StreamResponse:
        found = self.below.get(_group_of(request), {})
        most = int(request.query["max"])
        children = [
            {"id": uid, "name": path.rpartition("/")[2], "path": path}
            for path, uid in found.items()
        ]
        return web.json_response(children[:most])


def _group_of(request: web.Request) -> str:
    return request.path.split("/")[-2]
