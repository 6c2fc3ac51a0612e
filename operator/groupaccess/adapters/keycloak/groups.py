"""The groups of a realm, one question at a time."""

from urllib.parse import quote

import httpx
from keycloak.exceptions import KeycloakGetError

from groupaccess.adapters.keycloak.connection.errors import NOT_FOUND, own_words, translated
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import (
    COUNT,
    GROUP,
    GROUPS,
    GroupRepresentation,
    shaped,
)
from groupaccess.application.ports.errors import RefusedError, UnansweredError
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import (
    MAX_SEARCH_RESULTS,
    Answer,
    ById,
    ByPath,
    Question,
    Search,
)
from groupaccess.domain.directory.visibility import VIEW_GROUPS, groups_hidden
from groupaccess.domain.reasons import Reason

EVERY = "*"
OF_ONE = frozenset({Reason.KEYCLOAK_FORBIDDEN, Reason.KEYCLOAK_UNAVAILABLE})


async def ask(session: Session, question: Question) -> Answer:
    """Return Keycloak's answer; raise UnansweredError where it has none to this one question."""
    await session.login.identity()  # without a login there is no answer to any question
    try:
        match question:
            case Search(name):
                return await _named(session, name)
            case ByPath(path):
                parts = (quote(part, safe="~") for part in path.strip("/").split("/"))
                return await _one(session, "group by path", f"group-by-path/{'/'.join(parts)}")
            case ById(group_id):
                return await _one(session, "group by id", f"groups/{quote(group_id, safe='')}")
    except RefusedError as refused:
        if _is_of_one(refused):
            raise UnansweredError(refused.failure) from refused
        raise


async def holding(session: Session, text: str) -> list[Group]:
    """Return some groups of any depth whose names hold a text, in any case."""
    return [as_group(item) for item in await _search(session, text, exact=False)]


async def see_some(session: Session) -> None:
    """Raise RefusedError where groups are counted and none is shown, for want of a right."""
    with translated("groups", needs=VIEW_GROUPS):
        counted = shaped(COUNT, (await session.admin.a_groups_count())["count"])
    if counted and not await holding(session, EVERY):
        raise RefusedError(groups_hidden(f"groups: {counted} counted and none shown"))


def as_group(item: GroupRepresentation) -> Group:
    """Return the group."""
    return Group(item["path"], item["name"], item["id"])


def _is_of_one(refused: RefusedError) -> bool:
    """Tell whether something answered, or was too slow: others may still get an answer."""
    cause = refused.__cause__
    while cause is not None:
        if isinstance(cause, httpx.TransportError):
            return False
        cause = cause.__cause__
    return refused.failure.reason in OF_ONE


async def _named(session: Session, name: str) -> Answer:
    """Search for a name that is not blank.

    Keycloak drops outer spaces of the text: an exact search would find only names without them.
    """
    items = await _search(session, name.strip(), exact=name == name.strip())
    groups = sorted(as_group(item) for item in items if item["name"] == name)
    return Answer(tuple(groups), truncated=len(items) >= MAX_SEARCH_RESULTS)


async def _search(session: Session, text: str, *, exact: bool) -> list[GroupRepresentation]:
    """Search groups of any depth. Keycloak reads `*` as a wildcard unless the search is exact."""
    with translated("groups", needs=VIEW_GROUPS):
        listed = await session.get(
            "groups",
            search=text,
            exact=str(exact).lower(),
            populateHierarchy="false",
            briefRepresentation="true",
            subGroupsCount="false",
            first="0",
            max=str(MAX_SEARCH_RESULTS),
        )
        items = shaped(GROUPS, listed)
        if len({item["id"] for item in items}) < len(items):
            raise ValueError("one group twice")
        return items


async def _one(session: Session, what: str, where: str) -> Answer:
    """Read one group. That there is none, only Keycloak says in its own words.

    A proxy answers 404, too, and so does a realm that is gone.
    """
    with translated(what, needs=VIEW_GROUPS):
        try:
            found = await session.get(where)
        except KeycloakGetError as error:
            if error.response_code == NOT_FOUND and "group" in own_words(error).casefold():
                return Answer()
            raise
        return Answer((as_group(shaped(GROUP, found)),))
