#!/usr/bin/env python3
"""Make the operator's account in an existing realm of Keycloak; every call is printed.

    export KEYCLOAK_USER=admin KEYCLOAK_PASSWORD=...        # an administrator of the realm master
    python3 setup.py https://auth.example.com/auth ADMIN

Python's standard library is enough. It may be run again, above all with other keys. With
--pod-token there is no secret: the operator logs in with its pod's token (see docs/keycloak.md).
With --classic the account gets two roles instead of permissions, and sees every user's data.
"""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

CLIENT = {
    "protocol": "openid-connect",
    "publicClient": False,
    "serviceAccountsEnabled": True,
    "standardFlowEnabled": False,
    "directAccessGrantsEnabled": False,
}
CLASSIC_ROLES = ("view-users", "view-clients")  # of realm-management
KINDS = ("Groups", "Clients")  # of what the account views
CONFLICT = 409

Call = Callable[..., Any]  # of a method, a path below the realm, and a body: the answer's JSON


def create_client(call: Call, client_id: str, **more: object) -> tuple[str, str]:
    """Create the operator's client; return its id and that of its service account."""
    call("POST", "/clients", {**CLIENT, "clientId": client_id, **more})
    found = only(call("GET", f"/clients?clientId={quoted(client_id)}"))["id"]
    if more:  # where it was there already
        call("PUT", f"/clients/{found}", {**CLIENT, "clientId": client_id, **more})
    return found, call("GET", f"/clients/{found}/service-account-user")["id"]


def give_permissions(
    call: Call, realm: str, client_id: str, account: str, kinds: Sequence[str] = KINDS
) -> None:
    """Let the account view all groups and all clients, and no user.

    One policy is the account, and one permission a kind hands it out. Where you have a permission
    for all groups or all clients already, put the policy into that one: permissions intersect.
    """
    call("PUT", "", {"realm": realm, "adminPermissionsEnabled": True})
    server = permissions(call)
    call("POST", f"{server}/policy/user", {"name": client_id, "users": [account]})
    for kind in kinds:
        permission = {
            "name": f"{client_id} views {kind.lower()}",
            "resourceType": kind,
            "scopes": ["view"],
            "policies": [client_id],
        }
        call("POST", f"{server}/permission/scope", permission)


def join_canary(call: Call, client_id: str, account: str, path: str) -> None:
    """Put the account into a group of its own, whose members it may view: itself."""
    parts = "/".join(quoted(part) for part in path.strip("/").split("/"))
    group = call("GET", f"/group-by-path/{parts}")["id"]
    call("PUT", f"/users/{account}/groups/{group}")
    permission = {
        "name": f"{client_id} views its canary",
        "resourceType": "Groups",
        "resources": [group],
        "scopes": ["view-members"],
        "policies": [client_id],
    }
    call("POST", f"{permissions(call)}/permission/scope", permission)


def permissions(call: Call) -> str:
    """Return the path below which the realm's admin permissions are."""
    admin = only(call("GET", "/clients?clientId=admin-permissions"))["id"]
    return f"/clients/{admin}/authz/resource-server"


def give_roles(call: Call, account: str, roles: Sequence[str] = CLASSIC_ROLES) -> None:
    """Give the account these roles of realm-management."""
    management = only(call("GET", "/clients?clientId=realm-management"))["id"]
    found = [call("GET", f"/clients/{management}/roles/{role}") for role in roles]
    call("POST", f"/users/{account}/role-mappings/clients/{management}", found)


def trust_cluster(call: Call, alias: str, issuer: str, jwks: str | None = None) -> None:
    """Let Keycloak believe the tokens of a cluster's ServiceAccounts.

    Keycloak reads the cluster's keys where the issuer says, or is given them (`jwks`, as text),
    and then again whenever they change.
    """
    if jwks is None:
        provider = {"providerId": "kubernetes", "config": {"issuer": issuer}}
    else:
        config = {
            "issuer": issuer,
            "validateSignature": "true",
            "useJwksUrl": "false",
            "publicKeySignatureVerifier": jwks,
            "supportsClientAssertions": "true",
            "supportsClientAssertionReuse": "true",
        }
        provider = {"providerId": "oidc", "config": config}
    body = {"alias": alias, "enabled": True, **provider}
    instances = "/identity-provider/instances"
    types = {each["alias"]: each["providerId"] for each in call("GET", instances)}
    if types.get(alias) == provider["providerId"]:
        call("PUT", f"{instances}/{alias}", body)
        return
    if alias in types:  # Keycloak does not change the type of one that exists
        call("DELETE", f"{instances}/{alias}")
    call("POST", instances, body)


def pod_token(alias: str, subject: str) -> dict[str, Any]:
    """Return what makes a client log in as a ServiceAccount: `system:serviceaccount:NS:NAME`."""
    return {
        "clientAuthenticatorType": "federated-jwt",
        "attributes": {"jwt.credential.issuer": alias, "jwt.credential.sub": subject},
    }


def only(found: Sequence[Any]) -> Any:  # noqa: ANN401 -- JSON
    """Return the one thing that was looked for."""
    if len(found) != 1:
        raise SystemExit(f"one was looked for, {len(found)} found")
    return found[0]


def quoted(text: str) -> str:
    """Return a text as a part of a URL."""
    return urllib.parse.quote(text, safe="")


class Calls:
    """Keycloak's admin API of one realm."""

    def __init__(self, url: str, realm: str, context: ssl.SSLContext) -> None:
        """Log in as an administrator of the realm master."""
        self.url, self.context = url.rstrip("/"), context
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": os.environ["KEYCLOAK_USER"],
            "password": os.environ["KEYCLOAK_PASSWORD"],
        }
        data = urllib.parse.urlencode(form).encode()
        token = self.send("POST", "/realms/master/protocol/openid-connect/token", data, {})
        self.headers = {
            "Authorization": f"Bearer {token['access_token']}",
            "Content-Type": "application/json",
        }
        self.below = f"/admin/realms/{quoted(realm)}"

    def __call__(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- JSON
        """Make one call, and print it; what exists already is no error."""
        text = "" if body is None else json.dumps(body)
        print(f"{method} {self.below}{path} {text}".rstrip(), file=sys.stderr)
        try:
            return self.send(method, f"{self.below}{path}", text.encode() or None, self.headers)
        except urllib.error.HTTPError as error:
            if method == "POST" and error.code == CONFLICT:
                return None
            raise SystemExit(f"{error}: {error.read().decode()}") from error

    def send(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
        """Send a request and return the JSON of its answer."""
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, context=self.context) as answer:
            return json.loads(answer.read() or "null")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", help="Keycloak's address, up to and without /realms")
    parser.add_argument("realm")
    parser.add_argument("--client", default="groupaccess", help="the operator's client")
    parser.add_argument("--ca", help="a file with the authority of Keycloak's certificate")
    parser.add_argument("--classic", action="store_true", help="two roles, no permissions")
    parser.add_argument("--canary", metavar="GROUP", help="a group for the account alone")
    parser.add_argument("--pod-token", metavar="ISSUER", help="the cluster's token issuer")
    parser.add_argument("--jwks", help="a file with its keys, where Keycloak cannot reach it")
    parser.add_argument("--subject", default="system:serviceaccount:groupaccess:groupaccess")
    given = parser.parse_args()

    call = Calls(given.url, given.realm, ssl.create_default_context(cafile=given.ca))
    proof: dict[str, Any] = {}
    if given.pod_token:
        jwks = Path(given.jwks).read_text() if given.jwks else None
        trust_cluster(call, "kubernetes", given.pod_token, jwks)
        proof = pod_token("kubernetes", given.subject)
    client, account = create_client(call, given.client, **proof)
    if given.classic:
        give_roles(call, account)
    else:
        give_permissions(call, given.realm, given.client, account)
    if given.canary:
        join_canary(call, given.client, account, given.canary)
    if not given.pod_token:
        print(call("GET", f"/clients/{client}/client-secret")["value"])


if __name__ == "__main__":
    main()
