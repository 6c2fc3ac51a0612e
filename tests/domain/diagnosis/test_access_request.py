"""What is read from a pasted 403, and how a request is written."""

import json

import pytest

from groupaccess.domain.diagnosis.access_request import AccessRequest, read_forbidden
from groupaccess.domain.diagnosis.api_resource import ApiResource

PODS = (
    'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace '
    '"shop"'
)
TEXTS = {
    PODS: ("alice", AccessRequest("list", "pods", namespace="shop")),
    f"Error from server (Forbidden): {PODS}": (
        "alice",
        AccessRequest("list", "pods", namespace="shop"),
    ),
    'nodes is forbidden: User "https://kc/realms/A#alice" cannot list resource "nodes" in API '
    'group "" at the cluster scope': (
        "https://kc/realms/A#alice",
        AccessRequest("list", "nodes"),
    ),
    'deployments.apps "web" is forbidden: User "a" cannot patch resource "deployments/scale" in '
    'API group "apps" in the namespace "shop"': (
        "a",
        AccessRequest("patch", "deployments", "apps", "scale", "web", "shop"),
    ),
    'pods\n  is forbidden: User "alice" cannot\n list resource "pods" in API group "" in the\n'
    'namespace "shop": RBAC: clusterrole "x" not found': (
        "alice",
        AccessRequest("list", "pods", namespace="shop"),
    ),
    json.dumps({"kind": "Status", "message": PODS, "code": 403}): (
        "alice",
        AccessRequest("list", "pods", namespace="shop"),
    ),
    'Error from server (Forbidden): forbidden: User "alice" cannot get path "/metrics"': (
        "alice",
        AccessRequest.for_path("get", "/metrics"),
    ),
}


@pytest.mark.parametrize(("text", "read"), TEXTS.items())
def test_a_pasted_error_names_user_and_request(text: str, read: tuple[str, AccessRequest]) -> None:
    assert read_forbidden(text) == read


@pytest.mark.parametrize("text", ["", "Unauthorized", "error: You must be logged in to the server"])
def test_another_text_is_no_403(text: str) -> None:
    assert read_forbidden(text) is None


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (AccessRequest("list", "pods"), "list pods"),
        (AccessRequest.for_path("get", "/metrics"), "get /metrics"),
        (AccessRequest("get", "pods", "", "log", "web", "shop"), 'get pods/log "web" in shop'),
    ],
)
def test_a_request_reads_as_a_sentence_goes_on(request_: AccessRequest, text: str) -> None:
    assert str(request_) == text


def test_the_same_request_in_one_namespace() -> None:
    assert AccessRequest("list", "pods").in_namespace("shop").namespace == "shop"


def test_of_two_errors_the_first_counts() -> None:
    path = 'forbidden: User "alice" cannot get path "/metrics"'
    assert read_forbidden(f"{PODS}; {path}") == TEXTS[PODS]
    assert read_forbidden(f"{path}; {PODS}") == ("alice", AccessRequest.for_path("get", "/metrics"))


def test_a_long_word_takes_no_longer_than_a_short_one() -> None:
    assert read_forbidden("x" * 200_000) is None


def test_a_namespace_is_in_itself() -> None:
    namespaces = ApiResource("namespaces", kind="Namespace", namespaced=False)
    one, every = AccessRequest("get", "ns", name="shop"), AccessRequest("list", "ns")
    assert one.of(namespaces, "default").namespace == "shop"
    assert every.of(namespaces, "default").namespace == ""


def test_the_name_of_a_part_means_that_part() -> None:
    pods = ApiResource("pods", subresources=frozenset({"log"}))
    asked = AccessRequest("get", "pods", name="log").of(pods, "shop")
    assert (asked.subresource, asked.name) == ("log", "")
    asked = AccessRequest("get", "pods", subresource="log", name="log").of(pods, "shop")
    assert (asked.subresource, asked.name) == ("log", "log")


@pytest.mark.parametrize(
    ("asked", "similar"),
    [
        (AccessRequest("lst", "pods"), "list"),
        (AccessRequest("GET", "pods"), "get"),
        (AccessRequest("deletes", "pods"), "delete"),
        (AccessRequest("approve", "certificatesigningrequests"), None),
        (AccessRequest("proxy-admin", "widgets", "example.com"), None),
        (AccessRequest.for_path("gett", "/metrics"), "get"),
        (AccessRequest.for_path("options", "/metrics"), None),
    ],
)
def test_a_misspelled_verb_is_told_from_one_that_somebody_else_uses(
    asked: AccessRequest, similar: str | None
) -> None:
    assert asked.similar_verb == similar
