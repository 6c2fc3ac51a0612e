"""Whether others carry the string of a group in their tokens, too."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, advise
from groupaccess.domain.tokens.client_claims import named, reachable, writers
from groupaccess.domain.tokens.group_claims import Claim


def collision(
    group: Group, claimed: Claim, directory: Directory, snapshot: Snapshot
) -> Failure | None:
    """Tell whether members of another group, or of a role, carry one of the strings, too."""
    for fact in carried_by_others(group, claimed.subjects, directory, snapshot):
        return Failure(Reason.CLAIM_COLLISION, advise(Reason.CLAIM_COLLISION, fact))
    return None


def carried_by_others(
    group: Group, subjects: Iterable[str], directory: Directory, snapshot: Snapshot
) -> Iterator[str]:
    """Say by whose tokens one of the subjects is carried beside those of the group."""
    strings = {subject.removeprefix(directory.groups_prefix) for subject in subjects}
    for value in sorted(strings):
        others = ", ".join(other.path for other in snapshot.namesakes(group, value))
        if others:
            yield f'tokens carry "{value}" for {group.path} and for {others} alike'
    yield from given_by_others(strings, directory, snapshot)


def given_by_others(
    strings: AbstractSet[str], directory: Directory, snapshot: Snapshot
) -> Iterator[str]:
    """Name the mappers that give one of the strings to people who are not in the group.

    Whoever logs in chooses the scopes: those of optional scopes count, asked for or not. The
    built-in scope microprofile-jwt writes realm roles into `groups`.
    """
    name = directory.groups_claim
    for wanted in directory.clients:
        client = snapshot.by_client_id.get(wanted.client_id)
        if client is None or not client.enabled:
            continue
        for mapper in writers(client, wanted, name):
            for value in sorted(strings & (mapper.adds or frozenset())):
                yield f'{named(mapper, client)} puts "{value}" into tokens of others, too'
        for mapper in reachable(client, wanted, name):
            for value in sorted(strings & (mapper.adds or frozenset())):
                yield (
                    f'{named(mapper, client)} puts "{value}" into tokens of others, too, when a '
                    f'login asks for that scope: take it from the scopes of client "'
                    f'{client.client_id}", if nothing needs it'
                )
