"""Values of the chart: which are refused, and what directories and grants become."""

from typing import Any

import pytest

from chart.helm import NAMESPACE, Chart, HelmError
from chart.objects import DIRECTORY, ROOT, container, of_kind, pod
from groupaccess.api.v1alpha1 import GroupAccess, KeycloakDirectory
from groupaccess.settings import Settings

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
KEY = f"{CERTIFICATE}-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n"
TRUSTED = {"configMapRef": {"name": "keycloak-ca", "key": "ca.crt"}}
TWICE = {
    "enabled": True,
    "spec": {**DIRECTORY, "caBundle": TRUSTED},
    "caCertificates": CERTIFICATE,
}


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
        ({"rbac": {"aggregateToView": "yes"}}, "aggregateToView"),
        ({"rbac": {"aggregateToEdit": True}}, "aggregateToEdit"),
        ({"rbac": {"create": "no"}}, "/rbac/create"),
        ({"nameOverride": "Access"}, "nameOverride"),
        ({"fullnameOverride": "a" * 56}, "fullnameOverride"),
        ({"commonLabels": {"helm.sh/chart": "mine"}}, "helm.sh/chart"),
        ({"podLabels": {"app.kubernetes.io/name": "mine"}}, "app.kubernetes.io/name"),
        (
            {"commonLabels": {"rbac.authorization.k8s.io/aggregate-to-edit": "true"}},
            "rbac.authorization.k8s.io/aggregate-to-edit",
        ),
        ({"commonLabels": {"team": "a b"}}, "/commonLabels/team"),
        ({"commonAnnotations": {"port": 8080}}, "/commonAnnotations/port"),
        ({"serviceAccount": {"create": False}}, "name the account that exists"),
        ({"serviceAccount": {"name": "A"}}, "/serviceAccount/name"),
        ({"imagePullSecrets": ["registry"]}, "imagePullSecrets"),
        ({"global": {"imageRegistry": "https://registry"}}, "/global/imageRegistry"),
        ({"livenessProbe": {"httpGet": {"path": "/"}}}, "httpGet"),
        ({"readinessProbe": {"periodSeconds": 0}}, "/readinessProbe/periodSeconds"),
        ({"extraEnv": {"HTTPS_PROXY": "http://proxy"}}, "extraEnv"),
        ({"extraEnv": [{"name": "NO_PROXY", "value": 1}]}, "/extraEnv/0/value"),
        ({"extraEnv": [{"name": "GROUPACCESS_CAGE", "value": ""}]}, "/extraEnv/0/name"),
        ({"extraArgs": ["--bind-guard="]}, "/extraArgs/0"),
        ({"extraVolumes": [{"emptyDir": {}}]}, "/extraVolumes/0"),
        ({"terminationGracePeriodSeconds": -1}, "terminationGracePeriodSeconds"),
        ({"podDisruptionBudget": {"maxUnavailable": "half"}}, "maxUnavailable"),
        (
            {"replicaCount": 2, "podDisruptionBudget": {"minAvailable": 2}},
            "minAvailable must be less than replicaCount",
        ),
        ({"topologySpreadConstraints": [{"maxSkew": 1}]}, "topologyKey"),
        ({"dnsPolicy": "Cluster"}, "dnsPolicy"),
        ({"nodeSelector": {"pool": 1}}, "/nodeSelector/pool"),
        (
            {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}},
            "scrape each pod twice",
        ),
        ({"serviceMonitor": {"interval": "30"}}, "/serviceMonitor/interval"),
        ({"prometheusRule": {"disabledAlerts": ["NoLeader"]}}, "/prometheusRule/disabledAlerts/0"),
        ({"metrics": {"service": {"port": 0}}}, "/metrics/service/port"),
        ({"grafanaDashboard": {"namespace": "Grafana"}}, "/grafanaDashboard/namespace"),
        ({"networkPolicy": {"egress": {"keycloak": {"ports": ["https"]}}}}, "keycloak/ports/0"),
        ({"networkPolicy": {"egress": {"dns": {"ports": []}}}}, "/networkPolicy/egress/dns/ports"),
        ({"networkPolicy": {"egress": []}}, "/networkPolicy/egress"),
        ({"extraObjects": [{"kind": "ConfigMap"}]}, "apiVersion"),
        ({"extraObjects": {"a": {}}}, "extraObjects"),
        ({"directory": {"spec": {}, "caCertificates": "/etc/ca.crt"}}, "caCertificates"),
        ({"directory": {"spec": {}, "caCertificates": KEY}}, "caCertificates"),
        ({"directory": TWICE}, "both say whom to trust"),
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
        (
            {"extraObjects": [{"kind": "GroupAccess", "spec": {"suspend": None}}]},
            "/extraObjects/0/spec/suspend",
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


@pytest.mark.parametrize("certificates", [CERTIFICATE, CERTIFICATE * 2])
def test_certificates_among_the_values_are_what_the_directory_trusts(
    chart: Chart, certificates: str
) -> None:
    objects = chart.render(
        directory={"enabled": True, "spec": DIRECTORY, "caCertificates": certificates}
    )
    (made,) = of_kind(objects, "ConfigMap")
    assert (made["metadata"]["name"], made["data"]) == ("keycloak-ca", {"ca.crt": certificates})
    (directory,) = of_kind(objects, "KeycloakDirectory")
    assert KeycloakDirectory.read(directory).spec.to_kubernetes() == {
        **DIRECTORY,
        "caBundle": TRUSTED,
    }


def test_certificates_are_there_for_a_directory_that_somebody_else_makes(chart: Chart) -> None:
    objects = chart.render(directory={"spec": {}, "caCertificates": CERTIFICATE})
    assert len(of_kind(objects, "ConfigMap")) == 1
    example = (ROOT / "examples" / "keycloakdirectory.yaml").read_text()
    assert "configMapRef: {name: keycloak-ca, key: ca.crt}" in example


def test_more_objects_are_rendered_whether_they_are_objects_or_text(chart: Chart) -> None:
    named = {"name": "{{ .Release.Name }}-a", "namespace": "{{ .Release.Namespace }}"}
    given = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named}
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ include "groupaccess.name" . }}-b}'
    found = of_kind(chart.render(extraObjects=[given, text], release="x"), "ConfigMap")
    assert [each["metadata"] for each in found] == [
        {"name": "x-a", "namespace": NAMESPACE},
        {"name": "x-groupaccess-b"},
    ]


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
