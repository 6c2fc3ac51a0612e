"""The groups of a realm: all of them, or those in use, whichever is cheaper."""

from dataclasses import dataclass

from groupaccess.adapters.keycloak.errors import failure, translated
from groupaccess.adapters.keycloak.listing import EVERY, GROUPS_NEED, list_all, search
from groupaccess.adapters.keycloak.lookup import look_up
from groupaccess.adapters.keycloak.representations import COUNT, shaped
from groupaccess.adapters.keycloak.session import Session
from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import Group
from groupaccess.domain.in_use import InUse
from groupaccess.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Costs:
    """What reading costs. See docs/decisions/0011-sweep-or-look-up.md for the measurements.

    A realm of up to `small` groups is always listed; a larger one when its groups are fewer than
    `per_lookup` for each name in use. An answer holds at most `page` groups.
    """

    small: int = 1000
    per_lookup: int = 75
    page: int = 2_000

    def look_up(self, used: InUse | None, count: int) -> bool:
        """Tell whether to look up what is in use in a realm of so many groups."""
        if used is None or count <= self.small:
            return False
        return len(used.names) * self.per_lookup < count


DEFAULT_COSTS = Costs()


@dataclass(frozen=True, slots=True)
class Found:
    """The groups, and what a snapshot says of how they were found."""

    groups: tuple[Group, ...]
    looked_up: InUse | None = None
    counted: int | None = None


async def read_groups(session: Session, used: InUse | None, costs: Costs) -> Found:
    """Read the groups; raise RefusedError when they are not complete."""
    count = await _count(session)
    if used is None or not costs.look_up(used, count):
        whole = await _whole(session, count, costs.page)
        return Found(tuple(sorted(whole.values())))
    found = await look_up(session, used)
    if not found:
        await _sees_any(session, count)
    return Found(found, used, count)


async def _whole(session: Session, count: int, page: int) -> dict[str, Group]:
    listing = await list_all(session, count, page)
    if not listing.fits(count):  # it may have changed meanwhile
        count = await _count(session)
        listing = await list_all(session, count, page)
    if listing.fits(count):
        return listing.groups
    raise _incomplete(listing.rows, len(listing.groups), count)


async def _count(session: Session) -> int:
    with translated("groups", needs=GROUPS_NEED):
        counted = await session.admin.a_groups_count()
        return shaped(COUNT, counted["count"])


async def _sees_any(session: Session, count: int) -> None:
    """Raise where every list is empty although there are groups."""
    if count and not await search(session, EVERY, first=0, most=1):
        raise _incomplete(0, 0, count)


def _incomplete(rows: int, different: int, count: int) -> RefusedError:
    fact = f"groups: {rows} listed, {different} of them different, {count} counted"
    if not rows:  # Keycloak does not say so
        fact += f"; without {GROUPS_NEED} it looks like this, too"
    return RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact))
