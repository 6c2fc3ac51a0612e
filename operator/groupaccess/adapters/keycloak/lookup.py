"""The groups in use in a large realm, looked up by name and by id instead of in a list of all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

from keycloak.exceptions import KeycloakGetError

from groupaccess.adapters.keycloak.errors import BAD_REQUEST, NOT_FOUND, own_words, translated
from groupaccess.adapters.keycloak.listing import GROUPS_NEED, as_group, named, search
from groupaccess.adapters.keycloak.representations import GROUP, shaped
from groupaccess.adapters.keycloak.session import Session
from groupaccess.domain.directory import Group
from groupaccess.domain.in_use import InUse, leaf_names

AT_ONCE = 4  # requests; a realm is asked for by many clusters
SUGGESTED = 20  # groups at most whose names hold the text of one that was not found
SLASH = "/"

T = TypeVar("T")
R = TypeVar("R")


async def look_up(session: Session, used: InUse) -> tuple[Group, ...]:
    """Find the groups that are in use, and all others that are called the same."""
    lookup = _Lookup(session)
    await lookup.run(used)
    return tuple(sorted(lookup.groups.values()))


@dataclass
class _Lookup:
    """Letter for letter, a group is called as a text when that is its name or its path.

    The last part of the text is its name then, unless that holds a slash; of those there are few,
    and one search finds them all.
    """

    session: Session
    groups: dict[str, Group] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    async def run(self, used: InUse) -> None:
        self._take(await self._holding(SLASH, most=-1))
        await self._by_name(used.names)
        # Renamed and moved ones bear their ids still. No group's id is a dot.
        ids = sorted(each for each in used.ids - self.groups.keys() if each.strip("."))
        for found in await several(self._by_id, ids):
            self._take(found)
        await self._by_name(text for group in self._used(used) for text in _texts(group))
        await self._suggest(used.references)

    def _used(self, used: InUse) -> list[Group]:
        found = self.groups.values()
        return [g for g in found if g.id in used.ids or used.references.intersection(_texts(g))]

    async def _by_name(self, texts: Iterable[str]) -> None:
        names = leaf_names(texts) - self._asked
        self._asked |= names
        for found in await several(lambda name: named(self.session, name), sorted(names)):
            self._take(found)

    async def _by_id(self, group_id: str) -> list[Group]:
        """Return the group, if there is one.

        Only Keycloak's own word counts as absence: a proxy answers 404, too, and so does a missing
        realm. It answers 400 to what cannot be an id.
        """
        with translated("group by id", needs=GROUPS_NEED):
            try:
                found = await self.session.get(f"groups/{quote(group_id, safe='')}")
            except KeycloakGetError as error:
                absent = error.response_code == NOT_FOUND and "group" in own_words(error)
                if absent or error.response_code == BAD_REQUEST:
                    return []
                raise
            return [as_group(shaped(GROUP, found))]

    async def _suggest(self, references: Iterable[str]) -> None:
        """Find groups whose names are near those that do not exist."""
        known = {text for group in self.groups.values() for text in _texts(group)}
        names = sorted(leaf_names(set(references) - known))
        for found in await several(lambda name: self._holding(name.strip(), SUGGESTED), names):
            self._take(found)

    async def _holding(self, text: str, most: int) -> list[Group]:
        items = await search(self.session, text, first=0, most=most)
        return [as_group(item) for item in items]

    def _take(self, groups: Iterable[Group]) -> None:
        self.groups |= {group.id: group for group in groups}


async def several(ask: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """Ask for all items, a few at a time, and return the answers in their order."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> R:
        async with turns:
            return await ask(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _texts(group: Group) -> tuple[str, str]:
    return group.path, group.name
