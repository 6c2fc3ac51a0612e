"""A token that is for an audience which kube-apiserver may not accept is reported, and granted."""

from dataclasses import replace

import pytest

from domain.builders import (
    NOW,
    access,
    client,
    directory,
    make_context,
    mapper,
    proof,
    realm,
)
from domain.saying import say
from groupaccess.domain.apiserver.audience import audience_doubts
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.apiserver.token_review import (
    OperatorToken,
    TokenReviewResult,
    compare_review,
)
from groupaccess.domain.directory.client import Client, ProofResult, TokenProof
from groupaccess.domain.directory.group import Group
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.mapping_status import MappingState

KUBECTL = directory("kubectl", token="Access")


def sent(client_id: str, *audience: str, result: ProofResult = ProofResult.PROVEN) -> Client:
    """Return a client whose example token is for these."""
    example = TokenProof(result, "as computed", NOW, 300, frozenset(audience))
    return client(client_id, mapper(), proof=example)


def doubts(
    *clients: Client, sight: OidcCheckResult | None = None, id_token: bool = False
) -> list[Failure]:
    """Return the doubts of a directory that names these clients."""
    kind = "ID" if id_token else "Access"
    declared = directory(*(client.client_id for client in clients), token=kind)
    return list(audience_doubts(declared, realm(clients=clients), sight))


def shown(*audience: str) -> OidcCheckResult:
    """Return what a canary has shown whose token is for these, and is accepted."""
    group = Group("/canary", "canary", "1")
    issuer = KUBECTL.issuer
    token = OperatorToken("raw", {"iss": issuer, "groups": ["canary"], "aud": list(audience)})
    return compare_review(group, KUBECTL, token, TokenReviewResult(("canary",)))


def expecting(audience: str) -> OidcCheckResult:
    """Return what a canary has shown whose token kube-apiserver refuses."""
    error = f'oidc: verify token: oidc: expected audience "{audience}" got ["groupaccess"]'
    return compare_review(
        Group("/c", "c", "1"), KUBECTL, OperatorToken("raw", {}), TokenReviewResult(error=error)
    )


def test_an_access_token_for_account_says_that_everybody_gets_a_401() -> None:
    (doubt,) = doubts(sent("kubectl", "account"))
    assert doubt.reason is Reason.API_SERVER_UNKNOWN
    assert doubt.message.startswith(
        'The access token of client "kubectl" is for the audience (aud) "account", but for no '
        "client in spec.tokens.clients. kube-apiserver answers 401 unless it is configured for "
        "that (--oidc-client-id, or issuer.audiences in its authentication configuration). Give "
        "the client an Audience mapper for kube-apiserver's client id, or let people use the ID "
        "token and set spec.tokens.clients[].token to ID."
    )


def test_a_token_without_any_audience_is_for_nobody() -> None:
    (doubt,) = doubts(sent("kubectl"))
    assert (
        'client "kubectl" has no audience (aud), so kube-apiserver answers 401. Give'
        in doubt.message
    )


def test_several_audiences_are_all_named_in_their_order() -> None:
    (doubt,) = doubts(sent("kubectl", "grafana", "account"))
    assert 'the audience (aud) "account" and "grafana", but' in doubt.message


def test_who_brings_the_id_token_is_not_told_to() -> None:
    (doubt,) = doubts(sent("kubectl", "account"), id_token=True)
    assert doubt.message.startswith('The ID token of client "kubectl"')
    assert "let people use" not in doubt.message


@pytest.mark.parametrize(
    "clients",
    [
        (sent("kubectl", "kubectl"),),
        (sent("kubectl", "account", "kubectl"),),
        (sent("kubectl", "headlamp"), sent("headlamp", "headlamp")),
        (client("kubectl", mapper()),),
        (client("kubectl", mapper(), proof=proof(ProofResult.UNPROVEN)),),
    ],
    ids=["its own", "its own too", "another one's", "not looked for", "nobody to look at"],
)
def test_a_token_for_a_client_that_is_named_or_that_nobody_saw_is_no_doubt(
    clients: tuple[Client, ...],
) -> None:
    assert doubts(*clients) == []


def test_each_client_is_looked_at_by_itself() -> None:
    (doubt,) = doubts(sent("headlamp", "headlamp"), sent("kubectl", "account"))
    assert 'client "kubectl"' in doubt.message


def test_a_client_that_is_not_in_the_realm_is_no_doubt() -> None:
    assert list(audience_doubts(KUBECTL, realm(clients=()), None)) == []


@pytest.mark.parametrize("sight", [shown("groupaccess", "kubernetes"), expecting("kubernetes")])
def test_what_a_canary_has_shown_of_kube_apiserver_counts(sight: OidcCheckResult) -> None:
    assert doubts(sent("kubectl", "kubernetes"), sight=sight) == []
    assert len(doubts(sent("kubectl", "account"), sight=sight)) == 1


def test_it_holds_nothing_and_is_said_by_the_mapping_and_by_verified() -> None:
    clients = (sent("kubectl", "account"),)
    said = say(access(), make_context(realm(clients=clients), of=KUBECTL))
    (mapping,) = said.mappings
    assert (mapping.state, mapping.reason) == (MappingState.GRANTED, Reason.GRANTED)
    assert mapping.message.startswith(
        "members of /SRE appear in Kubernetes as group /SRE. The access token of client"
    )
    ready, verified = said.conditions[0], said.conditions[-1]
    assert ready.status == "True"
    assert (verified.status, verified.reason) == ("Unknown", Reason.API_SERVER_UNKNOWN)
    assert "answers 401" in verified.message


def test_it_comes_before_what_is_in_doubt_otherwise() -> None:
    other = client("headlamp", mapper(), proof=proof(ProofResult.UNPROVEN, "nobody"))
    named = directory("headlamp", "kubectl", token="Access")
    said = say(access(), make_context(realm(clients=(other, sent("kubectl", "account"))), of=named))
    assert said.conditions[-1].reason is Reason.API_SERVER_UNKNOWN


def test_a_canary_that_contradicts_holds_all_the_same() -> None:
    clients = (sent("kubectl", "account"),)
    named = replace(KUBECTL, canary="canary")
    context = replace(
        make_context(realm(clients=clients), of=named), oidc_check=expecting("kubernetes")
    )
    (mapping,) = say(access(), context).mappings
    assert mapping.reason is Reason.API_SERVER_MISMATCH
