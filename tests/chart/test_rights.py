"""The comparison of granted and needed rights notices what it is for."""

from typing import Any

import pytest

from testbed.rights import (
    Grant,
    Right,
    binds,
    grants,
    missing,
    needs,
    never,
    refused,
    superfluous,
    too_wide,
)

RBAC = "rbac.authorization.k8s.io"
ACCOUNT = {"name": "op", "namespace": "ops"}
GET_SECRETS = Right("ops", "", "secrets", "", "get")


def grant(right: Right, rule: str = "Role op, rule 1") -> Grant:
    return Grant(right, rule)


def role(*rules: dict[str, Any], namespace: str = "") -> list[dict[str, Any]]:
    """Return a role and its binding to the account."""
    kind, prefix = ("Role", "") if namespace else ("ClusterRole", "Cluster")
    metadata = {"name": "op", "namespace": namespace} if namespace else {"name": "op"}
    reference = {"apiGroup": RBAC, "kind": kind, "name": "op"}
    subjects = [{"kind": "ServiceAccount", **ACCOUNT}]
    return [
        {"kind": kind, "metadata": metadata, "rules": list(rules)},
        {
            "kind": f"{prefix}RoleBinding",
            "metadata": metadata,
            "roleRef": reference,
            "subjects": subjects,
        },
    ]


def rule(group: str, resource: str, *verbs: str, **more: list[str]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs), **more}


def request(verb: str, resource: str, code: int = 200, **ref: str) -> dict[str, Any]:
    return {
        "verb": verb,
        "requestURI": f"/{resource}",
        "objectRef": {"resource": resource, **ref},
        "responseStatus": {"code": code, "message": "the server's words"},
    }


def bound(role: str, code: int = 201, **ref: str) -> dict[str, Any]:
    made = request("patch", "rolebindings" if ref else "clusterrolebindings", code, **ref)
    return {**made, "responseObject": {"roleRef": {"name": role}}}


def test_a_role_gives_its_rights_where_it_is_bound() -> None:
    here = role(rule("", "secrets", "get", resourceNames=["a", "b"]), namespace="ops")
    everywhere = role(rule("", "namespaces", "list"), rule(RBAC, "clusterroles", "watch"))
    assert grants([*here, *everywhere], ACCOUNT) == [
        Grant(Right("ops", "", "secrets", "a", "get"), "Role op, rule 1"),
        Grant(Right("ops", "", "secrets", "b", "get"), "Role op, rule 1"),
        Grant(Right("", "", "namespaces", "", "list"), "ClusterRole op, rule 1"),
        Grant(Right("", RBAC, "clusterroles", "", "watch"), "ClusterRole op, rule 2"),
    ]


def test_a_role_of_somebody_else_gives_nothing() -> None:
    assert not grants(role(rule("", "secrets", "get")), {**ACCOUNT, "namespace": "other"})


def test_a_right_that_nothing_used_is_named_with_its_rule() -> None:
    granted = grants(role(rule("", "secrets", "get", "list"), namespace="ops"), ACCOUNT)
    used = needs([request("get", "secrets", namespace="ops", name="keycloak")])
    assert superfluous(granted, used) == [
        "not used: list secrets in namespace ops (Role op, rule 1)"
    ]


def test_a_right_to_read_what_is_no_object_is_not_used() -> None:
    url = {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}
    granted = grants(role(url), ACCOUNT)
    discovery = {"verb": "get", "requestURI": "/apis"}
    assert superfluous(granted, needs([discovery])) == [
        "not used: get /metrics (ClusterRole op, rule 1)"
    ]


def test_a_right_that_two_rules_give_is_named() -> None:
    by_name = Right("ops", "", "secrets", "keycloak", "get")
    granted = [grant(GET_SECRETS), grant(by_name, "Role op, rule 2")]
    assert superfluous(granted, [by_name]) == [
        'given twice: get secrets "keycloak" in namespace ops (Role op, rule 2)'
    ]


@pytest.mark.parametrize(
    "asked",
    [
        request("list", "secrets", namespace="ops"),
        request("get", "secrets", namespace="other", name="keycloak"),
        request("get", "secrets", name="keycloak"),
        request("get", "configmaps", namespace="ops", name="keycloak"),
        request("get", "secrets", apiGroup="acme.io", namespace="ops", name="keycloak"),
        request("get", "secrets", subresource="status", namespace="ops", name="keycloak"),
    ],
    ids=lambda event: " ".join((event["verb"], *event["objectRef"].values())),
)
def test_a_request_that_no_rule_allows_is_named(asked: dict[str, Any]) -> None:
    granted = [grant(GET_SECRETS)]
    assert missing(granted, needs([asked])) == [str(need) for need in needs([asked])]
    assert not missing(granted, needs([request("get", "secrets", namespace="ops", name="any")]))


def test_a_right_by_name_allows_no_other_name_and_no_create() -> None:
    granted = [grant(Right("ops", "", "leases", "mine", verb)) for verb in ("get", "create")]
    assert not missing(granted, needs([request("get", "leases", namespace="ops", name="mine")]))
    other = request("get", "leases", namespace="ops", name="other")
    made = request("create", "leases", 201, namespace="ops", name="mine")  # named by the log alone
    assert missing(granted, needs([other, made])) == [
        "create leases in namespace ops",
        'get leases "other" in namespace ops',
    ]


def test_an_apply_that_creates_needs_create_too() -> None:
    events = [request("patch", "rolebindings", 201, namespace="shop", name="x")]
    granted = [grant(Right("", "", "rolebindings", "", "patch"))]
    assert missing(granted, needs(events)) == ['create rolebindings "x" in namespace shop']
    assert not missing(
        granted, needs([request("patch", "rolebindings", 200, namespace="shop", name="x")])
    )


def test_a_right_everywhere_that_was_used_in_one_namespace_is_too_wide() -> None:
    granted = [grant(Right("", "", "secrets", "", "list"), "ClusterRole op, rule 1")]
    one, two = (request("list", "secrets", namespace=each) for each in ("ops", "other"))
    assert too_wide(granted, needs([one])) == [
        "only used in namespace ops: list secrets (ClusterRole op, rule 1)"
    ]
    assert not too_wide(granted, needs([one, two]))
    assert not too_wide(granted, needs([request("list", "secrets")]))


def test_a_right_for_any_name_that_was_used_for_one_is_too_wide() -> None:
    granted = [grant(GET_SECRETS)]
    one, two = (request("get", "secrets", namespace="ops", name=each) for each in ("a", "b"))
    assert too_wide(granted, needs([one])) == [
        "only used for a: get secrets in namespace ops (Role op, rule 1)"
    ]
    assert not too_wide(granted, needs([one, two]))


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_request_is_named_with_the_servers_words(code: int) -> None:
    events = [request("get", "secrets"), request("list", "secrets", code)]
    assert refused(events) == ["list /secrets the server's words"]


@pytest.mark.parametrize("value", ["*", "*/status", "escalate", "impersonate"])
@pytest.mark.parametrize("field", ["apiGroups", "resources", "verbs"])
def test_what_leads_to_everything_is_named(field: str, value: str) -> None:
    bad = {**rule("", "secrets", "get"), field: [value]}
    assert never(role(rule("", "secrets", "get"), bad)) == [f"{value} (ClusterRole op, rule 2)"]
    assert not never(role(rule("", "secrets", "get"), namespace="ops"))


def test_bind_is_needed_for_a_role_that_was_bound_and_is_not_held() -> None:
    roles = {"held": [rule("", "secrets", "get")], "more": [rule("", "secrets", "get", "list")]}
    held = [grant(Right("", "", "secrets", "", "get"))]
    events = [bound("held"), bound("more"), bound("more", namespace="shop")]
    assert binds(events, held, roles) == {
        Right("", RBAC, "clusterroles", "more", "bind"),
        Right("shop", RBAC, "clusterroles", "more", "bind"),
    }


def test_a_right_in_one_namespace_is_not_held_in_another() -> None:
    roles = {"reader": [rule("", "secrets", "get")]}
    events = [bound("reader"), bound("reader", namespace="ops")]
    assert binds(events, [grant(GET_SECRETS)], roles) == {
        Right("", RBAC, "clusterroles", "reader", "bind")
    }


def test_what_was_refused_or_stood_before_does_not_prove_that_bind_is_needed() -> None:
    roles = {"more": [rule("", "secrets", "list")]}
    assert not binds([bound("more", 403), bound("more", 200)], [], roles)


def test_bind_for_a_role_that_was_never_bound_is_not_used() -> None:
    verbs = rule(RBAC, "clusterroles", "bind", resourceNames=["view", "admin"])
    granted = grants(role(verbs), ACCOUNT)
    roles = {"view": [rule("", "pods", "get")]}
    assert superfluous(granted, binds([bound("view")], granted, roles)) == [
        f'not used: bind clusterroles.{RBAC} "admin" (ClusterRole op, rule 1)'
    ]
