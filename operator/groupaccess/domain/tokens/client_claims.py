"""What one client's tokens carry for a group, by its effective mappers and an example token."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import (
    ACCESS_TOKEN_SETTING,
    ID_TOKEN_SETTING,
    LIGHTWEIGHT_TOKEN_SETTING,
    ClaimMapper,
    Client,
    MapperKind,
    ProofResult,
)
from groupaccess.domain.directory.group import ClaimContent, Group
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

OPENID_SCOPE = "openid"
ADD_SCOPE = "Add the scope to the client, or remove it from spec.tokens.clients[].scopes."


@dataclass(frozen=True, slots=True)
class ClaimValues:
    """The strings in the claim, at least one, and the doubts about them."""

    values: frozenset[str]
    doubts: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimUnavailable:
    """Why no string of a client is known; `uncertain` if its tokens may well carry one."""

    failure: Failure
    uncertain: bool = False


def client_claim_values(
    group: Group, login_client: LoginClient, claim: str, client: Client | None
) -> ClaimValues | ClaimUnavailable:
    """Return what kube-apiserver finds in the claim of a member's token, without its prefix."""
    if client is None:
        fact = f'client "{login_client.client_id}" is not in the realm'
        return ClaimUnavailable(_failure(Reason.CLIENT_NOT_FOUND, fact))
    if not client.enabled:
        fact = f'client "{login_client.client_id}" is disabled'
        return ClaimUnavailable(_failure(Reason.CLIENT_NOT_FOUND, fact), uncertain=True)
    mappers = effective_mappers(client, login_client, claim)
    values = group_values(group, mappers)
    unsure = next((m for m in mappers if m.kind in INDETERMINATE_KINDS), None)
    proven = client.proof is not None and client.proof.result is ProofResult.PROVEN
    if unsure is not None and not (values and proven):
        return ClaimUnavailable(_indeterminate(client, unsure, claim), uncertain=True)
    if not values:
        return ClaimUnavailable(_no_claim(client, login_client, claim, mappers))
    if client.proof is not None and client.proof.result is ProofResult.REFUTED:
        return ClaimUnavailable(_failure(Reason.CLAIM_UNPROVEN, client.proof.fact), uncertain=True)
    return ClaimValues(values, tuple(_doubts(client, mappers, claim)))


def effective_mappers(
    client: Client, login_client: LoginClient, claim: str
) -> tuple[ClaimMapper, ...]:
    """Return the mappers that write the claim into the token that people send, by name."""
    if login_client.id_token and OPENID_SCOPE not in login_client.scopes:
        return ()  # OIDC: without this scope there is no ID token
    result = (m for m in client.mappers if m.claim == claim and _in_token(m, login_client))
    return tuple(sorted(result, key=lambda mapper: (mapper.name, mapper.scope)))


def optional_claim_mappers(
    client: Client, login_client: LoginClient, claim: str
) -> tuple[ClaimMapper, ...]:
    """Return the mappers that would write it, too, if the login requested more scopes."""
    return tuple(
        m for m in client.optional_mappers if m.claim == claim and _in_token(m, login_client)
    )


def group_values(group: Group, mappers: Iterable[ClaimMapper]) -> frozenset[str]:
    """Return what the group membership mappers among these write for a member.

    Only here is decided which of the group's possible claim values a mapper writes. The example
    token checks it, and `claim_content` says for which of them Keycloak is searched.
    """
    return frozenset(
        group.path if mapper.full_path else group.name
        for mapper in mappers
        if mapper.kind is MapperKind.MEMBERSHIP
    )


def claim_content(directory: Directory, clients: Iterable[Client]) -> ClaimContent:
    """Return which strings of a group the tokens may carry, by all mappers of the claim."""
    mappers = [
        mapper
        for client in clients
        for mapper in (*client.mappers, *client.optional_mappers)
        if mapper.claim == directory.groups_claim
    ]
    return ClaimContent(full_path=any(mapper.full_path for mapper in mappers))


def describe_mapper(mapper: ClaimMapper, client: Client) -> str:
    """Name a mapper by where it is in Keycloak's console."""
    if mapper.scope:
        return f'mapper "{mapper.name}" of client scope "{mapper.scope}"'
    return f'mapper "{mapper.name}" of client "{client.client_id}"'


INDETERMINATE_KINDS = frozenset({MapperKind.REPLACING, MapperKind.NESTED})


def _doubts(client: Client, mappers: Iterable[ClaimMapper], claim: str) -> Iterator[Failure]:
    for scope in client.missing_scopes:
        fact = (
            f'client "{client.client_id}" has no scope "{scope}", and Keycloak refuses a login '
            "that requests it"
        )
        yield Failure.of(Reason.NO_GROUPS_CLAIM, fact, ADD_SCOPE)
    for mapper in mappers:
        if mapper.kind in INDETERMINATE_KINDS:
            yield _indeterminate(client, mapper, claim)
        elif mapper.other_values is None:
            fact = (
                f'{describe_mapper(mapper, client)} adds roles to claim "{claim}", which the '
                "operator cannot read: one of them may have the name of the group"
            )
            yield _failure(Reason.CLAIM_INDETERMINATE, fact)
    if client.proof is not None and client.proof.result is ProofResult.UNPROVEN:
        yield _failure(Reason.CLAIM_UNPROVEN, client.proof.fact)


def _indeterminate(client: Client, mapper: ClaimMapper, claim: str) -> Failure:
    fact = f'{describe_mapper(mapper, client)} may replace the value of claim "{claim}"'
    if mapper.kind is MapperKind.NESTED:
        fact = (
            f'{describe_mapper(mapper, client)} writes below "{claim}", because its Token Claim '
            f'Name has a dot without a backslash before it. So "{claim}" is not a list, and '
            "kube-apiserver refuses the token"
        )
    return _failure(Reason.CLAIM_INDETERMINATE, fact)


def _no_claim(
    client: Client, login_client: LoginClient, claim: str, mappers: tuple[ClaimMapper, ...]
) -> Failure:
    fact = f'the {token_kind(login_client)} of client "{client.client_id}" has no groups in claim '
    gap = next(claim_gaps(client, login_client, claim, mappers), None)
    why = f": {gap.text}" if gap else ""
    return _failure(Reason.NO_GROUPS_CLAIM, f'{fact}"{claim}"{why}')


class GapKind(Enum):
    """Why a client's tokens carry no groups."""

    NO_ID_TOKEN = "no ID token"  # noqa: S105 -- no password
    NOT_IN_TOKEN = "not in this token"  # noqa: S105 -- no password
    SCOPE_NOT_REQUESTED = "scope not requested"
    ROLES = "roles instead"
    OTHER_CLAIM = "other claim"


@dataclass(frozen=True, slots=True)
class ClaimGap:
    """Why a client's tokens carry no groups in the claim, as part of a sentence.

    `mapper` is the one that would write them; None if there is no ID token at all.
    """

    kind: GapKind
    text: str
    mapper: ClaimMapper | None = None


def claim_gaps(
    client: Client, login_client: LoginClient, claim: str, mappers: tuple[ClaimMapper, ...]
) -> Iterator[ClaimGap]:
    """Yield why there are no groups in the claim, the nearest cause first.

    `mappers` are those that write the claim (`effective_mappers`).
    """
    if login_client.id_token and OPENID_SCOPE not in login_client.scopes:
        text = f'there is no ID token without "{OPENID_SCOPE}" in spec.tokens.clients[].scopes'
        yield ClaimGap(GapKind.NO_ID_TOKEN, text)
    own = [mapper for mapper in client.mappers if mapper.kind is MapperKind.MEMBERSHIP]
    for mapper in own:
        if mapper.claim == claim and not _in_token(mapper, login_client):
            setting = token_setting(client, login_client)
            text = f'"Add to {setting}" is off in {describe_mapper(mapper, client)}'
            yield ClaimGap(GapKind.NOT_IN_TOKEN, text, mapper)
    for mapper in optional_claim_mappers(client, login_client, claim):
        if mapper.kind is MapperKind.MEMBERSHIP:
            text = (
                f'optional client scope "{mapper.scope}" would add them, but '
                "spec.tokens.clients[].scopes does not list it: make it a default scope, or let "
                "the login request it and list it there"
            )
            yield ClaimGap(GapKind.SCOPE_NOT_REQUESTED, text, mapper)
    for mapper in mappers:
        roles = mapper.kind is MapperKind.APPENDING
        what = "roles into this claim, not groups" if roles else "something else into this claim"
        text = f"{describe_mapper(mapper, client)} writes {what}"
        yield ClaimGap(GapKind.ROLES, text, mapper)
    for mapper in own:
        if mapper.claim != claim:
            text = f'{describe_mapper(mapper, client)} writes groups into claim "{mapper.claim}"'
            yield ClaimGap(GapKind.OTHER_CLAIM, text, mapper)


def _in_token(mapper: ClaimMapper, login_client: LoginClient) -> bool:
    return mapper.in_id_token if login_client.id_token else mapper.in_access_token


def token_kind(login_client: LoginClient) -> str:
    """Name the kind of token that people send to kube-apiserver."""
    return "ID token" if login_client.id_token else "access token"


def token_setting(client: Client, login_client: LoginClient) -> str:
    """Name the token in a mapper's settings, as Keycloak's console does."""
    lightweight = client.lightweight and not login_client.id_token
    return "lightweight access token" if lightweight else token_kind(login_client)


def token_setting_key(client: Client, login_client: LoginClient) -> str:
    """Return the key of that setting in the mapper's representation."""
    if login_client.id_token:
        return ID_TOKEN_SETTING
    return LIGHTWEIGHT_TOKEN_SETTING if client.lightweight else ACCESS_TOKEN_SETTING


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure.of(reason, fact)
