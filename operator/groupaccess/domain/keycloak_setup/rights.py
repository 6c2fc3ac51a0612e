"""The rights of accounts: fine-grained admin permissions, or roles of the management client."""

from dataclasses import dataclass
from typing import ClassVar

from groupaccess.domain.keycloak_setup.calls import (
    ACCOUNT,
    CLI_CLIENT,
    MANAGEMENT,
    PERMISSIONS,
    AdminCall,
    Json,
    role_placeholder,
)
from groupaccess.domain.keycloak_setup.resources import description

SERVER = f"/clients/{PERMISSIONS}/authz/resource-server"
REALM_RIGHT = "manage-realm"
CLASSIC_ROLES = ("view-users", "view-clients")
READER_ROLES = ("view-realm", "view-users", "view-clients", "view-identity-providers")


@dataclass(frozen=True, slots=True)
class AdminPermissions:
    """The switch of a realm for fine-grained admin permissions, version 2."""

    kind: ClassVar[str] = "setting of the realm"
    realm: str
    name: str = "adminPermissionsEnabled"

    @property
    def required(self) -> Json:
        """Return that it is on."""
        return {self.name: True}

    def create(self) -> AdminCall:
        """Return the call that turns it on."""
        return AdminCall("PUT", "", {"realm": self.realm, **self.required}, REALM_RIGHT)

    def update(self, existing: str) -> AdminCall:
        """Return the same call."""
        del existing
        return self.create()

    def delete(self, existing: str) -> AdminCall:
        """Return the call that turns it off; nobody should make it while others need it."""
        del existing
        return AdminCall("PUT", "", {"realm": self.realm, self.name: False}, REALM_RIGHT)


@dataclass(frozen=True, slots=True)
class UserPolicy:
    """A policy that is fulfilled by the operator's account alone."""

    kind: ClassVar[str] = "policy"
    name: str

    @property
    def required(self) -> Json:
        """Return whom it is for."""
        return {"users": [ACCOUNT]}

    def create(self) -> AdminCall:
        """Return the call that makes it, with the mark."""
        body = {"name": self.name, "description": description(self.name), **self.required}
        return AdminCall("POST", f"{SERVER}/policy/user", body, REALM_RIGHT)

    def update(self, existing: str) -> AdminCall:
        """Return the call that makes it the account's again, as after a client was made anew."""
        body = {"id": existing, **(self.create().body or {})}
        return AdminCall("PUT", f"{SERVER}/policy/user/{existing}", body, REALM_RIGHT)

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes it."""
        return AdminCall("DELETE", f"{SERVER}/policy/user/{existing}", right=REALM_RIGHT)


@dataclass(frozen=True, slots=True)
class ScopePermission:
    """What the policy of client `made_for` allows, on a resource (a type means all of it)."""

    kind: ClassVar[str] = "permission"
    name: str
    made_for: str
    resource_type: str
    resource: str
    scope: str

    @property
    def required(self) -> Json:
        """Return what it allows to whom."""
        return {
            "resourceType": self.resource_type,
            "resources": [self.resource],
            "scopes": [self.scope],
            "policies": [self.made_for],
        }

    @property
    def is_for_all(self) -> bool:
        """Return whether it is for each resource of its type."""
        return self.resource == self.resource_type

    def create(self) -> AdminCall:
        """Return the call that makes it, with the mark."""
        body = {"name": self.name, "description": description(self.made_for), **self.required}
        if self.is_for_all:  # Keycloak's spelling of all
            del body["resources"]
        return AdminCall("POST", f"{SERVER}/permission/scope", body, REALM_RIGHT)

    def update(self, existing: str) -> AdminCall:
        """Return the call that corrects it."""
        body = {"id": existing, **(self.create().body or {})}
        return AdminCall("PUT", f"{SERVER}/permission/scope/{existing}", body, REALM_RIGHT)

    def delete(self, existing: str) -> AdminCall:
        """Return the call that deletes it."""
        return AdminCall("DELETE", f"{SERVER}/permission/scope/{existing}", right=REALM_RIGHT)


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """Roles of the management client for the operator's account."""

    kind: ClassVar[str] = "role mapping"
    account: str
    roles: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return whose roles they are."""
        return f"{', '.join(self.roles)} for {self.account}"

    @property
    def required(self) -> Json:
        """Return each role; more of them do no harm here."""
        return dict.fromkeys(self.roles, True)

    def create(self) -> AdminCall:
        """Return the call that gives them."""
        path = f"/users/{ACCOUNT}/role-mappings/clients/{MANAGEMENT}"
        return AdminCall("POST", path, _representations(self.roles), "manage-users")

    def update(self, existing: str) -> AdminCall:
        """Return the same call."""
        del existing
        return self.create()

    def delete(self, existing: str) -> AdminCall:
        """Return the call that takes them."""
        del existing
        path = f"/users/{ACCOUNT}/role-mappings/clients/{MANAGEMENT}"
        return AdminCall("DELETE", path, _representations(self.roles), "manage-users")


@dataclass(frozen=True, slots=True)
class ScopeMapping:
    """Roles of the management client that tokens of the command line's client may carry."""

    kind: ClassVar[str] = "scope mapping"
    client_id: str
    roles: tuple[str, ...] = READER_ROLES

    @property
    def name(self) -> str:
        """Return whose tokens may carry them."""
        return f"{', '.join(self.roles)} for {self.client_id}"

    @property
    def required(self) -> Json:
        """Return each role."""
        return dict.fromkeys(self.roles, True)

    def create(self) -> AdminCall:
        """Return the call that adds them."""
        path = f"/clients/{CLI_CLIENT}/scope-mappings/clients/{MANAGEMENT}"
        return AdminCall("POST", path, _representations(self.roles))

    def update(self, existing: str) -> AdminCall:
        """Return the same call."""
        del existing
        return self.create()

    def delete(self, existing: str) -> AdminCall:
        """Return the call that removes them."""
        del existing
        path = f"/clients/{CLI_CLIENT}/scope-mappings/clients/{MANAGEMENT}"
        return AdminCall("DELETE", path, _representations(self.roles))


def _representations(roles: tuple[str, ...]) -> Json:
    return [{"id": role_placeholder(role), "name": role} for role in roles]
