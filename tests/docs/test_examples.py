"""The examples tell one story: the same issuer, client, claim and groups everywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
import pytest
import yaml

from groupaccess.api import v1alpha1 as api
from groupaccess.domain.diagnosis.authentication_configuration import read_configuration
from groupaccess.domain.diagnosis.authenticator import (
    Arguments,
    Authenticator,
    Distribution,
    authenticators,
    node_arguments,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(EXAMPLES.rglob("*.yaml"))
READ = {"GroupAccess": api.GroupAccess.read, "KeycloakDirectory": api.KeycloakDirectory.read}
REALM = json.loads((EXAMPLES / "keycloak" / "realm.json").read_text())


def load(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text())


DIRECTORY = api.KeycloakDirectory.read(load("keycloakdirectory.yaml")).spec
(CLIENT,) = DIRECTORY.tokens.clients


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects in a file, and those in extraManifests of a chart's values."""
    for body in yaml.safe_load_all(path.read_text()):
        yield body
        yield from (yaml.safe_load(text) for text in body.get("extraManifests", ()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_every_object_of_ours_is_read(path: Path) -> None:
    bodies = list(documents(path))
    assert bodies
    for body in bodies:
        if body.get("apiVersion", "").startswith("groupaccess.io/"):
            assert READ[body["kind"]](body).kind == body["kind"]


def of_node(name: str) -> Authenticator:
    """Read the configuration of k3s or RKE2 as its node's annotation would show it."""
    passed = load(f"kube-apiserver/{name}.yaml")["kube-apiserver-arg"]
    words = [word for value in passed for word in ("--kube-apiserver-arg", value)]
    arguments = node_arguments(["server", *words])
    assert arguments is not None
    return of_flags(arguments)


def of_flags(argv: tuple[str, ...]) -> Authenticator:
    found = authenticators(Arguments("", argv))
    assert isinstance(found, Authenticator)
    return found


def of_kubeadm() -> Authenticator:
    body = load("kube-apiserver/kubeadm.yaml")
    assert body["apiVersion"] == "kubeadm.k8s.io/v1beta4"
    each = (f"--{arg['name']}={arg['value']}" for arg in body["apiServer"]["extraArgs"])
    return of_flags(tuple(each))


def of_configuration() -> Authenticator:
    body = load("kube-apiserver/authentication-configuration.yaml")
    (found,) = read_configuration(body, "")
    return found


ALL = {
    "k3s": lambda: of_node("k3s"),
    "RKE2": lambda: of_node("rke2"),
    "kubeadm": of_kubeadm,
    "structured": of_configuration,
}


@pytest.mark.parametrize("name", ALL)
def test_kube_apiserver_is_given_what_the_directory_says(name: str) -> None:
    found = ALL[name]()
    assert found.issuer == DIRECTORY.issuer
    assert found.audiences == {CLIENT.client_id}
    assert found.groups_claim == DIRECTORY.tokens.groups_claim
    assert found.groups_prefix == DIRECTORY.tokens.groups_prefix


def test_each_way_to_configure_kube_apiserver_means_the_same() -> None:
    unlike = {"distribution": Distribution.UNKNOWN, "field": "", "given": None}
    one, *others = (
        replace(read(), algorithms=frozenset(), required_claims=None, **unlike)  # type: ignore[arg-type]
        for read in ALL.values()
    )
    assert all(other == one for other in others)
    assert one.username_prefix == f"{DIRECTORY.issuer}#"


def test_headlamp_has_the_same_login_and_no_rights_of_its_own() -> None:
    values = load("headlamp/values.yaml")
    oidc = values["config"]["oidc"]
    assert oidc["issuerURL"] == DIRECTORY.issuer
    assert oidc["clientID"] == CLIENT.client_id
    assert tuple(oidc["scopes"].split(",")) == CLIENT.scopes
    assert values["clusterRoleBinding"] == {"create": False}


def test_headlamps_manifest_is_the_example_and_holds_nothing_for_helm() -> None:
    (manifest,) = load("headlamp/values.yaml")["extraManifests"]
    assert yaml.safe_load(manifest) == load("groupaccess.yaml")
    assert "{{" not in manifest  # the chart renders it as a template


def test_kiali_logs_in_as_the_client_that_kube_apiserver_accepts() -> None:
    auth = load("kiali/kiali.yaml")["spec"]["auth"]
    assert auth["strategy"] == "openid"
    openid = auth["openid"]
    assert (openid["issuer_uri"], openid["client_id"]) == (DIRECTORY.issuer, CLIENT.client_id)
    assert tuple(openid["scopes"]) == CLIENT.scopes
    assert openid["username_claim"] == of_configuration().username_claim
    assert openid["disable_rbac"] is False


def test_grafana_logs_in_at_the_same_realm() -> None:
    login = load("grafana/values.yaml")["grafana.ini"]["auth.generic_oauth"]
    for name in ("auth_url", "token_url", "api_url"):
        assert login[name].startswith(f"{DIRECTORY.issuer}/protocol/openid-connect/")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["SRE"]}, "Admin"),
        ({"groups": ["Developer"]}, "Editor"),
        ({"groups": ["headlamp-viewers"]}, "Viewer"),
        ({"groups": ["headlamp-viewers", "Developer", "SRE"]}, "Admin"),
        ({"groups": ["other"]}, False),
        ({"groups": ["/SRE"]}, False),
        ({"groups": ["SRE-interns"]}, False),
        ({"groups": []}, False),
        ({}, False),
    ],
)
def test_grafana_gives_each_group_its_role_and_others_none(
    claims: dict[str, list[str]], role: object
) -> None:
    login = load("grafana/values.yaml")["grafana.ini"]["auth.generic_oauth"]
    token = {"iss": DIRECTORY.issuer, "preferred_username": "alice", **claims}
    assert jmespath.search(login["role_attribute_path"], token) == role
    assert login["role_attribute_strict"] is True


def test_every_group_and_client_of_the_story_is_in_the_realm() -> None:
    access = api.GroupAccess.read(load("groupaccess.yaml"))
    groups = {mapping.group for mapping in access.spec.mappings}
    assert groups <= {group["name"] for group in REALM["groups"]}
    expression = load("grafana/values.yaml")["grafana.ini"]["auth.generic_oauth"]
    assert all(f"'{group}'" in expression["role_attribute_path"] for group in groups)
    assert CLIENT.client_id in {client["clientId"] for client in REALM["clients"]}
    assert DIRECTORY.realm == REALM["realm"]
