"""All groups of a realm, at any depth: in one answer, or in pages where that would be too large.

Keycloak orders pages by name alone, so that groups of one name which lie on both sides of a page's
end may come twice or not at all while the number of rows still fits. Those names are asked for
once more by themselves, and in the end the different ids are compared with the count.
"""

from dataclasses import dataclass, field

from groupaccess.adapters.keycloak.errors import translated
from groupaccess.adapters.keycloak.representations import GROUPS, GroupRepresentation, shaped
from groupaccess.adapters.keycloak.session import Session
from groupaccess.domain.directory import Group

# A fine-grained permission first, then the role of realm-management that has the same effect.
GROUPS_NEED = 'the permission "view" on all Groups (or the role "view-users")'
EVERY = "*"


@dataclass
class Listing:
    """What was listed. `rows` counts groups that came twice as two."""

    groups: dict[str, Group] = field(default_factory=dict)
    rows: int = 0

    def take(self, items: list[GroupRepresentation]) -> None:
        """Take in a page."""
        self.rows += len(items)
        self.groups |= {item["id"]: as_group(item) for item in items}

    def fits(self, count: int) -> bool:
        """Tell whether this is all that was counted."""
        return len(self.groups) == self.rows == count


def as_group(item: GroupRepresentation) -> Group:
    """Return the group."""
    return Group(item["path"], item["name"], item["id"])


async def search(
    session: Session, text: str, *, exact: bool = False, first: int = 0, most: int = -1
) -> list[GroupRepresentation]:
    """Search groups of any depth whose names hold a text, or (exact) are that text.

    Keycloak reads `*` as a wildcard and drops outer spaces of the text.
    """
    with translated("groups", needs=GROUPS_NEED):
        listed = await session.get(
            "groups",
            search=text,
            exact=str(exact).lower(),
            populateHierarchy="false",
            briefRepresentation="true",
            subGroupsCount="false",
            first=str(first),
            max=str(most),
        )
        return shaped(GROUPS, listed)


async def named(session: Session, name: str) -> list[Group]:
    """Return all groups of exactly this name, which is not blank."""
    text = name.strip()
    # Keycloak would look for the text without its outer spaces, and find only what has none.
    items = await search(session, text, exact=text == name)
    return [as_group(item) for item in items if item["name"] == name]


async def list_all(session: Session, count: int, page: int) -> Listing:
    """List all groups, of which there are so many; the caller looks whether it fits."""
    listing = Listing()
    if count <= page:
        listing.take(await search(session, EVERY))
        return listing
    ends: list[str] = []
    for first in range(0, count, page):
        items = await search(session, EVERY, first=first, most=page)
        listing.take(items)
        ends += [item["name"] for item in (*items[:1], *items[-1:])]
    if len(listing.groups) < count:
        for name in sorted(set(ends[1:-1])):
            listing.groups |= {group.id: group for group in await named(session, name)}
    return listing
