"""What one client's tokens carry, and in which words it is said why they carry none."""

from dataclasses import fields, replace
from itertools import product
from typing import Any

import pytest

from domain.builders import client, directory, group, mapper, proof, realm
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind, ProofResult
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.client_claims import (
    ClaimUnavailable,
    ClaimValues,
    client_claim_values,
    group_values,
)
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim

SRE = group("/platform/SRE")
ROLES = MapperKind.APPENDING
REPLACING, NESTED = MapperKind.REPLACING, MapperKind.NESTED


def silence(one: Client, of: Directory | None = None) -> tuple[Reason, str]:
    (login,) = (of or directory()).clients
    found = client_claim_values(SRE, login, "groups", one)
    assert isinstance(found, ClaimUnavailable)
    return found.failure.reason, found.failure.message


def doubts(one: Client) -> list[Failure]:
    (login,) = directory().clients
    found = client_claim_values(SRE, login, "groups", one)
    assert isinstance(found, ClaimValues)
    return list(found.doubts)


ELSEWHERE = {"name", "kind", "claim", "scope", "other_values"}  # what is no option of a string
SAMPLES: dict[object, tuple[object, ...]] = {bool: (True, False), str: ("", "x-")}
OPTIONS = {field.name: field.type for field in fields(ClaimMapper) if field.name not in ELSEWHERE}


@pytest.mark.parametrize("kind", MapperKind)
def test_whatever_a_mapper_writes_for_a_group_is_a_possible_value(kind: MapperKind) -> None:
    """Else neither a collision nor the canary would know the string."""
    odd = group("/platform/a/b", "a/b")
    for values in product(*(SAMPLES[kind_of] for kind_of in OPTIONS.values())):
        options: dict[str, Any] = dict(zip(OPTIONS, values, strict=True))
        for each in (SRE, odd):
            written = group_values(each, [replace(mapper("any", kind), **options)])
            assert written <= each.possible_claim_values


def test_client_without_any_mapper_has_nothing_to_be_named() -> None:
    _, message = silence(client("headlamp"))
    assert message.startswith(
        'the ID token of client "headlamp" has no groups in claim "groups". In Keycloak, give'
    )


def test_there_is_no_id_token_without_openid() -> None:
    reason, message = silence(client("headlamp", mapper()), directory(scopes=("groups",)))
    assert reason is Reason.NO_GROUPS_CLAIM
    assert 'there is no ID token without "openid"' in message
    access = directory(scopes=("groups",), token="Access")
    assert isinstance(
        client_claim_values(SRE, access.clients[0], "groups", client("c", mapper())), ClaimValues
    )


def test_toggle_of_a_lightweight_token_is_named_as_the_console_does() -> None:
    off = client("headlamp", mapper(tokens="ID"), lightweight=True)
    _, message = silence(off, directory(token="Access"))
    assert '"Add to lightweight access token" is off in mapper "groups"' in message
    _, message = silence(client("headlamp", mapper(tokens=""), lightweight=True))
    assert '"Add to ID token" is off' in message


def test_mapper_of_a_scope_is_named_by_the_scope() -> None:
    _, message = silence(client("headlamp", mapper(tokens="", scope="teams")))
    assert 'is off in mapper "groups" of client scope "teams". In Keycloak' in message


def test_optional_scope_that_would_bring_the_groups_is_named() -> None:
    _, message = silence(client("headlamp", optional=[mapper(scope="teams")]))
    assert (
        'optional client scope "teams" would add them, but spec.tokens.clients[].scopes does not '
        "list it: make it a default scope, or let the login request it and list it there. In"
    ) in message


@pytest.mark.parametrize(
    "unfit",
    [
        mapper(scope="teams", claim="teams"),
        mapper(scope="teams", tokens=""),
        mapper(kind=ROLES, scope="teams"),
    ],
    ids=["claim", "token", "roles"],
)
def test_optional_scope_that_would_not_bring_them_is_not_named(unfit: ClaimMapper) -> None:
    assert "teams" not in silence(client("headlamp", optional=[unfit]))[1]


def test_claim_that_they_are_written_into_is_named() -> None:
    _, message = silence(client("headlamp", mapper(claim="teams")))
    assert 'mapper "groups" of client "headlamp" writes groups into claim "teams"' in message
    assert '"Add to' not in silence(client("headlamp", mapper(claim="teams", tokens="")))[1]


def test_roles_are_told_from_groups() -> None:
    reason, message = silence(client("headlamp", mapper("r", ROLES, scope="microprofile-jwt")))
    assert reason is Reason.NO_GROUPS_CLAIM
    assert 'mapper "r" of client scope "microprofile-jwt" writes roles into this claim' in message


@pytest.mark.parametrize("mappers", [(), (mapper(),)], ids=["alone", "beside"])
def test_claim_below_the_key_is_indeterminate_and_the_dot_is_named(mappers: tuple[()]) -> None:
    reason, message = silence(client("headlamp", *mappers, mapper("deep", NESTED)))
    assert reason is Reason.CLAIM_INDETERMINATE
    assert 'mapper "deep" of client "headlamp" writes below "groups"' in message
    assert "a dot without a backslash" in message
    assert 'So "groups" is not a list, and kube-apiserver refuses the token. Remove' in message


def test_scope_that_the_client_lacks_leaves_a_doubt() -> None:
    (doubt,) = doubts(client("headlamp", mapper(), unknown=("teams",)))
    assert doubt.reason is Reason.NO_GROUPS_CLAIM
    assert doubt.message.startswith(
        'client "headlamp" has no scope "teams", and Keycloak refuses a login that requests it. '
        "Add the scope to the client, or remove it from spec.tokens.clients[].scopes."
    )


def test_proof_decides_over_a_mapper_that_may_replace_the_claim_and_leaves_a_doubt() -> None:
    unsure = (mapper(), mapper("fixed", REPLACING))
    assert silence(client("headlamp", *unsure))[0] is Reason.CLAIM_INDETERMINATE
    for result in (ProofResult.REFUTED, ProofResult.UNPROVEN):
        reason, _ = silence(client("headlamp", *unsure, proof=proof(result)))
        assert reason is Reason.CLAIM_INDETERMINATE
    (doubt,) = doubts(client("headlamp", *unsure, proof=proof()))
    assert doubt.reason is Reason.CLAIM_INDETERMINATE
    assert doubt.message.startswith(
        'mapper "fixed" of client "headlamp" may replace the value of claim "groups". Remove'
    )


def test_proof_makes_no_groups_of_nothing() -> None:
    only = client("headlamp", mapper("fixed", REPLACING), proof=proof())
    assert silence(only)[0] is Reason.CLAIM_INDETERMINATE
    assert silence(client("headlamp", proof=proof()))[0] is Reason.NO_GROUPS_CLAIM


def test_a_refuted_client_gives_nothing_new_and_keeps_bound_strings() -> None:
    (login,) = directory().clients
    refuted = client("headlamp", mapper(), proof=proof(ProofResult.REFUTED, "it lacks SRE"))
    found = client_claim_values(SRE, login, "groups", refuted)
    assert isinstance(found, ClaimUnavailable)
    assert found.uncertain
    assert found.failure.reason is Reason.CLAIM_UNPROVEN
    assert found.failure.message.startswith("it lacks SRE. To see a member's token in Keycloak")


def test_no_token_to_look_at_leaves_a_doubt() -> None:
    unproven = client("headlamp", mapper(), proof=proof(ProofResult.UNPROVEN, "there is no member"))
    (doubt,) = doubts(unproven)
    assert doubt.reason is Reason.CLAIM_UNPROVEN
    assert doubt.message.startswith("there is no member. To see a member's token in Keycloak")


@pytest.mark.parametrize("known", [proof(), None])
def test_proven_strings_leave_no_doubt(known: None) -> None:
    assert doubts(client("headlamp", mapper(), proof=known)) == []


def test_roles_that_cannot_be_read_leave_a_doubt() -> None:
    (doubt,) = doubts(client("headlamp", mapper(), mapper("r", ROLES, adds=None)))
    assert doubt.reason is Reason.CLAIM_INDETERMINATE
    assert doubt.message.startswith(
        'mapper "r" of client "headlamp" adds roles to claim "groups", which the operator cannot '
        "read: one of them may have the name of the group. Remove"
    )


def test_doubt_that_two_clients_share_is_told_once() -> None:
    two = [
        client(name, mapper(), proof=proof(ProofResult.UNPROVEN))
        for name in ("headlamp", "grafana")
    ]
    found = group_claim(SRE, directory("headlamp", "grafana"), realm(SRE, clients=two))
    assert isinstance(found, GroupClaim)
    assert len(found.doubts) == 1
