"""Finds the user for an example token: the operator's own account, or a member of a group."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from groupaccess.adapters.keycloak.connection.errors import keycloak_errors
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import MEMBERS, validate
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.directory.group import Group
from groupaccess.domain.reasons import REASONS, Reason

MAX_GROUPS = 5  # groups that are searched for a member
MAX_MEMBERS = 5  # members of a group, since some may be disabled
MAX_CANARY_MEMBERS = 100  # members of the canary's group, which should have one
GROUP_GONE = "the group was deleted in the meantime"
MEMBERS_NOT_VISIBLE = "the operator's account may not view the members of groups"
MEMBERS_NEED = 'the permission "view-members" on the group (or the role "view-users")'


@dataclass(frozen=True, slots=True)
class SampleMember:
    """A user, and a group that they are a member of."""

    user_id: str
    group: Group
    description: str


class NoSampleMemberError(Exception):
    """There is no user for an example token; the text says why.

    `reason` is the reason of the failed request, None if no request failed.
    """

    def __init__(self, why: str, reason: Reason | None = None) -> None:
        super().__init__(why)
        self.reason = reason

    @property
    def transient(self) -> bool:
        """Return whether the cause may go away by itself."""
        return self.reason is Reason.KEYCLOAK_UNAVAILABLE


async def find_sample_member(
    session: Session, groups: Sequence[Group], identity: str, canary: str | None
) -> SampleMember | NoSampleMemberError:
    """Find the operator's own account if the directory has a canary, else a member of a group.

    At most the first MAX_GROUPS of `groups` are searched. The error is returned, not raised.
    """
    try:
        if canary is not None:
            return await _operator_account(session, groups, identity, canary)
        return await _member(session, groups)
    except NoSampleMemberError as nobody:
        withheld = canary is None and nobody.reason is Reason.KEYCLOAK_FORBIDDEN
        return NoSampleMemberError(MEMBERS_NOT_VISIBLE, nobody.reason) if withheld else nobody


@contextmanager
def no_sample_on_error(what: str, needs: str, absent: str) -> Iterator[None]:
    """Turn RejectedError into NoSampleMemberError; see `keycloak_errors`."""
    try:
        with keycloak_errors(what, needs=needs, absent=absent):
            yield
    except RejectedError as refused:
        reason, message = refused.failure.reason, refused.failure.message
        # The caller gives other advice.
        fact = message.removesuffix(REASONS[reason].advice).rstrip(" .")
        raise NoSampleMemberError(fact, reason) from refused


async def _operator_account(
    session: Session, groups: Sequence[Group], identity: str, canary: str
) -> SampleMember:
    group = next((each for each in groups if canary in each.references), None)
    if group is None:
        raise NoSampleMemberError(f'Keycloak has no group "{canary}" (spec.canary.group)')
    if identity not in await _members(session, group, MAX_CANARY_MEMBERS):
        raise NoSampleMemberError(f"the operator's own account was not found in {group.path}")
    return SampleMember(identity, group, f"the operator's own account in {group.path}")


async def _member(session: Session, groups: Sequence[Group]) -> SampleMember:
    for group in groups[:MAX_GROUPS]:
        members = await _members(session, group, MAX_MEMBERS)
        enabled = next((user for user, enabled in members.items() if enabled), None)
        if enabled is not None:
            return SampleMember(enabled, group, f"a member of {group.path}")
    if len(groups) > MAX_GROUPS:
        raise NoSampleMemberError(
            f"no enabled member was found in the first {MAX_GROUPS} groups in use"
        )
    where = " or ".join(sorted(group.path for group in groups)) or "the groups in use"
    raise NoSampleMemberError(f"no enabled member was found in {where}")


async def _members(session: Session, group: Group, most: int) -> dict[str, bool]:
    """Return up to `most` direct members, by id, and whether they are enabled; nothing else."""
    query = {"max": str(most), "briefRepresentation": "true"}
    where = f"groups/{quote(group.id, safe='')}/members"
    with no_sample_on_error(f"members of {group.path}", MEMBERS_NEED, GROUP_GONE):
        members = validate(MEMBERS, await session.get(where, **query))
    return {member["id"]: member.get("enabled", False) for member in members}
