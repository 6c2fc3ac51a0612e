"""Which strings kube-apiserver sees for the members of a group.

Keycloak's group membership mapper writes the path with "Full group path" on and the leaf name
with it off; kube-apiserver puts --oidc-groups-prefix before each entry of --oidc-groups-claim.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from groupaccess.domain.bindings import Content, Subject
from groupaccess.domain.carried import Silence, carried, named, reachable, writers
from groupaccess.domain.directory import Failure, Group, Snapshot
from groupaccess.domain.model import Directory
from groupaccess.domain.reasons import Reason, advise

RESERVED = "system:"


@dataclass(frozen=True, slots=True)
class Claim:
    """The subjects of a group, sorted, and what speaks against some of the clients.

    `partial` tells that a client's strings are not known: what was bound for it must not be taken
    for something that it no longer sends. `senders` are, where clients carry different strings,
    those of each.
    """

    subjects: tuple[str, ...]
    doubts: tuple[Failure, ...] = ()
    partial: bool = False
    senders: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def said_of(self, group: Group) -> str:
        """Say it in a sentence, which names the clients where they differ."""
        each = (f"{' and '.join(subjects)} by client {name}" for name, subjects in self.senders)
        strings = "; ".join(each) or " and ".join(self.subjects)
        return f"members of {group.path} carry {strings}."


def claim(group: Group, directory: Directory, snapshot: Snapshot) -> Claim | Failure:
    """Compute the subjects over all clients of the directory.

    The strings of clients that are known are bound; a client that gives none leaves a doubt. With
    no string at all the first client's failure is returned.
    """
    senders: list[tuple[str, tuple[str, ...]]] = []
    silences: list[Silence] = []
    doubts: list[Failure] = []
    for wanted in directory.clients:
        client = snapshot.by_client_id.get(wanted.client_id)
        found = carried(group, wanted, directory.groups_claim, client)
        if isinstance(found, Silence):
            silences.append(found)
            doubts.append(found.failure)
        else:
            subjects = sorted(directory.groups_prefix + value for value in found.values)
            senders.append((wanted.client_id, tuple(subjects)))
            doubts.extend(found.doubts)
    if not senders:
        return silences[0].failure
    each = {subjects for _, subjects in senders}
    return Claim(
        subjects=tuple(sorted({subject for subjects in each for subject in subjects})),
        doubts=tuple(dict.fromkeys(doubts)),
        partial=any(silence.unknown for silence in silences),
        senders=tuple(senders) if len(each) > 1 else (),
    )


def collision(
    group: Group, claimed: Claim, directory: Directory, snapshot: Snapshot
) -> Failure | None:
    """Tell whether members of another group, or of a role, carry one of the strings, too."""
    strings = {subject.removeprefix(directory.groups_prefix) for subject in claimed.subjects}
    for value in sorted(strings):
        others = ", ".join(other.path for other in snapshot.namesakes(group, value))
        if others:
            fact = f'tokens carry "{value}" for {group.path} and for {others} alike'
            return Failure(Reason.CLAIM_COLLISION, advise(Reason.CLAIM_COLLISION, fact))
    for fact in given_by_others(strings, directory, snapshot):
        return Failure(Reason.CLAIM_COLLISION, advise(Reason.CLAIM_COLLISION, fact))
    return None


def plausible_subjects(group: str, content: Content, prefix: str) -> tuple[Subject, ...]:
    """Return the subjects of a binding that the declared group can have: drift is no grant."""
    path = content.annotation("group-path") or group
    leaf = path.rpartition("/")[2]
    if group not in (path, leaf):
        return ()
    strings = {prefix + path, prefix + leaf}
    fits = (s for s in content.subjects if s.kind == "Group" and s.name in strings)
    return tuple(s for s in fits if not s.name.startswith(RESERVED))


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
