"""The clients, mappers and client scopes of one realm."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from keycloak import KeycloakAdmin, KeycloakPostError
from keycloak.exceptions import raise_error_from_response

from groupaccess.domain.keycloak_setup.options import SetupOptions
from testbed.installation import ROOT
from testbed.realm_setup import RealmSetup

EXAMPLE = ROOT / "examples" / "keycloak"
OPERATOR = "groupaccess"
CONFLICT = 409
GROUP_MAPPER = "groups"


class Credentials(NamedTuple):
    """What a confidential client logs in with."""

    client_id: str
    secret: str


class Clients:
    """Creates and changes clients; a client goes by its `clientId`, not by its internal id."""

    def __init__(self, admin: KeycloakAdmin) -> None:
        """Work through the admin API of one realm."""
        self._admin = admin

    def create(self, client_id: str, **settings: Any) -> str:  # noqa: ANN401 -- a representation
        """Create a confidential client that may log people in by password; return its internal id.

        `settings` are fields of its representation and override what is set here.
        """
        payload = {
            "clientId": client_id,
            "protocol": "openid-connect",
            "publicClient": False,
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": True,
        }
        return self._admin.create_client({**payload, **settings})

    def create_headlamp(
        self, client_id: str = "headlamp", *, claim: str = "groups", full_path: bool = False
    ) -> str:
        """Create a client like Headlamp's, with a group membership mapper; return its id."""
        mapper = group_mapper(claim=claim, full_path=full_path)
        uris = ["https://headlamp.example.com/oidc-callback"]
        return self.create(client_id, protocolMappers=[mapper], redirectUris=uris)

    def create_operator(
        self,
        client_id: str = OPERATOR,
        roles: Sequence[str] | None = None,
        **settings: Any,  # noqa: ANN401 -- a representation
    ) -> Credentials:
        """Create the operator's client as the command does: with permissions, or with roles."""
        setup = self.setup(client_id)
        setup.create_client(**settings)
        if roles is None:
            setup.give_permissions()
        else:
            setup.give_roles(roles)
        return self.credentials(client_id)

    def setup(self, client_id: str = OPERATOR, canary: str | None = None) -> RealmSetup:
        """Return what makes the parts of a setup, those of `groupaccess keycloak-setup`."""
        realm = str(self._admin.connection.realm_name)
        return RealmSetup(self.call, SetupOptions(realm, client_id, canary=canary))

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- JSON
        """Make one call of the admin API; what exists is no error."""
        connection = self._admin.connection
        where = f"admin/realms/{connection.realm_name}{path}"
        if method == "GET":
            answer = connection.raw_get(where)
        elif method == "DELETE":
            answer = connection.raw_delete(where, data=json.dumps(body))
        else:
            send = connection.raw_post if method == "POST" else connection.raw_put
            answer = send(where, data=json.dumps(body))
        expected = [200, 201, 204, CONFLICT]
        return raise_error_from_response(answer, KeycloakPostError, expected_codes=expected)

    def grant(self, *roles: str, client_id: str = OPERATOR) -> None:
        """Give a client's service account roles of realm-management."""
        self._admin.assign_client_role(*self._account(client_id, roles))

    def revoke(self, *roles: str, client_id: str = OPERATOR) -> None:
        """Take roles of realm-management from a client's service account."""
        self._admin.delete_client_roles_of_user(*self._account(client_id, roles))

    def drop_permission(self, kind: str) -> None:
        """Take the operator's permission to view all `groups` or `clients` away.

        `create_operator` gives it again.
        """
        server = self.setup().permissions_path()
        name = f"{OPERATOR}%20views%20{kind}"
        (found,) = self.call("GET", f"{server}/permission/scope?name={name}")
        self.call("DELETE", f"{server}/policy/{found['id']}")

    def permit_one(self, kind: str, resource: str) -> None:
        """Let the operator view one of the `Groups` or `Clients`, by its id."""
        permission = {
            "name": f"one of {kind}",
            "resourceType": kind,
            "resources": [resource],
            "scopes": ["view"],
            "policies": [OPERATOR],
        }
        self.call("POST", f"{self.setup().permissions_path()}/permission/scope", permission)

    def forbid_one(self, kind: str) -> None:
        """Take that back."""
        server = self.setup().permissions_path()
        (found,) = self.call("GET", f"{server}/permission/scope?name=one%20of%20{kind}")
        self.call("DELETE", f"{server}/policy/{found['id']}")

    def _account(
        self, client_id: str, roles: Sequence[str]
    ) -> tuple[str, str, list[dict[str, Any]]]:
        user = self._admin.get_client_service_account_user(self.internal_id(client_id))
        management = self.internal_id("realm-management")
        found = [self._admin.get_client_role(management, role) for role in roles]
        return user["id"], management, found

    def credentials(self, client_id: str = OPERATOR) -> Credentials:
        """Return a confidential client's id and secret, the operator's by default."""
        return Credentials(client_id, self.secret(client_id) or "")

    def secret(self, client_id: str) -> str | None:
        """Return a client's secret, None for a public client."""
        secrets = self._admin.get_client_secrets(self.internal_id(client_id))
        return secrets.get("value")

    def internal_id(self, client_id: str) -> str:
        """Return a client's internal id; raise LookupError when there is no such client."""
        found = self._admin.get_client_id(client_id)
        if found is None:
            message = f"realm {self._admin.connection.realm_name} has no client {client_id}"
            raise LookupError(message)
        return found

    def update(self, client_id: str, **changes: Any) -> None:  # noqa: ANN401 -- a representation
        """Change fields of a client's representation, such as `enabled`."""
        internal = self.internal_id(client_id)
        self._admin.update_client(internal, {**self._admin.get_client(internal), **changes})

    def delete(self, client_id: str) -> None:
        """Delete a client."""
        self._admin.delete_client(self.internal_id(client_id))

    def add_mapper(self, client_id: str, mapper: Mapping[str, Any]) -> None:
        """Add a protocol mapper (its representation) to a client."""
        self._admin.add_mapper_to_client(self.internal_id(client_id), dict(mapper))

    def delete_mapper(self, client_id: str, name: str = GROUP_MAPPER) -> None:
        """Delete a client's own mapper; raise LookupError when there is none of that name."""
        internal = self.internal_id(client_id)
        for mapper in self._admin.get_mappers_from_client(internal):
            if mapper["name"] == name:
                self._admin.remove_client_mapper(internal, mapper["id"])
                return
        message = f"client {client_id} has no mapper {name}"
        raise LookupError(message)

    def create_scope(self, name: str, *mappers: Mapping[str, Any]) -> str:
        """Create a client scope with these mappers; return its id."""
        return self._admin.create_client_scope(
            {"name": name, "protocol": "openid-connect", "protocolMappers": list(mappers)}
        )

    def assign_scope(self, client_id: str, name: str, *, optional: bool = False) -> None:
        """Give a client a scope: always in its tokens, or when a login asks for it."""
        scope = self._admin.get_client_scope_by_name(name)
        if scope is None:
            message = f"there is no client scope {name}"
            raise LookupError(message)
        internal, admin = self.internal_id(client_id), self._admin
        assign = (
            admin.add_client_optional_client_scope
            if optional
            else admin.add_client_default_client_scope
        )
        assign(internal, scope["id"], {})


def group_mapper(
    *,
    name: str = GROUP_MAPPER,
    claim: str = "groups",
    full_path: bool = False,
    id_token: bool = True,
    access_token: bool = True,
) -> dict[str, Any]:
    """Return the representation of a group membership mapper; `full_path` puts paths into it."""
    toggles = {
        "full.path": full_path,
        "id.token.claim": id_token,
        "access.token.claim": access_token,
        "userinfo.token.claim": True,
    }
    config = {key: str(value).lower() for key, value in toggles.items()}
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-group-membership-mapper",
        "config": {"claim.name": claim, **config},
    }
