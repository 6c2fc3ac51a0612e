"""The groups of a `KeycloakServer`, searched, paged and counted as a real one does."""

import fnmatch
import random
from typing import Any

from aiohttp import web

from fakes.keycloak_server import KeycloakServer

Json = dict[str, Any]


class Groups:
    """The groups behind a server's answers; `searches` are the texts that were looked for.

    Ids are the paths with their slashes as dots, unless given. Pages are ordered by name alone,
    and anew for each page, as a database may.
    """

    def __init__(self, server: KeycloakServer, *paths: str) -> None:
        self.all: list[Json] = []
        self.searches: list[str] = []
        self._server, self._chance = server, random.Random(1)  # noqa: S311 -- no secret
        server.answers["groups"] = self._list
        server.answers["count"] = self._count
        server.absent = (404, '{"error":"Could not find group by id"}')
        for path in paths:
            self.add(path)

    def add(self, path: str, name: str = "", uid: str = "") -> None:
        """Create a group."""
        uid = uid or path.replace("/", ".").strip(".")
        self.all.append({"id": uid, "name": name or path.rpartition("/")[2], "path": path})
        self._server.answers[uid] = self.all[-1]

    async def _count(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"count": len(self.all)})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        text, exact = query["search"].strip(), query.get("exact") == "true"
        self.searches.append(text)
        found = [group for group in self.all if _fits(group["name"], text, exact=exact)]
        self._chance.shuffle(found)
        found.sort(key=lambda group: group["name"])
        first, most = int(query.get("first", 0)), int(query.get("max", -1))
        return web.json_response(found[first:] if most < 0 else found[first : first + most])


def _fits(name: str, text: str, *, exact: bool) -> bool:
    if exact:
        return name == text
    pattern = text.replace("[", "[[]").replace("?", "[?]").casefold()
    return fnmatch.fnmatchcase(name.casefold(), f"*{pattern}*")
