"""Whose example token is looked at: the operator's own account, or one member of a group."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from groupaccess.adapters.keycloak.connection.errors import translated
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import MEMBERS, shaped
from groupaccess.application.ports.errors import RefusedError
from groupaccess.domain.directory.group import Group
from groupaccess.domain.reasons import ADVICE, Reason

TRIES = 5  # groups that are looked into for a member
SOME = 5  # members of a group, since some may be disabled
ALL = 100  # members of the canary's group, which should be one
GROUP_GONE = "the group is gone meanwhile"
WITHHELD = "the operator's account may not view the members of groups, and need not"
MEMBERS_NEED = 'the permission "view-members" on the group (or the role "view-users")'


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody, and a group that they are in."""

    user_id: str
    group: Group
    who: str


class NobodyError(Exception):
    """There is no token to look at; the text says why, and `reason` is that of a failed request."""

    def __init__(self, why: str, reason: Reason | None = None) -> None:
        super().__init__(why)
        self.reason = reason

    @property
    def passing(self) -> bool:
        """Tell whether it goes by itself."""
        return self.reason is Reason.KEYCLOAK_UNAVAILABLE


async def find_witness(
    session: Session, groups: Sequence[Group], identity: str, canary: str | None
) -> Witness | NobodyError:
    """Find the operator's own account where there is a canary's group, else a member.

    No more than the first TRIES of the groups are looked into.
    """
    try:
        if canary is not None:
            return await _ourselves(session, groups, identity, canary)
        return await _member(session, groups)
    except NobodyError as nobody:
        withheld = canary is None and nobody.reason is Reason.KEYCLOAK_FORBIDDEN
        return NobodyError(WITHHELD, nobody.reason) if withheld else nobody


@contextmanager
def looked_at(what: str, needs: str, absent: str) -> Iterator[None]:
    """Turn what cannot be looked at into NobodyError; see `translated`."""
    try:
        with translated(what, needs=needs, absent=absent):
            yield
    except RefusedError as refused:
        reason, message = refused.failure.reason, refused.failure.message
        fact = message.removesuffix(ADVICE[reason]).rstrip(" .")  # here another one is given
        raise NobodyError(fact, reason) from refused


async def _ourselves(
    session: Session, groups: Sequence[Group], identity: str, canary: str
) -> Witness:
    group = next((each for each in groups if canary in (each.path, each.name)), None)
    if group is None:
        raise NobodyError(f'there is no group "{canary}", as spec.canary names it')
    if identity not in await _members(session, group, ALL):
        raise NobodyError(f"the operator's own account is not a member of {group.path}")
    return Witness(identity, group, f"the operator's own account in {group.path}")


async def _member(session: Session, groups: Sequence[Group]) -> Witness:
    for group in groups[:TRIES]:
        members = await _members(session, group, SOME)
        enabled = next((user for user, enabled in members.items() if enabled), None)
        if enabled is not None:
            return Witness(enabled, group, f"a member of {group.path}")
    if len(groups) > TRIES:
        raise NobodyError(f"none of the first {TRIES} groups in use has an enabled member")
    where = " or ".join(sorted(group.path for group in groups)) or "the groups in use"
    raise NobodyError(f"there is no member of {where} that is enabled")


async def _members(session: Session, group: Group, most: int) -> dict[str, bool]:
    """Return some direct members, and whether they are enabled; nothing else of them is kept."""
    query = {"max": str(most), "briefRepresentation": "true"}
    where = f"groups/{quote(group.id, safe='')}/members"
    with looked_at(f"members of {group.path}", MEMBERS_NEED, GROUP_GONE):
        members = shaped(MEMBERS, await session.get(where, **query))
    return {member["id"]: member.get("enabled", False) for member in members}
