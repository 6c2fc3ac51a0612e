"""Confirm that groups which a listing lacks are gone: only Keycloak's own 404 means absent."""

from collections.abc import Mapping
from urllib.parse import quote

from keycloak.exceptions import KeycloakGetError

from groupaccess.adapters.keycloak.errors import NOT_FOUND, failure, own_words, translated
from groupaccess.adapters.keycloak.listing import GROUPS_NEED
from groupaccess.adapters.keycloak.representations import COUNT, GROUP, shaped
from groupaccess.adapters.keycloak.session import Session
from groupaccess.application.ports import RefusedError
from groupaccess.domain.reasons import Reason


async def confirm_gone(session: Session, groups: Mapping[str, str]) -> None:
    """Ask for each group by its id, and by its path; see the port."""
    for group_id, path in groups.items():
        by_id = await _id_at(session, "group by id", f"groups/{quote(group_id, safe='')}")
        by_path = None
        if by_id is None:
            by_path = await _id_at(session, "group by path", f"group-by-path/{_quoted(path)}")
        if group_id in (by_id, by_path):
            fact = f"groups: the list lacks {path} (id {group_id}), and Keycloak has it"
            raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact))
    with translated("groups", needs=GROUPS_NEED):  # a realm that goes meanwhile answers 404, too
        shaped(COUNT, (await session.admin.a_groups_count())["count"])


async def _id_at(session: Session, what: str, where: str) -> str | None:
    """Return the id of the group there, None when there is none: a 403 is no answer to that.

    Nor is the 404 of a proxy or a load balancer, which does not speak as Keycloak does.
    """
    with translated(what, needs=GROUPS_NEED):
        try:
            found = await session.get(where)
        except KeycloakGetError as error:
            if error.response_code != NOT_FOUND:
                raise
            if own_words(error):
                return None
            fact = f"{what}: 404, and the answer is not Keycloak's"
            raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error
        return shaped(GROUP, found)["id"]


def _quoted(path: str) -> str:
    return "/".join(quote(name, safe="~") for name in path.strip("/").split("/"))
