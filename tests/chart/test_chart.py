"""The chart renders what an administrator may install without a second thought."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from chart.helm import CHART, NAMESPACE, Chart, HelmError, Object
from groupaccess import __version__
from groupaccess.api.v1alpha1 import GroupAccess, KeycloakDirectory
from groupaccess.settings import Settings

ROOT = CHART.parents[2]
ROLES = {"ClusterRole", "Role"}
DIRECTORY = {
    "issuer": "https://auth.example.com/realms/main",
    "auth": {"clientSecret": {"secretRef": {"name": "keycloak"}}},
    "tokens": {
        "groupsPrefix": "",
        "clients": [{"clientId": "headlamp", "scopes": ["openid", "groups"]}],
    },
    "allowedClusterRoles": ["view"],
}


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [body for body in objects if body["kind"] == kind]


def rules(objects: list[Object]) -> Iterator[Object]:
    for body in objects:
        if body["kind"] in ROLES:
            yield from body["rules"]


def pod(objects: list[Object]) -> Object:
    (deployment,) = of_kind(objects, "Deployment")
    spec: Object = deployment["spec"]["template"]["spec"]
    return spec


def container(objects: list[Object]) -> Object:
    (only,) = pod(objects)["containers"]
    found: Object = only
    return found


def test_with_its_defaults_it_is_a_deployment_its_rights_and_its_guards(
    rendered: list[Object],
) -> None:
    kinds = sorted(body["kind"] for body in rendered)
    assert kinds == [
        *("ClusterRole", "ClusterRoleBinding", "Deployment"),
        *("Role", "Role", "RoleBinding", "RoleBinding", "ServiceAccount"),
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


def looks(objects: list[Object]) -> set[tuple[str, str, str]]:
    """Return what may be looked at of the API server: kind of role, namespace and resource."""
    watched = {"tokenreviews": ["create"], "nodes": ["list"], "pods": ["list"]}
    return {
        (body["kind"], body["metadata"].get("namespace", ""), resource)
        for body in objects
        if body["kind"] in ROLES
        for rule in body["rules"]
        for resource in rule["resources"]
        if resource in watched and rule["verbs"] == watched[resource]
    }


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
    roles = {(body["kind"], body["metadata"]["name"]) for body in rendered if body["kind"] in ROLES}
    bindings = [body for body in rendered if body["kind"].endswith("RoleBinding")]
    assert {(each["roleRef"]["kind"], each["roleRef"]["name"]) for each in bindings} == roles
    for each in bindings:
        assert each["subjects"] == [
            {"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}
        ]


def test_the_pod_is_restricted(rendered: list[Object]) -> None:
    spec, only = pod(rendered), container(rendered)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"hostNetwork", "hostPID", "hostIPC", "volumes"}.isdisjoint(spec)


def test_the_image_has_a_user_that_the_kubelet_can_tell_from_root() -> None:
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert re.fullmatch(r"[1-9][0-9]*(:[0-9]+)?", users[-1])


def test_more_replicas_must_be_asked_for(chart: Chart, rendered: list[Object]) -> None:
    for objects, count in ((rendered, 1), (chart.render(replicaCount=2), 2)):
        (deployment,) = of_kind(objects, "Deployment")
        assert deployment["spec"]["replicas"] == count


def test_the_one_lease_is_in_its_own_namespace_and_nobody_elses(rendered: list[Object]) -> None:
    found = [
        (body["kind"], sorted(rule["verbs"]), rule.get("resourceNames"))
        for body in rendered
        for rule in (body["rules"] if body["kind"] in ROLES else ())
        if "leases" in rule["resources"]
    ]
    assert sorted(found) == [
        ("Role", ["create"], None),
        ("Role", ["get", "update"], ["groupaccess"]),
    ]


def test_the_deployment_finds_its_pods(chart: Chart) -> None:
    (deployment,) = of_kind(chart.render(podLabels={"team": "iam"}), "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert labels["team"] == "iam"


def test_the_environment_is_what_the_settings_know(chart: Chart) -> None:
    variables = container(chart.render(log={"format": "human", "level": "debug"}, workers=4))["env"]
    names = {each["name"].removeprefix("GROUPACCESS_").lower() for each in variables}
    assert names <= Settings.model_fields.keys()
    values = {each["name"]: each["value"] for each in variables if "value" in each}
    assert values == {
        "GROUPACCESS_BIND_GUARD": "groupaccess-bind-guard",
        "GROUPACCESS_CAGE": "groupaccess-cage",
        "GROUPACCESS_LOG_FORMAT": "human",
        "GROUPACCESS_LOG_LEVEL": "debug",
        "GROUPACCESS_WORKERS": "4",
    }


def test_probes_go_where_the_operator_listens(rendered: list[Object]) -> None:
    only = container(rendered)
    port = {"name": "http", "containerPort": Settings.model_fields["listen_port"].default}
    assert only["ports"] == [port]
    assert only["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert only["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def test_the_image_is_that_of_the_version_unless_said_otherwise(chart: Chart) -> None:
    digest = "sha256:" + "0" * 64
    assert container(chart.render())["image"] == f"groupaccess:{__version__}"
    assert container(chart.render("--set=image.tag=next"))["image"] == "groupaccess:next"
    assert (
        container(chart.render(f"--set=image.digest={digest}"))["image"] == f"groupaccess@{digest}"
    )


def test_the_chart_has_the_version_of_the_program() -> None:
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert about["version"] == about["appVersion"] == __version__


def test_a_release_of_another_name_is_another_operator(chart: Chart) -> None:
    names = [body["metadata"]["name"] for body in chart.render(release="iam")]
    assert all(name.startswith("iam-groupaccess") for name in names)


def test_the_crds_are_those_of_the_repository_byte_for_byte() -> None:
    files = {path.name: path.read_bytes() for path in (ROOT / "crds").iterdir()}
    assert {path.name: path.read_bytes() for path in (CHART / "crds").iterdir()} == files


def test_helm_installs_the_crds(chart: Chart) -> None:
    found = of_kind(chart.render("--include-crds"), "CustomResourceDefinition")
    assert [body["spec"]["names"]["kind"] for body in found] == ["GroupAccess", "KeycloakDirectory"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"bindableClusterRoles": ["*"]}, "bindableClusterRoles"),
        ({"bindableClusterRoles": ["view", "view"]}, "bindableClusterRoles"),
        ({"bindableClusterRoles": [""]}, "bindableClusterRoles"),
        ({"bindableClusterRole": ["view"]}, "bindableClusterRole"),
        ({"image": {"tagg": "next"}}, "tagg"),
        ({"image": {"digest": "abc"}}, "digest"),
        ({"log": {"level": "loud"}}, "level"),
        ({"workers": 0}, "workers"),
        ({"apiServer": {"tokenReview": "yes"}}, "tokenReview"),
        ({"apiServer": {"readPods": True}}, "readPods"),
        ({"guards": {"cage": {"enabled": "yes"}}}, "cage"),
        ({"guards": {"cage": False}}, "cage"),
        ({"guards": {"reserved": {"enabled": False}}}, "reserved"),
        ({"guards": {"breakGlassGroup": "system:authenticated"}}, "breakGlassGroup"),
        ({"guards": {"breakGlassGroup": "system:serviceaccounts"}}, "breakGlassGroup"),
        ({"guards": {"breakGlassGroup": ["oncall"]}}, "breakGlassGroup"),
    ],
    ids=lambda case: str(case) if isinstance(case, dict) else "",
)
def test_a_value_that_nobody_can_mean_is_refused(
    chart: Chart, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(HelmError, match=words):
        chart.render(**values)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"groupAccesses": {"platform": None}}, "/groupAccesses/platform"),
        ({"groupAccesses": {"platform": {"suspend": None}}}, "/groupAccesses/platform/suspend"),
        (
            {"groupAccesses": {"platform": {"mappings": [{"name": "a", "expiresAt": None}]}}},
            "/groupAccesses/platform/mappings/0/expiresAt",
        ),
        (
            {"directory": {"enabled": True, "spec": {"tokens": {"clients": [{"token": None}]}}}},
            "/directory/spec/tokens/clients/0/token",
        ),
        ({"directory": {"enabled": True, "spec": None}}, "'/directory': missing property 'spec'"),
    ],
)
def test_an_empty_key_of_an_object_is_refused_and_named(
    chart: Chart, values: dict[str, Any], where: str
) -> None:
    with pytest.raises(HelmError, match=where):
        chart.render(**values)


def test_a_directory_and_grants_come_from_values(chart: Chart) -> None:
    sre = {"name": "sre", "group": "SRE", "clusterRole": "cluster-admin", "clusterWide": True}
    shop = {"names": ["shop"]}
    dev = {"name": "dev", "group": "/apps/shop", "clusterRole": "edit", "namespaces": shop}
    grants = {"platform": {"mappings": [sre]}, "shop": {"mappings": [dev]}}
    objects = chart.render(
        directory={"enabled": True, "name": "default", "spec": DIRECTORY}, groupAccesses=grants
    )
    (directory,) = of_kind(objects, "KeycloakDirectory")
    assert directory["metadata"]["name"] == "default"
    assert KeycloakDirectory.read(directory).spec.to_kubernetes() == DIRECTORY
    found = of_kind(objects, "GroupAccess")
    specs = {each["metadata"]["name"]: GroupAccess.read(each).spec for each in found}
    assert {name: spec.to_kubernetes() for name, spec in specs.items()} == grants


def test_a_directory_that_is_not_enabled_is_not_made(chart: Chart) -> None:
    assert not of_kind(chart.render(directory={"spec": DIRECTORY}), "KeycloakDirectory")


BY_TOKEN = {**DIRECTORY, "auth": {"serviceAccountToken": {"clientId": "groupaccess"}}}


@pytest.mark.parametrize(
    ("values", "audience"),
    [
        ({"directory": {"enabled": True, "spec": BY_TOKEN}}, DIRECTORY["issuer"]),
        ({"serviceAccountToken": {"audience": "https://a"}}, "https://a"),
        (
            {
                "directory": {"enabled": True, "spec": BY_TOKEN},
                "serviceAccountToken": {"audience": "https://a"},
            },
            "https://a",
        ),
    ],
    ids=["of the directory", "said", "both"],
)
def test_the_pods_token_is_for_the_realms_issuer_and_where_the_operator_reads_it(
    chart: Chart, values: dict[str, Any], audience: str
) -> None:
    objects = chart.render(**values)
    (volume,) = pod(objects)["volumes"]
    (mount,) = container(objects)["volumeMounts"]
    (source,) = volume["projected"]["sources"]
    token = source["serviceAccountToken"]
    assert (token["audience"], token["expirationSeconds"]) == (audience, 600)
    assert mount["name"] == volume["name"]
    assert f"{mount['mountPath']}/{token['path']}" == str(Settings().pod_token_file)


@pytest.mark.parametrize(
    "directory", [{"enabled": True, "spec": DIRECTORY}, {"enabled": False, "spec": BY_TOKEN}]
)
def test_no_token_is_mounted_where_no_directory_wants_one(
    chart: Chart, directory: dict[str, Any]
) -> None:
    assert "volumes" not in pod(chart.render(directory=directory))
