"""Reads the groups of a realm, one question at a time."""

from urllib.parse import quote

import httpx
from keycloak.exceptions import KeycloakGetError

from groupaccess.adapters.keycloak.connection.errors import (
    NOT_FOUND,
    keycloak_error_name,
    keycloak_errors,
)
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import (
    COUNT,
    GROUP,
    GROUPS,
    GroupRepresentation,
    validate,
)
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
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

WILDCARD = "*"
QUESTION_FAILURES = frozenset({Reason.KEYCLOAK_FORBIDDEN, Reason.KEYCLOAK_UNAVAILABLE})


async def answer_question(session: Session, question: Question) -> Answer:
    """Return Keycloak's answer.

    Raise QuestionFailedError when only this question has no answer, else RejectedError.
    """
    await session.login.account_id()  # a failed login concerns all questions
    try:
        match question:
            case Search(name):
                return await _groups_named(session, name)
            case ByPath(path):
                parts = (quote(part, safe="~") for part in path.strip("/").split("/"))
                return await _read_group(
                    session, "group by path", f"group-by-path/{'/'.join(parts)}"
                )
            case ById(group_id):
                return await _read_group(
                    session, "group by id", f"groups/{quote(group_id, safe='')}"
                )
    except RejectedError as refused:
        if _concerns_question_alone(refused):
            raise QuestionFailedError(refused.failure) from refused
        raise


async def search_groups(session: Session, text: str) -> list[Group]:
    """Return some groups of any depth whose name contains `text`, ignoring case."""
    return [as_group(item) for item in await _search(session, text, exact=False)]


async def check_groups_visible(session: Session) -> None:
    """Raise RejectedError if groups are counted but none is shown: a right is missing."""
    with keycloak_errors("groups", needs=VIEW_GROUPS):
        counted = validate(COUNT, (await session.admin.a_groups_count())["count"])
    if counted and not await search_groups(session, WILDCARD):
        raise RejectedError(groups_hidden(f"groups: Keycloak counts {counted}, but shows none"))


def as_group(item: GroupRepresentation) -> Group:
    """Convert Keycloak's representation."""
    return Group(item["path"], item["name"], item["id"])


def _concerns_question_alone(refused: RejectedError) -> bool:
    """Return whether other questions may still get an answer.

    That is so unless the connection failed: the server answered, or was too slow.
    """
    cause = refused.__cause__
    while cause is not None:
        if isinstance(cause, httpx.TransportError):
            return False
        cause = cause.__cause__
    return refused.failure.reason in QUESTION_FAILURES


async def _groups_named(session: Session, name: str) -> Answer:
    """Search for the groups with exactly this name, which must not be blank.

    Keycloak strips outer spaces of the text, so an exact search finds only names without them.
    """
    items = await _search(session, name.strip(), exact=name == name.strip())
    groups = sorted(as_group(item) for item in items if item["name"] == name)
    return Answer(tuple(groups), truncated=len(items) >= MAX_SEARCH_RESULTS)


async def _search(session: Session, text: str, *, exact: bool) -> list[GroupRepresentation]:
    """Search groups of any depth. Keycloak reads `*` as a wildcard unless the search is exact."""
    with keycloak_errors("groups", needs=VIEW_GROUPS):
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
        items = validate(GROUPS, listed)
        if len({item["id"] for item in items}) < len(items):
            raise ValueError("one group twice")
        return items


async def _read_group(session: Session, what: str, where: str) -> Answer:
    """Read one group; only Keycloak's own error text proves that it does not exist.

    A proxy answers 404, too, and so does a realm that is gone.
    """
    with keycloak_errors(what, needs=VIEW_GROUPS):
        try:
            result = await session.get(where)
        except KeycloakGetError as error:
            own_name = keycloak_error_name(error).casefold()
            if error.response_code == NOT_FOUND and "group" in own_name:
                return Answer()
            raise
        return Answer((as_group(validate(GROUP, result)),))
