"""Checks whether example tokens carry the claim values that the operator computes.

An example token is what Keycloak's console shows under Evaluate. There is one check for each client
and configuration, not for each group. It leaves no session and no event in Keycloak.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from groupaccess.adapters.keycloak.clients.read import CLIENTS_NEED
from groupaccess.adapters.keycloak.clients.sample_member import (
    NoSampleMemberError,
    SampleMember,
    find_sample_member,
    no_sample_on_error,
)
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import TOKEN, validate
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import ClaimMapper, Client, ProofResult, TokenProof
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.client_claims import effective_mappers, group_values, token_kind
from groupaccess.domain.tokens.example_token import RECHECK_AFTER, check_example_token


@dataclass(frozen=True, slots=True)
class RealmConfiguration:
    """What was read of a realm, as far as the check of example tokens needs it.

    `ids` are Keycloak's internal ids by `clientId`. `account_id` is the operator's own account.
    `groups` are the groups in which a member may be looked for: the canary's group, or without a
    canary the groups in use and no others. It is None while they are not known.
    """

    directory: Directory
    account_id: str
    groups: Sequence[Group] | None
    clients: tuple[Client, ...]
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _CachedProof:
    """The last proof of a client: when it was made, for which groups, and what it depends on."""

    configuration: tuple[object, ...]
    proof: TokenProof
    made: datetime
    groups: frozenset[Group]


class ExampleTokens:
    """Adds the proof by an example token to each client, and caches it while it is valid."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._cache: dict[tuple[str, str], _CachedProof] = {}

    async def prove(self, session: Session, realm: RealmConfiguration) -> tuple[Client, ...]:
        """Return the clients with their proofs.

        It never raises RejectedError: a missing proof prevents nothing. While `realm.groups` is
        None, or empty without a canary, no member is looked for, and cached proofs stay.
        """
        due = [client for client in realm.clients if self._is_due(realm, client)]
        groups = realm.groups
        if due and groups is not None and (groups or realm.directory.canary is not None):
            canary = realm.directory.canary
            sample = await find_sample_member(session, groups, realm.account_id, canary)
            for client in due:
                await self._prove(session, realm, client, sample)
        return tuple(self._with_proof(realm, client) for client in realm.clients)

    def forget_directory(self, directory: str) -> None:
        """Drop the proofs of a directory: a new directory of this name needs new ones."""
        self._cache = {key: known for key, known in self._cache.items() if key[0] != directory}

    async def _prove(
        self,
        session: Session,
        realm: RealmConfiguration,
        client: Client,
        sample: SampleMember | NoSampleMemberError,
    ) -> None:
        known, now = self._cached(realm, client), self._now()
        what = f'the {token_kind(_login_client(realm, client))} of client "{client.client_id}"'
        try:
            if isinstance(sample, NoSampleMemberError):
                raise sample
            token = await _example_token(session, realm, client, sample.user_id)
        except NoSampleMemberError as none:
            if known is not None and none.transient:
                return  # the earlier proof stays valid
            hint = NO_CANARY if realm.directory.canary is None else ""
            fact = f"the groups in {what} are computed, not proven by a token: {none}{hint}"
            proof = TokenProof(ProofResult.UNPROVEN, fact, now)
        else:
            expected = group_values(sample.group, _mappers(realm, client))
            claim = realm.directory.groups_claim
            proof = check_example_token(
                expected, token, claim, f"{what} for {sample.description}", now
            )
        key = realm.directory.name, client.client_id
        proof = proof.unless_same(known.proof if known else None)
        configuration, groups = _configuration(realm, client), frozenset(realm.groups or ())
        self._cache[key] = _CachedProof(configuration, proof, now, groups)

    def _is_due(self, realm: RealmConfiguration, client: Client) -> bool:
        if not client.enabled or not group_values(_PLACEHOLDER_GROUP, _mappers(realm, client)):
            return False  # its tokens carry no group, so there is nothing to prove
        known = self._cached(realm, client)
        if known is None or self._now() - known.made >= RECHECK_AFTER[known.proof.result]:
            return True
        others = not known.groups.issuperset(realm.groups or ())
        return known.proof.result is ProofResult.UNPROVEN and others

    def _with_proof(self, realm: RealmConfiguration, client: Client) -> Client:
        known = self._cached(realm, client) if client.enabled else None
        if known is None:
            return replace(client, proof=None, proof_pending=self._is_due(realm, client))
        return replace(client, proof=known.proof)

    def _cached(self, realm: RealmConfiguration, client: Client) -> _CachedProof | None:
        """Return the cached proof if it is for exactly this configuration."""
        known = self._cache.get((realm.directory.name, client.client_id))
        same = known is not None and known.configuration == _configuration(realm, client)
        return known if same else None


NO_CANARY = ". With spec.canary the operator would check a token of its own account"
_PLACEHOLDER_GROUP = Group("/any", "any", "")


def _configuration(realm: RealmConfiguration, client: Client) -> tuple[object, ...]:
    """Return everything that a token of the client depends on, except the user."""
    directory = realm.directory
    return (
        directory.issuer,
        directory.groups_claim,
        directory.canary,
        realm.account_id,
        _login_client(realm, client),
        realm.ids.get(client.client_id),
        # Roles can change while the mappers stay the same.
        *(replace(mapper, other_values=frozenset()) for mapper in client.mappers),
    )


def _login_client(realm: RealmConfiguration, client: Client) -> LoginClient:
    return next(each for each in realm.directory.clients if each.client_id == client.client_id)


def _mappers(realm: RealmConfiguration, client: Client) -> tuple[ClaimMapper, ...]:
    return effective_mappers(client, _login_client(realm, client), realm.directory.groups_claim)


async def _example_token(
    session: Session, realm: RealmConfiguration, client: Client, user_id: str
) -> Mapping[str, Any]:
    """Return the payload of the token that Keycloak would issue, without creating a session."""
    login_client = _login_client(realm, client)
    kind = "id-token" if login_client.id_token else "access-token"
    where = f"clients/{realm.ids.get(client.client_id)}/evaluate-scopes/generate-example-{kind}"
    query = {"scope": " ".join(login_client.scopes), "userId": user_id}
    with no_sample_on_error(
        "example token", CLIENTS_NEED, "the client or the user was deleted in the meantime"
    ):
        return validate(TOKEN, await session.get(where, **query))
