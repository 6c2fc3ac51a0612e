"""The members of the groups of a `KeycloakServer`, as a real one tells of them."""

from aiohttp import web

from fakes.keycloak_server import KeycloakServer


class People:
    """How many are in which group, by its id; `asked` are the ids that were asked for, in order."""

    def __init__(self, server: KeycloakServer, **members: int) -> None:
        self.members = members
        self.asked: list[str] = []
        server.answers["members"] = self._members

    def ask(self) -> list[str]:
        """Return the ids that were asked for since the last time."""
        asked, self.asked = self.asked, []
        return asked

    async def _members(self, request: web.Request) -> web.StreamResponse:
        uid = _group_of(request)
        self.asked.append(uid)
        if uid not in self.members:
            return web.json_response({"error": "Could not find group by id"}, status=404)
        most = int(request.query["max"])
        assert request.query["briefRepresentation"] == "true"
        some = range(min(most, self.members[uid]))
        return web.json_response([{"id": f"{uid}-{n}", "enabled": True} for n in some])


def _group_of(request: web.Request) -> str:
    return request.path.split("/")[-2]
