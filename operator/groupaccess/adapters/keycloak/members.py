"""Whether somebody is in the groups in use: a member of a child is no member of its parent.

Of people nothing is kept but that there are some. Without the right to see them nothing is said.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from groupaccess.adapters.keycloak.errors import translated
from groupaccess.adapters.keycloak.listing import GROUPS_NEED, as_group
from groupaccess.adapters.keycloak.representations import (
    GROUPS,
    MEMBERS,
    MemberRepresentation,
    shaped,
)
from groupaccess.adapters.keycloak.session import Session
from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import Group
from groupaccess.domain.members import Unpeopled
from groupaccess.domain.reasons import Reason

AGAIN = timedelta(minutes=10)  # until a group is asked about once more, whatever was found
REQUESTS = 20  # in a reading, after which no other group is begun
REFUSALS = 3  # in a reading, after which it is given up: most accounts may see no members
CHILDREN = 10  # of a group without members that are looked into
PATIENCE = 5.0  # seconds in a reading
MEMBERS_NEED = 'the permission "view-members" on the group (or the role "view-users")'


@dataclass(frozen=True, slots=True)
class _Seen:
    """When a group was last asked about, and what is known of it."""

    at: datetime
    found: Unpeopled | None


NEVER = _Seen(datetime.min.replace(tzinfo=UTC), None)


class Lookout:
    """Looks for groups that nobody is in, a few in each reading, and remembers them."""

    def __init__(self, now: Callable[[], datetime], patience: float = PATIENCE) -> None:
        self._now = now
        self._patience = patience
        self._seen: dict[str, dict[str, _Seen]] = {}

    async def unpeopled(
        self, session: Session, directory: str, groups: Iterable[Group]
    ) -> frozenset[Unpeopled]:
        """Return those of the groups that are known to have no direct member; never raise."""
        used = {group.id: group for group in groups}
        known = self._seen.get(directory, {})
        seen = self._seen[directory] = {each: known[each] for each in known if each in used}
        with suppress(RefusedError, TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._ask(_Asking(session), used.values(), seen)
        return frozenset(each.found for each in seen.values() if each.found is not None)

    def forget(self, directory: str) -> None:
        """Forget what was seen in a directory."""
        self._seen.pop(directory, None)

    async def _ask(
        self, asking: "_Asking", groups: Iterable[Group], seen: dict[str, _Seen]
    ) -> None:
        """Ask about the groups that are due, those first that were not asked about for longest."""
        now = self._now()
        last = {group: seen.get(group.id, NEVER) for group in groups}
        due = [group for group in last if now - last[group].at >= AGAIN]
        for group in sorted(due, key=lambda group: (last[group].at, group)):
            if asking.enough:
                return
            seen[group.id] = _Seen(now, last[group].found)  # in case that it fails
            seen[group.id] = _Seen(now, await asking.look(group))


@dataclass
class _Asking:
    """The requests of one reading."""

    session: Session
    requests: int = 0
    refusals: int = 0

    @property
    def enough(self) -> bool:
        """Tell whether no other group is to be begun."""
        return self.requests >= REQUESTS or self.refusals >= REFUSALS

    async def look(self, group: Group) -> Unpeopled | None:
        """Return what is to be said of a group: None where it has members, or they are hidden."""
        if await self._has_members(group) is not False:
            return None
        for child in await self._children(group):
            if await self._has_members(child):
                return Unpeopled(group.id, child.path)
        return Unpeopled(group.id)

    async def _has_members(self, group: Group) -> bool | None:
        """Tell whether it has a direct member, None where that is not to be known."""
        self.requests += 1
        try:
            with translated("members", needs=MEMBERS_NEED, missing=Reason.GROUP_MISSING):
                return bool(await direct_members(self.session, group, 1))
        except RefusedError as refused:
            self._unless_hidden(refused)
            return None

    async def _children(self, group: Group) -> list[Group]:
        self.requests += 1
        query = {"first": "0", "max": str(CHILDREN), "briefRepresentation": "true"}
        where = f"groups/{quote(group.id, safe='')}/children"
        try:
            with translated("children", needs=GROUPS_NEED, missing=Reason.GROUP_MISSING):
                listed = shaped(GROUPS, await self.session.get(where, **query))
        except RefusedError as refused:
            self._unless_hidden(refused)
            return []
        return sorted(as_group(item) for item in listed)

    def _unless_hidden(self, refused: RefusedError) -> None:
        """Raise again what is no answer: a missing right is one, and a group that went."""
        if refused.failure.reason is Reason.KEYCLOAK_FORBIDDEN:
            self.refusals += 1
        elif refused.failure.reason is not Reason.GROUP_MISSING:
            raise refused


async def direct_members(session: Session, group: Group, most: int) -> list[MemberRepresentation]:
    """Return some members of a group, but not those of its children; errors are Keycloak's."""
    query = {"max": str(most), "briefRepresentation": "true"}
    where = f"groups/{quote(group.id, safe='')}/members"
    return shaped(MEMBERS, await session.get(where, **query))
