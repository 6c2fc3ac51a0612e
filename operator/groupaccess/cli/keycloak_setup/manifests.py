"""The objects for Kubernetes that fit a realm: a Secret, and a KeycloakDirectory."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from groupaccess.api import v1alpha1 as api
from groupaccess.cli.keycloak_login.values import LOCAL_HOSTS
from groupaccess.domain.keycloak_setup.options import SetupOptions

CA_CONFIG_MAP = "keycloak-ca"
ROLES = ("view", "edit", "admin", "cluster-admin")


def secret_manifest(client_id: str, secret: str, *, name: str, namespace: str) -> str:
    """Return a Secret with the client's id and secret, as YAML."""
    return _dump(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "type": "Opaque",
            "stringData": {"client-id": client_id, "client-secret": secret},
        }
    )


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read; an existing one is replaced."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        os.fchmod(descriptor, 0o600)  # before it has any content
        stream.write(text)


def directory_manifest(
    options: SetupOptions, *, issuer: str, url: str, has_own_ca: bool, secret_name: str
) -> str:
    """Return a KeycloakDirectory for the realm, as YAML; raise ValueError for a plain issuer."""
    clients = [{"clientId": each, "token": "ID"} for each in options.audiences]
    secret = {"clientSecret": {"secretRef": {"name": secret_name}}}
    pod = {"serviceAccountToken": {"clientId": options.client_id}}
    spec: dict[str, object] = {"issuer": issuer}
    if (admin_url := _admin_url(issuer, url, options.realm)) is not None:
        spec["adminURL"] = admin_url
    if has_own_ca:
        spec["caBundle"] = {"configMapRef": {"name": CA_CONFIG_MAP}}
    spec |= {
        "auth": secret if options.cluster is None else pod,
        "tokens": {"groupsClaim": options.groups_claim, "groupsPrefix": "", "clients": clients},
    }
    if options.canary is not None:
        spec["canary"] = {"group": options.canary.removeprefix("/")}
    spec["allowedClusterRoles"] = list(ROLES)
    body = {
        "apiVersion": "groupaccess.io/v1alpha1",
        "kind": "KeycloakDirectory",
        "metadata": {"name": "default"},
        "spec": spec,
    }
    api.KeycloakDirectory.read(body)  # what the API server would refuse is not printed
    return _dump(body)


def _admin_url(issuer: str, url: str, realm: str) -> str | None:
    """Return the address if the operator may need it: it differs, and is not this machine."""
    is_issuers = issuer == f"{url}/realms/{realm}"
    return None if is_issuers or urlsplit(url).hostname in LOCAL_HOSTS else url


def _dump(body: object) -> str:
    return str(yaml.safe_dump(body, sort_keys=False, width=10_000))
