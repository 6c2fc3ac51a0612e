"""Which strings kube-apiserver sees for the members of a group.

Keycloak's group membership mapper writes the path with "Full group path" on and the leaf name
with it off; kube-apiserver puts --oidc-groups-prefix before each entry of --oidc-groups-claim.
"""

from dataclasses import dataclass

from groupaccess.domain.directory import Client, Failure, Group, MapperKind, Snapshot
from groupaccess.domain.model import Directory, TokenClient
from groupaccess.domain.reasons import Reason, advise

RESERVED = "system:"


@dataclass(frozen=True, slots=True)
class Claim:
    """The subjects of a group, sorted, and what is not known of some clients' tokens."""

    subjects: tuple[str, ...]
    doubts: tuple[Failure, ...] = ()


def claim(group: Group, directory: Directory, snapshot: Snapshot) -> Claim | Failure:
    """Compute the subjects over all clients of the directory.

    The strings of clients that are known are bound; a client that is not leaves a doubt. With
    no string at all the first client's failure is returned.
    """
    values: set[str] = set()
    failures: list[Failure] = []
    for client in directory.clients:
        match _values(group, client, directory.groups_claim, snapshot):
            case Failure() as failure:
                failures.append(failure)
            case found:
                values |= found
    if not values:
        return failures[0]
    collision = _collision(group, values, snapshot)
    return collision or Claim(
        subjects=tuple(sorted(directory.groups_prefix + value for value in values)),
        doubts=tuple(failures),
    )


def _values(
    group: Group, wanted: TokenClient, name: str, snapshot: Snapshot
) -> frozenset[str] | Failure:
    client = snapshot.by_client_id.get(wanted.client_id)
    if client is None or not client.enabled:
        state = "is not in the realm" if client is None else "is disabled"
        return _failure(Reason.CLIENT_NOT_FOUND, f'client "{wanted.client_id}" {state}')
    mappers = [
        mapper
        for mapper in client.mappers
        if mapper.claim == name
        and (mapper.in_id_token if wanted.id_token else mapper.in_access_token)
    ]
    for mapper in sorted(mappers, key=lambda mapper: mapper.name):
        if mapper.kind is MapperKind.REPLACING:
            return _failure(
                Reason.CLAIM_INDETERMINATE,
                f'mapper "{mapper.name}" of client "{client.client_id}" replaces what claim '
                f'"{name}" carries',
            )
    values = frozenset(
        group.path if mapper.full_path else group.name
        for mapper in mappers
        if mapper.kind is MapperKind.MEMBERSHIP
    )
    return values or _no_claim(client, wanted, name)


def _no_claim(client: Client, wanted: TokenClient, name: str) -> Failure:
    token = "ID token" if wanted.id_token else "access token"
    return _failure(
        Reason.NO_GROUPS_CLAIM,
        f'the {token} of client "{client.client_id}" carries no groups in claim "{name}"',
    )


def _collision(group: Group, values: set[str], snapshot: Snapshot) -> Failure | None:
    for value in sorted(values):
        others = ", ".join(other.path for other in snapshot.namesakes(group, value))
        if others:
            fact = f'tokens carry "{value}" for {group.path} and for {others} alike'
            return _failure(Reason.CLAIM_COLLISION, fact)
    return None


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure(reason, advise(reason, fact))
