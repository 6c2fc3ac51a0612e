"""Objects of the cases for the CRDs, with what every such object needs."""

from collections.abc import Mapping
from typing import Any

API = "groupaccess.io/v1alpha1"
LABEL = "a" * 63
PEM = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
SECRET = {"clientSecret": {"secretRef": {"name": "keycloak"}}}
TOKEN = {"serviceAccountToken": {"clientId": "groupaccess"}}

Object = dict[str, Any]
Case = tuple[Object, *tuple[str, ...]]
"""A bad object, and what the API server's refusal must hold."""


def mapping(**fields: object) -> Object:
    place = {} if "namespaces" in fields else {"clusterWide": True}
    return {"name": "sre", "group": "SRE", "clusterRole": "view", **place, **fields}


def access(*mappings: Mapping[str, object], **spec: object) -> Object:
    return {
        "apiVersion": API,
        "kind": "GroupAccess",
        "metadata": {"name": "crd-test"},
        "spec": {"mappings": list(mappings), **spec},
    }


def directory(**spec: object) -> Object:
    least = {
        "issuer": "https://auth.example.com/auth/realms/ADMIN",
        "auth": SECRET,
        "tokens": {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]},
        "allowedClusterRoles": ["*"],
    }
    return {
        "apiVersion": API,
        "kind": "KeycloakDirectory",
        "metadata": {"name": "crd-test"},
        "spec": {key: value for key, value in {**least, **spec}.items() if value is not None},
    }


def tokens(**fields: object) -> Object:
    least = {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]}
    return directory(tokens={**least, **fields})


def client(**fields: object) -> Object:
    return tokens(clients=[{"clientId": "headlamp", **fields}])


def selecting(**expression: object) -> Object:
    return access(mapping(namespaces={"selector": {"matchExpressions": [expression]}}))


def numbered(count: int) -> list[Object]:
    return [mapping(name=f"m{index}") for index in range(count)]
