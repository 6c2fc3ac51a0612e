"""The chart renders what an administrator may install without a second thought."""

from typing import Any

import pytest

from chart.helm import NAMESPACE, Chart, Object
from chart.objects import DIRECTORY, ROLES, aggregated, looks, of_kind, pod, rules

RBAC = "rbac.authorization.k8s.io"


def test_with_its_defaults_it_is_a_deployment_its_rights_and_its_guards(
    rendered: list[Object],
) -> None:
    kinds = sorted(body["kind"] for body in rendered)
    assert kinds == [
        *("ClusterRole", "ClusterRole", "ClusterRoleBinding", "Deployment"),
        *("Role", "Role", "RoleBinding", "RoleBinding", "Service", "ServiceAccount"),
        *(["ValidatingAdmissionPolicy"] * 4 + ["ValidatingAdmissionPolicyBinding"] * 4),
    ]


def test_no_rule_has_a_star_and_none_escalates(chart: Chart) -> None:
    for rule in rules(chart.render(bindableClusterRoles=["view", "cluster-admin"])):
        values = [value for field in rule.values() for value in field]
        assert "*" not in values
        assert {"escalate", "impersonate", "deletecollection"}.isdisjoint(values)


@pytest.mark.parametrize("roles", [["view", "edit", "admin"], ["acme:reader,writer"]])
def test_bind_is_for_the_named_roles_alone(chart: Chart, roles: list[str]) -> None:
    (bind,) = [
        rule for rule in rules(chart.render(bindableClusterRoles=roles)) if "bind" in rule["verbs"]
    ]
    assert bind == {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["clusterroles"],
        "resourceNames": roles,
        "verbs": ["bind"],
    }


def test_without_a_role_to_bind_there_is_no_bind(chart: Chart) -> None:
    objects = chart.render(bindableClusterRoles=[])
    assert not [rule for rule in rules(objects) if "bind" in rule["verbs"]]


def test_cluster_admin_must_be_asked_for(rendered: list[Object]) -> None:
    (bind,) = [rule for rule in rules(rendered) if "bind" in rule["verbs"]]
    assert sorted(bind["resourceNames"]) == ["admin", "edit", "view"]


def test_a_review_of_the_own_token_is_a_right_of_its_own(chart: Chart) -> None:
    right = ("ClusterRole", "", "tokenreviews")
    assert looks(chart.render(apiServer={"tokenReview": True})) == {right}


def test_by_default_nothing_is_looked_at(rendered: list[Object]) -> None:
    assert looks(rendered) == set()


def test_a_canary_among_the_values_brings_its_right_unless_that_is_refused(chart: Chart) -> None:
    spec = {**DIRECTORY, "canary": {"group": "canary"}}
    values: dict[str, Any] = {"directory": {"enabled": True, "spec": spec}}
    assert looks(chart.render(**values)) == {("ClusterRole", "", "tokenreviews")}
    assert looks(chart.render(**values, apiServer={"tokenReview": False})) == set()


def test_who_may_view_the_cluster_may_read_both_kinds_and_write_nothing_more(
    rendered: list[Object],
) -> None:
    (role,) = aggregated(rendered)
    assert role["metadata"]["name"] == "groupaccess-view"
    label = "rbac.authorization.k8s.io/aggregate-to-view"
    assert {key: value for key, value in role["metadata"]["labels"].items() if RBAC in key} == {
        label: "true"
    }
    assert role["rules"] == [
        {
            "apiGroups": ["groupaccess.io"],
            "resources": ["groupaccesses", "keycloakdirectories"],
            "verbs": ["get", "list", "watch"],
        }
    ]


def test_reading_is_not_aggregated_where_that_is_refused(chart: Chart) -> None:
    assert not aggregated(chart.render(rbac={"aggregateToView": False}))


def test_secrets_are_read_in_its_own_namespace_and_by_name_alone(rendered: list[Object]) -> None:
    for body in rendered:
        for rule in body["rules"] if body["kind"] in ROLES else ():
            if "secrets" in rule["resources"]:
                assert body["kind"] == "Role"
                assert body["metadata"]["namespace"] == NAMESPACE
                assert rule["verbs"] == ["get"]


def test_roles_are_bound_to_the_account_of_the_pod(rendered: list[Object]) -> None:
    account = pod(rendered)["serviceAccountName"]
    assert [body["metadata"]["name"] for body in of_kind(rendered, "ServiceAccount")] == [account]
    own = [body for body in rendered if body["kind"] in ROLES and body not in aggregated(rendered)]
    roles = {(body["kind"], body["metadata"]["name"]) for body in own}
    bindings = [body for body in rendered if body["kind"].endswith("RoleBinding")]
    assert {
        (binding["roleRef"]["kind"], binding["roleRef"]["name"]) for binding in bindings
    } == roles
    for each in bindings:
        assert each["subjects"] == [
            {"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}
        ]
