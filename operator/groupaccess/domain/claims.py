"""Which strings kube-apiserver sees for the members of a group.

Keycloak's group membership mapper writes the path with "Full group path" on and the leaf name
with it off; kube-apiserver puts --oidc-groups-prefix before each entry of --oidc-groups-claim.
"""

from dataclasses import dataclass

from groupaccess.domain.bindings import Content, Subject
from groupaccess.domain.directory import Client, Failure, Group, MapperKind, Snapshot
from groupaccess.domain.model import Directory, TokenClient
from groupaccess.domain.reasons import Reason, advise

RESERVED = "system:"


@dataclass(frozen=True, slots=True)
class Claim:
    """The subjects of a group, sorted, and what speaks against some of the clients.

    `partial` tells that a client's strings are not known: what was bound for it must not be taken
    for something that it no longer sends.
    """

    subjects: tuple[str, ...]
    doubts: tuple[Failure, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a client gives no string. It is `unknown` when the client may well send one."""

    failure: Failure
    unknown: bool = False


def claim(group: Group, directory: Directory, snapshot: Snapshot) -> Claim | Failure:
    """Compute the subjects over all clients of the directory.

    The strings of clients that are known are bound; a client that gives none leaves a doubt. With
    no string at all the first client's failure is returned.
    """
    values: set[str] = set()
    silences: list[Silence] = []
    for client in directory.clients:
        match _values(group, client, directory.groups_claim, snapshot):
            case Silence() as silence:
                silences.append(silence)
            case found:
                values |= found
    if not values:
        return silences[0].failure
    return Claim(
        subjects=tuple(sorted(directory.groups_prefix + value for value in values)),
        doubts=tuple(silence.failure for silence in silences),
        partial=any(silence.unknown for silence in silences),
    )


def collision(
    group: Group, claimed: Claim, directory: Directory, snapshot: Snapshot
) -> Failure | None:
    """Tell whether members of another group carry one of the strings, too."""
    for subject in claimed.subjects:
        value = subject.removeprefix(directory.groups_prefix)
        others = ", ".join(other.path for other in snapshot.namesakes(group, value))
        if others:
            fact = f'tokens carry "{value}" for {group.path} and for {others} alike'
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


def _values(
    group: Group, wanted: TokenClient, name: str, snapshot: Snapshot
) -> frozenset[str] | Silence:
    client = snapshot.by_client_id.get(wanted.client_id)
    if client is None:
        return _silence(Reason.CLIENT_NOT_FOUND, f'client "{wanted.client_id}" is not in the realm')
    if not client.enabled:
        fact = f'client "{wanted.client_id}" is disabled'
        return _silence(Reason.CLIENT_NOT_FOUND, fact, unknown=True)
    mappers = [
        mapper
        for mapper in client.mappers
        if mapper.claim == name
        and (mapper.in_id_token if wanted.id_token else mapper.in_access_token)
    ]
    for mapper in sorted(mappers, key=lambda mapper: mapper.name):
        if mapper.kind is MapperKind.REPLACING:
            fact = (
                f'mapper "{mapper.name}" of client "{client.client_id}" replaces what claim '
                f'"{name}" carries'
            )
            return _silence(Reason.CLAIM_INDETERMINATE, fact, unknown=True)
    values = frozenset(
        group.path if mapper.full_path else group.name
        for mapper in mappers
        if mapper.kind is MapperKind.MEMBERSHIP
    )
    return values or _no_claim(client, wanted, name)


def _no_claim(client: Client, wanted: TokenClient, name: str) -> Silence:
    token = "ID token" if wanted.id_token else "access token"
    fact = f'the {token} of client "{client.client_id}" carries no groups in claim "{name}"'
    return _silence(Reason.NO_GROUPS_CLAIM, fact)


def _silence(reason: Reason, fact: str, *, unknown: bool = False) -> Silence:
    return Silence(Failure(reason, advise(reason, fact)), unknown)
