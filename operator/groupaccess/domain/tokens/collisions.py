"""Whether tokens of other people carry the string of a group, too."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.client_claims import (
    describe_mapper,
    effective_mappers,
    optional_claim_mappers,
)
from groupaccess.domain.tokens.group_claims import GroupClaim


def find_collision(
    group: Group, claimed: GroupClaim, directory: Directory, snapshot: Snapshot
) -> Failure | None:
    """Return a failure if members of another group, or of a role, carry one of the strings, too."""
    for fact in others_with_subjects(group, claimed.subjects, directory, snapshot):
        return Failure.of(Reason.CLAIM_COLLISION, fact)
    return None


def others_with_subjects(
    group: Group, subjects: Iterable[str], directory: Directory, snapshot: Snapshot
) -> Iterator[str]:
    """Yield a sentence for each other group or mapper that brings one of the subjects."""
    strings = {subject.removeprefix(directory.groups_prefix) for subject in subjects}
    for value in sorted(strings):
        others = ", ".join(other.path for other in snapshot.namesakes(group, value))
        if others:
            yield f'tokens contain "{value}" for members of {group.path} and also of {others}'
    yield from mappers_granting_to_others(strings, directory, snapshot)


def mappers_granting_to_others(
    strings: AbstractSet[str], directory: Directory, snapshot: Snapshot
) -> Iterator[str]:
    """Yield a sentence for each mapper that gives one of the strings to people outside the group.

    The person who logs in chooses the scopes: mappers of optional scopes count, requested or not.
    The built-in scope microprofile-jwt writes realm roles into `groups`.
    """
    name = directory.groups_claim
    for login_client in directory.clients:
        client = snapshot.by_client_id.get(login_client.client_id)
        if client is None or not client.enabled:
            continue
        for mapper in effective_mappers(client, login_client, name):
            for value in sorted(strings & (mapper.other_values or frozenset())):
                yield f'{describe_mapper(mapper, client)} also writes "{value}" for other people'
        for mapper in optional_claim_mappers(client, login_client, name):
            for value in sorted(strings & (mapper.other_values or frozenset())):
                yield (
                    f'{describe_mapper(mapper, client)} also writes "{value}" for other people, '
                    "if the login requests that scope: remove the scope from client "
                    f'"{client.client_id}" if nothing needs it'
                )
