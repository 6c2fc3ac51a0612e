"""What the tokens of one client carry for a group, by its effective mappers and an example."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groupaccess.domain.access.keycloak_directory import Directory, TokenClient
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind, Result
from groupaccess.domain.directory.group import Group
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, advise

OPENID = "openid"


@dataclass(frozen=True, slots=True)
class Carried:
    """The strings, never none, and what is not certain of them."""

    values: frozenset[str]
    doubts: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a client gives no string. It is `unknown` when the client may well send one."""

    failure: Failure
    unknown: bool = False


def carried(
    group: Group, wanted: TokenClient, claim: str, client: Client | None
) -> Carried | Silence:
    """Return what kube-apiserver finds in the claim of a member's token, before its prefix."""
    if client is None:
        fact = f'client "{wanted.client_id}" is not in the realm'
        return Silence(_failure(Reason.CLIENT_NOT_FOUND, fact))
    if not client.enabled:
        fact = f'client "{wanted.client_id}" is disabled'
        return Silence(_failure(Reason.CLIENT_NOT_FOUND, fact), unknown=True)
    mappers = writers(client, wanted, claim)
    values = values_of(group, mappers)
    unsure = next((m for m in mappers if m.kind in UNSURE), None)
    proven = client.proof is not None and client.proof.result is Result.PROVEN
    if unsure is not None and not (values and proven):
        return Silence(_indeterminate(client, unsure, claim), unknown=True)
    if not values:
        return Silence(_no_claim(client, wanted, claim, mappers))
    if client.proof is not None and client.proof.result is Result.REFUTED:
        return Silence(_failure(Reason.CLAIM_UNPROVEN, client.proof.fact), unknown=True)
    return Carried(values, tuple(_doubts(client, mappers, claim)))


def writers(client: Client, wanted: TokenClient, claim: str) -> tuple[ClaimMapper, ...]:
    """Return the mappers that write into the claim of the token that people bring, by name."""
    if wanted.id_token and OPENID not in wanted.scopes:
        return ()  # then there is no ID token
    found = (m for m in client.mappers if m.claim == claim and _in_token(m, wanted))
    return tuple(sorted(found, key=lambda mapper: (mapper.name, mapper.scope)))


def reachable(client: Client, wanted: TokenClient, claim: str) -> tuple[ClaimMapper, ...]:
    """Return the mappers that would write there, too, if the login asked for more scopes."""
    return tuple(m for m in client.optional if m.claim == claim and _in_token(m, wanted))


def values_of(group: Group, mappers: Iterable[ClaimMapper]) -> frozenset[str]:
    """Return what the group membership mappers among these write for a member."""
    return frozenset(
        group.path if mapper.full_path else group.name
        for mapper in mappers
        if mapper.kind is MapperKind.MEMBERSHIP
    )


def carries_paths(directory: Directory, clients: Iterable[Client]) -> bool:
    """Tell whether tokens may carry paths, and not names alone."""
    mappers = (mapper for client in clients for mapper in (*client.mappers, *client.optional))
    return any(m.full_path and m.claim == directory.groups_claim for m in mappers)


def named(mapper: ClaimMapper, client: Client) -> str:
    """Name a mapper by where it is found in Keycloak's console."""
    if mapper.scope:
        return f'mapper "{mapper.name}" of client scope "{mapper.scope}"'
    return f'mapper "{mapper.name}" of client "{client.client_id}"'


UNSURE = frozenset({MapperKind.REPLACING, MapperKind.NESTED})


def _doubts(client: Client, mappers: Iterable[ClaimMapper], claim: str) -> Iterator[Failure]:
    for scope in client.unknown_scopes:
        fact = (
            f'client "{client.client_id}" has no scope "{scope}", and Keycloak refuses a login '
            "that asks for it: spec.tokens.clients[].scopes should name what the login asks for"
        )
        yield _failure(Reason.NO_GROUPS_CLAIM, fact)
    for mapper in mappers:
        if mapper.kind in UNSURE:
            yield _indeterminate(client, mapper, claim)
        elif mapper.adds is None:
            fact = (
                f'{named(mapper, client)} adds roles to claim "{claim}", which the operator cannot '
                "read: whether one is called like a group is not known"
            )
            yield _failure(Reason.CLAIM_INDETERMINATE, fact)
    if client.proof is not None and client.proof.result is Result.UNPROVEN:
        yield _failure(Reason.CLAIM_UNPROVEN, client.proof.fact)


def _indeterminate(client: Client, mapper: ClaimMapper, claim: str) -> Failure:
    fact = f'{named(mapper, client)} replaces what claim "{claim}" carries'
    if mapper.kind is MapperKind.NESTED:
        fact = (
            f'{named(mapper, client)} writes below "{claim}", since its Token Claim Name has a dot '
            f'without a backslash before it: "{claim}" is no list then, and kube-apiserver refuses '
            "the token"
        )
    return _failure(Reason.CLAIM_INDETERMINATE, fact)


def _no_claim(
    client: Client, wanted: TokenClient, claim: str, mappers: tuple[ClaimMapper, ...]
) -> Failure:
    fact = f'the {token_of(wanted)} of client "{client.client_id}" carries no groups in claim '
    why = next(_whys(client, wanted, claim, mappers), "")
    return _failure(Reason.NO_GROUPS_CLAIM, f'{fact}"{claim}"' + (f": {why}" if why else ""))


def _whys(
    client: Client, wanted: TokenClient, claim: str, mappers: tuple[ClaimMapper, ...]
) -> Iterator[str]:
    if wanted.id_token and OPENID not in wanted.scopes:
        yield f'there is none without the scope "{OPENID}" in spec.tokens.clients[].scopes'
    own = [mapper for mapper in client.mappers if mapper.kind is MapperKind.MEMBERSHIP]
    for mapper in own:
        if mapper.claim == claim and not _in_token(mapper, wanted):
            yield f'"Add to {_toggle(client, wanted)}" is off in {named(mapper, client)}'
    for mapper in reachable(client, wanted, claim):
        if mapper.kind is MapperKind.MEMBERSHIP:
            yield (
                f'optional client scope "{mapper.scope}" would bring them, but the login does not '
                "ask for it: make it a default one, or let the login ask and add it to "
                "spec.tokens.clients[].scopes"
            )
    for mapper in mappers:
        yield f"{named(mapper, client)} writes roles there, not groups"
    for mapper in own:
        if mapper.claim != claim:
            yield f'{named(mapper, client)} writes them into claim "{mapper.claim}"'


def _in_token(mapper: ClaimMapper, wanted: TokenClient) -> bool:
    return mapper.in_id_token if wanted.id_token else mapper.in_access_token


def token_of(wanted: TokenClient) -> str:
    """Name the token that people bring."""
    return "ID token" if wanted.id_token else "access token"


def _toggle(client: Client, wanted: TokenClient) -> str:
    lightweight = client.lightweight and not wanted.id_token
    return "lightweight access token" if lightweight else token_of(wanted)


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure(reason, advise(reason, fact))
