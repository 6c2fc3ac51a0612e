"""A guard before a `KeycloakServer`: who has no token of its own making gets a 401."""

import asyncio
from typing import Any

from aiohttp import web

from fakes.keycloak_server import KeycloakServer, Trick, jwt

GUARDED = ("groups", "count", "client-scopes", "clients")


class Guard:
    """Gives out tokens and knows them again.

    `logins` holds the forms of the token requests, `refused` counts requests without a good token,
    `at_once` is how many token requests there were at the same time. `lifetime` is a token's, in
    seconds, and `identity` whose it is.
    """

    def __init__(self, server: KeycloakServer) -> None:
        self.logins: list[dict[str, Any]] = []
        self.refused = 0
        self.at_once = 0
        self.lifetime = 300
        self.identity = "me"
        self._good: set[str] = set()
        self._waiting = 0
        for name in GUARDED:
            server.answers[name] = self._guarded(server.answers[name])
        server.answers["token"] = self._log_in

    def forget(self) -> None:
        """Take no token that was given out before, as after a change of the realm's keys."""
        self._good.clear()

    def _guarded(self, answer: object) -> Trick:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization", "").removeprefix("Bearer ") in self._good:
                return web.json_response(answer)
            self.refused += 1
            return web.json_response({"error": "HTTP 401 Unauthorized"}, status=401)

        return guarded

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        self._waiting += 1
        self.at_once = max(self.at_once, self._waiting)
        self.logins.append(dict(await request.post()))
        await asyncio.sleep(0.02)  # time for others to come
        self._waiting -= 1
        token = jwt(sub=self.identity, jti=str(len(self.logins)))
        self._good.add(token)
        return web.json_response({"access_token": token, "expires_in": self.lifetime})
