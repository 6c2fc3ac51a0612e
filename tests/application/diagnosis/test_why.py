"""Why somebody may or may not: asked of kube-apiserver, explained by what is bound and declared."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from application.diagnosis.installations import NOW, POD, RAW, access, directory
from domain.builders import there
from domain.diagnosis.logins import AUTHENTICATOR, ISSUER
from domain.handmade import found
from fakes.diagnosis import FakeDiagnosisCluster
from groupaccess.application.diagnosis.why import Why
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.api_resource import ApiResource
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Cause, NotChecked
from groupaccess.domain.diagnosis.fix import Edit

PODS = AccessRequest("list", "pods", namespace="shop")
EVERYWHERE = AccessRequest("list", "pods")
ALICE = TokenReviewResult(("SRE", "system:authenticated"), user="alice")
OURS = found("groupaccess:apps:sre:view", "SRE").binding
BY_HAND = found("old", "SRE", namespace="shop").binding


def cluster(**more: Any) -> FakeDiagnosisCluster:
    usual: dict[str, Any] = {
        "directories": [directory()],
        "accesses": [access()],
        "namespaces": there("shop", "bank"),
        "user": ALICE,
        "review": ALICE,
    }
    return FakeDiagnosisCluster(**(usual | more))


def run(call: Coroutine[Any, Any, Explanation | NotChecked]) -> Explanation | NotChecked:
    return asyncio.run(call)


def explained(call: Coroutine[Any, Any, Explanation | NotChecked]) -> Explanation:
    result = run(call)
    assert isinstance(result, Explanation)
    return result


def why(known: FakeDiagnosisCluster) -> Why:
    return Why(known, NOW)


@pytest.mark.parametrize(
    ("how", "cause"),
    [("own", Cause.ROLE_NOT_ENOUGH), ("user", Cause.NO_MAPPING), ("token", Cause.ROLE_NOT_ENOUGH)],
)
def test_a_no_names_the_nearest_cause(how: str, cause: Cause) -> None:
    known = why(cluster())
    calls = {
        "own": known.explain_own(PODS),
        "user": known.explain("alice", ["Dev"], PODS),
        "token": known.explain_token(RAW, PODS),
    }
    answer = explained(calls.pop(how))
    for other in calls.values():
        other.close()
    assert answer.answer == "No. alice may not list pods in shop."
    assert [finding.cause for finding in answer.findings] == [cause]


@pytest.mark.parametrize(
    "asked",
    [AccessRequest("lst", "pods", namespace="shop"), AccessRequest.for_path("gte", "/metrics")],
)
def test_a_no_to_a_misspelled_verb_names_the_right_one(asked: AccessRequest) -> None:
    denied = explained(why(cluster()).explain_own(asked))
    assert denied.answer.endswith(f'verb "{asked.verb}": did you mean {asked.similar_verb}?')
    allowed = explained(why(cluster(allowed=frozenset({asked}))).explain_own(asked))
    assert "did you mean" not in allowed.answer


def test_what_is_allowed_in_some_namespaces_is_no_missing_right() -> None:
    known = cluster(allowed=frozenset({PODS}), bindings=[BY_HAND])
    answer = explained(why(known).explain_own(EVERYWHERE))
    assert answer.findings[0].cause is Cause.ALL_NAMESPACES_REQUESTED
    assert "in shop" in answer.findings[0].fact


def test_a_token_that_is_rejected_is_explained_by_what_kube_apiserver_was_told() -> None:
    told = Arguments("pod a", (f"--oidc-issuer-url={ISSUER}/",), Distribution.KUBEADM)
    rejected = TokenReviewResult(error="invalid bearer token")
    answer = explained(why(cluster(review=rejected, arguments=[told])).explain_token(RAW, PODS))
    assert answer.answer == "No. kube-apiserver does not accept this token (401)."
    assert answer.findings[0].cause is Cause.ISSUER_MISMATCH
    assert RAW not in str(answer)


def test_a_rejected_token_is_first_explained_by_kube_apiservers_that_differ() -> None:
    one = Arguments("pod a", (f"--oidc-issuer-url={ISSUER}/",), Distribution.KUBEADM)
    other = replace(one, where="pod b", argv=())
    rejected = TokenReviewResult(error="invalid bearer token")
    known = cluster(review=rejected, arguments=[one, other])
    answer = explained(why(known).explain_token(RAW, PODS))
    assert answer.findings[0].cause is Cause.API_SERVERS_DIFFER
    assert answer.findings[0].evidence == (
        f"pod a: --oidc-issuer-url={ISSUER}/",
        "pod b: none of these",
    )
    assert answer.findings[1].cause is Cause.ISSUER_MISMATCH


def test_a_file_that_the_cluster_does_not_show_is_mended_where_it_is_wrong() -> None:
    wrong = replace(AUTHENTICATOR, issuer=f"{ISSUER}/", distribution=Distribution.CONFIGURATION)
    told = (replace(wrong, where="authn.yaml", field="jwt[0]"),)
    known = cluster(review=TokenReviewResult(error="invalid bearer token"))
    answer = explained(Why(known, NOW, told).explain_token(RAW, PODS))
    (step,) = answer.findings[0].fixes[0].steps
    assert isinstance(step, Edit)
    assert (step.file, step.below) == ("authn.yaml", "jwt[0].issuer")


def test_groups_that_kube_apiserver_does_not_read_are_no_missing_membership() -> None:
    nothing = TokenReviewResult(("system:authenticated",), user="alice")
    answer = explained(why(cluster(review=nothing)).explain_token(RAW, PODS))
    assert [finding.cause for finding in answer.findings] == [Cause.GROUPS_CLAIM_MISMATCH]


def test_before_an_installation_a_token_is_explained_all_the_same() -> None:
    rejected = TokenReviewResult(error="oidc: token is expired")
    known = cluster(review=rejected, directories=[], accesses=[], arguments=[POD])
    answer = explained(why(known).explain_token(RAW, PODS))
    assert [finding.cause for finding in answer.findings] == [Cause.TOKEN_EXPIRED]


@pytest.mark.parametrize("right", ["whoami", "decide_own"])
def test_without_a_right_nothing_is_guessed(right: str) -> None:
    result = run(why(cluster(forbidden=frozenset({right}))).explain_own(PODS))
    assert isinstance(result, NotChecked)
    assert right in result.why


@pytest.mark.parametrize(
    "right", ["list_bindings", "list_accesses", "list_namespaces", "list_directories"]
)
@pytest.mark.parametrize("allowed", [True, False])
def test_kube_apiservers_answer_is_told_and_what_could_not_be_read(
    right: str, *, allowed: bool
) -> None:
    decided = frozenset({PODS}) if allowed else frozenset[AccessRequest]()
    known = cluster(forbidden=frozenset({right}), allowed=decided, bindings=[BY_HAND])
    answer = explained(why(known).explain_own(PODS))
    assert answer.allowed is allowed
    assert [each.why for each in answer.not_checked] == [f"you may not {right}"]


@pytest.mark.parametrize("right", ["list_bindings", "list_accesses", "list_namespaces"])
def test_of_what_could_not_be_read_nothing_is_said_to_be_missing(right: str) -> None:
    known = cluster(forbidden=frozenset({right}), accesses=[])
    assert explained(why(known).explain_own(PODS)).findings == ()


@pytest.mark.parametrize(
    "request_",
    [AccessRequest("list", "nodes", namespaced=False), AccessRequest.for_path("get", "/metrics")],
)
def test_what_is_in_no_namespace_is_not_tried_in_one(request_: AccessRequest) -> None:
    known = cluster(bindings=[BY_HAND], allowed=frozenset({request_.in_namespace("shop")}))
    answer = explained(why(known).explain_own(request_))
    assert not answer.allowed
    assert Cause.ALL_NAMESPACES_REQUESTED not in {each.cause for each in answer.findings}


def test_a_word_becomes_a_resource_in_a_namespace() -> None:
    known = why(cluster())
    pods = AccessRequest("get", "pods", subresource="log", namespace="shop")
    asked = AccessRequest("get", "Po", subresource="log")
    assert asyncio.run(known.resolve(asked, "shop")) == pods
    nodes = AccessRequest("list", "nodes", namespaced=False)
    assert asyncio.run(known.resolve(AccessRequest("list", "no"), "shop")) == nodes
    path = AccessRequest.for_path("get", "/metrics")
    assert asyncio.run(known.resolve(path, "shop")) == path


@pytest.mark.parametrize(
    ("verb", "word", "part"),
    [("impersonate", "users", ""), ("*", "*", ""), ("get", "nodes", "metrics")],
)
def test_what_authorizers_know_and_no_api_serves_is_asked(verb: str, word: str, part: str) -> None:
    asked = asyncio.run(why(cluster()).resolve(AccessRequest(verb, word, subresource=part), ""))
    assert isinstance(asked, AccessRequest)
    assert (asked.resource, asked.subresource) == (word, part)


@pytest.mark.parametrize("unread", [False, True])
def test_an_error_about_what_is_in_no_namespace_is_tried_in_none(*, unread: bool) -> None:
    forbidden = frozenset({"list_resources"}) if unread else frozenset[str]()
    known = why(cluster(forbidden=forbidden))
    nodes = asyncio.run(known.with_scope(AccessRequest("list", "nodes")))
    assert not nodes.namespaced
    pods = asyncio.run(known.with_scope(AccessRequest("list", "pods")))
    assert pods.namespaced is not unread


def test_what_an_api_serves_comes_before_what_only_authorizers_know() -> None:
    users = ApiResource("users", "user.example.com", "user", "User", namespaced=False)
    asked = asyncio.run(why(cluster(resources=[users])).resolve(AccessRequest("get", "users"), "x"))
    assert isinstance(asked, AccessRequest)
    assert (asked.group, asked.namespace) == ("user.example.com", "")
